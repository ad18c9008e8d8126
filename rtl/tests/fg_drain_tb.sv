module fg_drain_tb #(
  parameter int Slices = 1,
  parameter int Lanes = 1,
  parameter int SumWidth = 1,
  parameter int Rows = 1,
  parameter int FirstRows = 1,
  parameter bit SplitSums = 1'b1,
  parameter bit XHold = 1'b0,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int RowWidth = (Rows > 1) ? $clog2(Rows) : 1;
  localparam int InWidth = 1 + 1 + 1 + Slices * Lanes * SumWidth;
  localparam int OutWidth = RowWidth + 1 + Slices * SumWidth + Slices * SumWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic x_done_i;
  logic group_done_i;
  logic pass_done_i;
  logic [Slices * Lanes * SumWidth-1:0] sums_i;
  logic [RowWidth-1:0] row_o;
  logic valid_o;
  logic [Slices * SumWidth-1:0] x_sums_o;
  logic [Slices * SumWidth-1:0] hidden_sums_o;

  assign {sums_i, pass_done_i, group_done_i, x_done_i} = value;
  assign answer = {hidden_sums_o, x_sums_o, valid_o, row_o};

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
  fg_drain #(
    .Slices(Slices),
    .Lanes(Lanes),
    .SumWidth(SumWidth),
    .Rows(Rows),
    .FirstRows(FirstRows),
    .SplitSums(SplitSums),
    .XHold(XHold)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .x_done_i,
    .group_done_i,
    .pass_done_i,
    .sums_i,
    .row_o,
    .valid_o,
    .x_sums_o,
    .hidden_sums_o
  );
endmodule
