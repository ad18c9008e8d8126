module fg_gru_after_unit_tb #(
  parameter int Units = 1,
  parameter int TotalWidth = 1,
  parameter int GateWidth = 1,
  parameter int TableLatency = 1,
  parameter int RecurrentWidth = 1,
  parameter int ResetShift = 0,
  parameter int HiddenWidth = 1,
  parameter int DifferenceHiddenShift = 0,
  parameter int DifferenceCandidateShift = 0,
  parameter int CandidateShift = 0,
  parameter int ProductShift = 0,
  parameter logic [3 * fg_pkg::SignalBits-1:0] Pre = '0,
  parameter logic [3 * fg_pkg::TableBits-1:0] Tables = '0,
  parameter logic [3 * 32-1:0] GateClass = '0,
  parameter logic [fg_pkg::SignalBits-1:0] Recurrent = '0,
  parameter logic [fg_pkg::SignalBits-1:0] Hidden = '0,
  parameter TableZFile = "",
  parameter TableRFile = "",
  parameter TableHFile = "",
  parameter InitialFile = "",
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int UnitWidth = (Units > 1) ? $clog2(Units) : 1;
  localparam int InWidth = 1 + 1 + 1 + TotalWidth + TotalWidth + TotalWidth;
  localparam int OutWidth = 1 + UnitWidth + HiddenWidth + 1 + 1;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic row_valid_i;
  logic row_first_i;
  logic row_last_i;
  logic [TotalWidth-1:0] total_i;
  logic [TotalWidth-1:0] x_total_i;
  logic [TotalWidth-1:0] hidden_total_i;
  logic hidden_valid_o;
  logic [UnitWidth-1:0] hidden_unit_o;
  logic [HiddenWidth-1:0] hidden_o;
  logic hidden_first_o;
  logic hidden_last_o;

  assign {hidden_total_i, x_total_i, total_i, row_last_i, row_first_i, row_valid_i} = value;
  assign answer = {hidden_last_o, hidden_first_o, hidden_o, hidden_unit_o, hidden_valid_o};

  logic [UnitWidth-1:0] initial_unit_o;
  logic [HiddenWidth-1:0] initial_hidden_i;
  fg_rom #(
    .Width(HiddenWidth),
    .Depth(Units),
    .File(InitialFile)
  ) u_initial (
    .clk_i(clk),
    .address_i(initial_unit_o),
    .word_o(initial_hidden_i)
  );

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(0),
    .Masked(1'b1),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_gru_after_unit #(
    .Units(Units),
    .TotalWidth(TotalWidth),
    .GateWidth(GateWidth),
    .TableLatency(TableLatency),
    .RecurrentWidth(RecurrentWidth),
    .ResetShift(ResetShift),
    .HiddenWidth(HiddenWidth),
    .DifferenceHiddenShift(DifferenceHiddenShift),
    .DifferenceCandidateShift(DifferenceCandidateShift),
    .CandidateShift(CandidateShift),
    .ProductShift(ProductShift),
    .Pre(Pre),
    .Tables(Tables),
    .GateClass(GateClass),
    .Recurrent(Recurrent),
    .Hidden(Hidden),
    .TableZFile(TableZFile),
    .TableRFile(TableRFile),
    .TableHFile(TableHFile)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .row_valid_i,
    .row_first_i,
    .row_last_i,
    .total_i(total_i),
    .x_total_i(x_total_i),
    .hidden_total_i(hidden_total_i),
    .hidden_valid_o,
    .hidden_unit_o,
    .hidden_o(hidden_o),
    .hidden_first_o,
    .hidden_last_o,
    .initial_unit_o(initial_unit_o),
    .initial_hidden_i(initial_hidden_i)
  );
endmodule
