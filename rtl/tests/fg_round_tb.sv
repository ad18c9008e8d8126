module fg_round_tb #(
  parameter int InWidth = 16,
  parameter int Shift = 4,
  parameter int Rounding = 0,
  parameter int OutWidth = 8,
  parameter int Count = 1,
  parameter     Vectors = ""
);
  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] result;
  logic clk, rst_n;

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(result)
  );
  fg_round #(
    .InWidth(InWidth),
    .Shift(Shift),
    .Rounding(Rounding)
  ) u_dut (
    .value_i(value),
    .value_o(result)
  );
endmodule
