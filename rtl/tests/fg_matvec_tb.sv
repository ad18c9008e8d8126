// The hidden state that goes back into the unit is made of the totals' lowest bits: one row a unit.
module fg_matvec_tb #(
  parameter int Inputs = 4,
  parameter int InputWidth = 8,
  parameter int Units = 0,
  parameter int HiddenWidth = 1,
  parameter int Slices = 1,
  parameter int Lanes = 4,
  parameter int Split = 1,
  parameter int Rows = 4,
  parameter int FirstRows = 4,
  parameter int WWidth = 8,
  parameter int RWidth = 8,
  parameter int WEncoding = 0,
  parameter int REncoding = 0,
  parameter int SumWidth = 24,
  parameter int TotalWidth = 32,
  parameter int ShiftWidth = 4,
  parameter int BiasWidth = 16,
  parameter WFile = "",
  parameter RFile = "",
  parameter RowFile = "",
  parameter int InCount = 1,
  parameter int OutCount = 1,
  parameter InFile = "",
  parameter OutFile = "",
  parameter int Idle = 0,
  parameter int Stall = 0,
  parameter int Cycles = -1,
  parameter int Seed = 1
);
  localparam int SliceUnits = (Units > 0) ? (Units + Slices - 1) / Slices : 1;
  localparam int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1;
  localparam int InWidth = InputWidth + 2;
  localparam int OutWidth = 3 * Slices * TotalWidth + 2;

  logic [InWidth-1:0] in_word;
  logic [OutWidth-1:0] out_word;
  logic clk, rst_n, in_valid, in_ready, row_valid, row_first, row_last, out_ready, begin_step, begin_last;
  logic [InputWidth-1:0] in_data;
  logic in_first, in_last, hidden_valid_q;
  logic [Slices*TotalWidth-1:0] totals, x_totals, hidden_totals;
  logic [UnitWidth-1:0] unit_q;
  logic [Slices*HiddenWidth-1:0] hidden_q;

  assign {in_last, in_first, in_data} = in_word;
  assign out_word = {row_last, row_first, hidden_totals, x_totals, totals};

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      hidden_valid_q <= 1'b0;
      unit_q <= '0;
    end else begin
      hidden_valid_q <= row_valid && Units > 0;
      if (hidden_valid_q) unit_q <= (unit_q == UnitWidth'(SliceUnits - 1)) ? '0 : unit_q + 1'b1;
    end
  end
  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    always_ff @(posedge clk) hidden_q[s*HiddenWidth+:HiddenWidth] <= totals[s*TotalWidth+:HiddenWidth];
  end

  stream_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .InCount(InCount),
    .OutCount(OutCount),
    .InFile(InFile),
    .OutFile(OutFile),
    .Idle(Idle),
    .Stall(Stall),
    .Cycles(Cycles),
    .Seed(Seed)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .word_o(in_word),
    .valid_o(in_valid),
    .ready_i(in_ready),
    .word_i(out_word),
    .valid_i(row_valid),
    .ready_o(out_ready)
  );
  fg_matvec #(
    .Inputs(Inputs),
    .InputWidth(InputWidth),
    .Units(Units),
    .HiddenWidth(HiddenWidth),
    .Slices(Slices),
    .Lanes(Lanes),
    .Split(Split),
    .Rows(Rows),
    .FirstRows(FirstRows),
    .WWidth(WWidth),
    .RWidth(RWidth),
    .WEncoding(WEncoding),
    .REncoding(REncoding),
    .SumWidth(SumWidth),
    .TotalWidth(TotalWidth),
    .ShiftWidth(ShiftWidth),
    .BiasWidth(BiasWidth),
    .WFile(WFile),
    .RFile(RFile),
    .RowFile(RowFile)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .data_i(in_data),
    .valid_i(in_valid),
    .ready_o(in_ready),
    .first_i(in_first),
    .last_i(in_last),
    .place_i(1'b1),
    .begin_o(begin_step),
    .begin_last_o(begin_last),
    .row_valid_o(row_valid),
    .row_first_o(row_first),
    .row_last_o(row_last),
    .totals_o(totals),
    .x_totals_o(x_totals),
    .hidden_totals_o(hidden_totals),
    .hidden_valid_i(hidden_valid_q),
    .hidden_unit_i(unit_q),
    .hidden_i(hidden_q),
    .second_valid_i(1'b0),
    .second_unit_i('0),
    .second_i('0)
  );
endmodule
