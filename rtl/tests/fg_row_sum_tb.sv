module fg_row_sum_tb #(
  parameter int SumWidth = 1,
  parameter int TotalWidth = 1,
  parameter int ShiftWidth = 1,
  parameter int BiasWidth = 1,
  parameter int HiddenBiasWidth = 0,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int WordWidth = 2 * ShiftWidth + BiasWidth + HiddenBiasWidth;
  localparam int InWidth = WordWidth + SumWidth + SumWidth;
  localparam int OutWidth = TotalWidth + TotalWidth + TotalWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [WordWidth-1:0] word_i;
  logic [SumWidth-1:0] x_sum_i;
  logic [SumWidth-1:0] hidden_sum_i;
  logic [TotalWidth-1:0] total_o;
  logic [TotalWidth-1:0] x_total_o;
  logic [TotalWidth-1:0] hidden_total_o;

  assign {hidden_sum_i, x_sum_i, word_i} = value;
  assign answer = {hidden_total_o, x_total_o, total_o};

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(2),
    .Masked(1'b1),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_row_sum #(
    .SumWidth(SumWidth),
    .TotalWidth(TotalWidth),
    .ShiftWidth(ShiftWidth),
    .BiasWidth(BiasWidth),
    .HiddenBiasWidth(HiddenBiasWidth)
  ) u_dut (
    .clk_i(clk),
    .word_i,
    .x_sum_i(x_sum_i),
    .hidden_sum_i(hidden_sum_i),
    .total_o(total_o),
    .x_total_o(x_total_o),
    .hidden_total_o(hidden_total_o)
  );
endmodule
