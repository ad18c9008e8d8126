// A dense layer: out <- W x + b, with an activation if there is one.
module fg_dense #(
  parameter int Inputs = 4,
  parameter int InputWidth = 8,
  parameter int Outputs = 4,
  parameter int Lanes = 4,
  parameter int Split = 1,
  parameter int WWidth = 8,
  parameter int WEncoding = 0,  // fg_pkg::Encoding...
  parameter int SumWidth = 24,
  parameter int TotalWidth = 32,
  parameter int ShiftWidth = 4,
  parameter int BiasWidth = 16,
  parameter bit HasActivation = 1'b0,
  parameter logic [fg_pkg::SignalBits-1:0] Pre = '0,  // without an activation the output's
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int TableLatency = 3,
  parameter int OutputWidth = 8,
  parameter bit EmitLast = 1'b0,
  parameter     WFile = "",
  parameter     RowFile = "",
  parameter     TableFile = ""
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [InputWidth-1:0]  data_i,
  input  logic                   valid_i,
  output logic                   ready_o,
  input  logic                   first_i,
  input  logic                   last_i,
  output logic [OutputWidth-1:0] data_o,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic                   first_o,
  output logic                   last_o
);
  localparam int UnitWidth = (Outputs > 1) ? $clog2(Outputs) : 1;
  localparam int Latency = HasActivation ? 1 + TableLatency : 1;

  logic place, begin_step, begin_last, row_valid, row_first, row_last, push, push_first, push_last;
  logic [TotalWidth-1:0] total, x_total, hidden_total;
  logic [UnitWidth-1:0] unit_q;
  logic [OutputWidth-1:0] value;

  fg_matvec #(
    .Inputs(Inputs),
    .InputWidth(InputWidth),
    .Lanes(Lanes),
    .Split(Split),
    .Rows(Outputs),
    .FirstRows(Outputs),
    .WWidth(WWidth),
    .WEncoding(WEncoding),
    .SumWidth(SumWidth),
    .TotalWidth(TotalWidth),
    .ShiftWidth(ShiftWidth),
    .BiasWidth(BiasWidth),
    .WFile(WFile),
    .RowFile(RowFile)
  ) u_matvec (
    .clk_i,
    .rst_ni,
    .data_i,
    .valid_i,
    .ready_o,
    .first_i,
    .last_i,
    .place_i(place),
    .begin_o(begin_step),
    .begin_last_o(begin_last),
    .row_valid_o(row_valid),
    .row_first_o(row_first),
    .row_last_o(row_last),
    .totals_o(total),
    .x_totals_o(x_total),
    .hidden_totals_o(hidden_total),
    .hidden_valid_i(1'b0),
    .hidden_unit_i(1'b0),
    .hidden_i(1'b0),
    .second_valid_i(1'b0),
    .second_unit_i(1'b0),
    .second_i(1'b0)
  );
  logic unused_totals;
  assign unused_totals = ^{x_total, hidden_total};

  if (HasActivation) begin : gen_activation
    fg_gates #(
      .Gates(1),
      .TotalWidth(TotalWidth),
      .GateWidth(OutputWidth),
      .Latency(TableLatency),
      .Pre(Pre),
      .Tables(Table),
      .File0(TableFile)
    ) u_gates (
      .clk_i,
      .total_i(total),
      .values_o(value)
    );
  end else begin : gen_plain
    logic signed [OutputWidth-1:0] output_d;
    fg_requantise #(
      .InWidth(TotalWidth),
      .Signal(Pre),
      .OutWidth(OutputWidth)
    ) u_output (
      .value_i(total),
      .value_o(output_d)
    );
    always_ff @(posedge clk_i) value <= output_d;
  end

  fg_delay_valid #(.Depth(Latency)) u_push (.clk_i, .rst_ni, .valid_i(row_valid), .valid_o(push));
  fg_delay #(.Width(2), .Depth(Latency)) u_flags (
    .clk_i, .value_i({row_first, row_last}), .value_o({push_first, push_last})
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) unit_q <= '0;
    else if (push) unit_q <= (unit_q == UnitWidth'(Outputs - 1)) ? '0 : unit_q + 1'b1;
  end

  fg_emit #(
    .Units(Outputs),
    .Width(OutputWidth),
    .EmitLast(EmitLast)
  ) u_emit (
    .clk_i,
    .rst_ni,
    .place_o(place),
    .begin_i(begin_step),
    .begin_last_i(begin_last),
    .push_i(push),
    .unit_i(unit_q),
    .elements_i(value),
    .first_i(push_first),
    .last_i(push_last),
    .data_o,
    .valid_o,
    .ready_i,
    .first_o,
    .last_o
  );
endmodule
