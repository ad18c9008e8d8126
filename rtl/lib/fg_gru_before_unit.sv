// The element-wise unit of a GRU slice with linear_before_reset = 0: rows r of all units, then rows z of all units,
// then rows h of all units; docs/numerics.md, section 7.
//   rh <- r * h;  pre_h <- W_h x + R_h rh + b_h;  n = T_h(pre_h);  h' <- n + z * (h - n)
// rh comes TableLatency + 3 cycles after its row, the hidden value TableLatency + 4 cycles after its row.
module fg_gru_before_unit #(
  parameter int Units = 4,  // of this slice
  parameter int TotalWidth = 32,
  parameter int GateWidth = 8,
  parameter int TableLatency = 3,
  parameter int ResetHiddenWidth = 8,
  parameter int HiddenWidth = 8,
  parameter int DifferenceHiddenShift = 0,
  parameter int DifferenceCandidateShift = 0,
  parameter int CandidateShift = 0,
  parameter int ProductShift = 0,
  parameter logic [3*fg_pkg::SignalBits-1:0] Pre = '0,    // z lowest, then r, h
  parameter logic [3*fg_pkg::TableBits-1:0] Tables = '0,  // likewise
  parameter logic [3*32-1:0] GateClass = '0,              // likewise
  parameter logic [fg_pkg::SignalBits-1:0] ResetHidden = '0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter TableZFile = "",
  parameter TableRFile = "",
  parameter TableHFile = "",
  parameter int UnitWidth = (Units > 1) ? $clog2(Units) : 1  // derived
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               row_valid_i,
  input  logic                               row_first_i,
  input  logic                               row_last_i,
  input  logic signed [TotalWidth-1:0]       total_i,
  output logic [UnitWidth-1:0]               initial_unit_o,  // whose initial state comes in the next cycle
  input  logic signed [HiddenWidth-1:0]      initial_hidden_i,
  output logic                               reset_valid_o,
  output logic [UnitWidth-1:0]               reset_unit_o,
  output logic signed [ResetHiddenWidth-1:0] reset_hidden_o,
  output logic                               hidden_valid_o,
  output logic [UnitWidth-1:0]               hidden_unit_o,
  output logic signed [HiddenWidth-1:0]      hidden_o,
  output logic                               hidden_first_o,
  output logic                               hidden_last_o
);
  localparam int GateLatency = 1 + TableLatency;
  localparam logic [UnitWidth-1:0] LastUnit = UnitWidth'(Units - 1);
  localparam logic [1:0] RowsR = 2'd0;
  localparam logic [1:0] RowsZ = 2'd1;
  localparam logic [1:0] RowsH = 2'd2;

  // Gates, and which row of which unit they belong to; the memories are read one cycle ahead.
  logic [3*GateWidth-1:0] gates;
  logic signed [GateWidth-1:0] z, r, n;
  logic gate_next, gate_valid, first;
  logic [1:0] rows_d, rows_q;
  logic [UnitWidth-1:0] unit_d, unit_q;
  fg_gates #(
    .Gates(3),
    .TotalWidth(TotalWidth),
    .GateWidth(GateWidth),
    .Latency(TableLatency),
    .Pre(Pre),
    .Tables(Tables),
    .Class(GateClass),
    .File0(TableZFile),
    .File1(TableRFile),
    .File2(TableHFile)
  ) u_gates (
    .clk_i,
    .total_i,
    .values_o(gates)
  );
  assign z = gates[0+:GateWidth];
  assign r = gates[GateWidth+:GateWidth];
  assign n = gates[2*GateWidth+:GateWidth];
  fg_delay_valid #(.Depth(TableLatency)) u_next (.clk_i, .rst_ni, .valid_i(row_valid_i), .valid_o(gate_next));
  fg_delay_valid #(.Depth(1)) u_valid (.clk_i, .rst_ni, .valid_i(gate_next), .valid_o(gate_valid));
  fg_delay #(.Width(1), .Depth(GateLatency)) u_first (.clk_i, .value_i(row_first_i), .value_o(first));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rows_d <= RowsR;
      unit_d <= '0;
    end else if (gate_next) begin
      unit_d <= (unit_d == LastUnit) ? '0 : unit_d + 1'b1;
      if (unit_d == LastUnit) rows_d <= (rows_d == RowsH) ? RowsR : rows_d + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    rows_q <= rows_d;
    unit_q <= unit_d;
  end

  // States.
  logic [HiddenWidth-1:0] hidden_stored;
  logic [GateWidth-1:0] z_stored;
  logic signed [HiddenWidth-1:0] hidden_old;
  fg_ram #(
    .Width(HiddenWidth),
    .Depth(Units)
  ) u_states (
    .clk_i,
    .write_i(hidden_valid_o),
    .write_address_i(hidden_unit_o),
    .write_word_i(hidden_o),
    .read_address_i(unit_d),
    .read_word_o(hidden_stored)
  );
  fg_ram #(
    .Width(GateWidth),
    .Depth(Units)
  ) u_updates (
    .clk_i,
    .write_i(gate_valid && rows_q == RowsZ),
    .write_address_i(unit_q),
    .write_word_i(z),
    .read_address_i(unit_d),
    .read_word_o(z_stored)
  );
  assign initial_unit_o = unit_d;
  assign hidden_old = first ? initial_hidden_i : $signed(hidden_stored);

  // r * h.
  logic signed [GateWidth+HiddenWidth-1:0] reset_q;
  logic signed [ResetHiddenWidth-1:0] reset_hidden;
  fg_requantise #(
    .InWidth(GateWidth + HiddenWidth),
    .Signal(ResetHidden),
    .OutWidth(ResetHiddenWidth)
  ) u_reset (
    .value_i(reset_q),
    .value_o(reset_hidden)
  );
  always_ff @(posedge clk_i) begin
    reset_q <= r * hidden_old;
    reset_hidden_o <= reset_hidden;
  end
  fg_delay_valid #(.Depth(2)) u_reset_valid (
    .clk_i, .rst_ni, .valid_i(gate_valid && rows_q == RowsR), .valid_o(reset_valid_o)
  );
  fg_delay #(.Width(UnitWidth), .Depth(2)) u_reset_unit (.clk_i, .value_i(unit_q), .value_o(reset_unit_o));

  // The new hidden value.
  fg_blend #(
    .GateWidth(GateWidth),
    .HiddenWidth(HiddenWidth),
    .DifferenceHiddenShift(DifferenceHiddenShift),
    .DifferenceCandidateShift(DifferenceCandidateShift),
    .CandidateShift(CandidateShift),
    .ProductShift(ProductShift),
    .Hidden(Hidden)
  ) u_blend (
    .clk_i,
    .z_i(z_stored),
    .n_i(n),
    .hidden_i(hidden_old),
    .hidden_o
  );
  fg_delay_valid #(.Depth(3)) u_hidden_valid (
    .clk_i, .rst_ni, .valid_i(gate_valid && rows_q == RowsH), .valid_o(hidden_valid_o)
  );
  fg_delay #(.Width(UnitWidth), .Depth(3)) u_hidden_unit (.clk_i, .value_i(unit_q), .value_o(hidden_unit_o));
  fg_delay #(.Width(2), .Depth(GateLatency + 3)) u_flags (
    .clk_i, .value_i({row_first_i, row_last_i}), .value_o({hidden_first_o, hidden_last_o})
  );
endmodule
