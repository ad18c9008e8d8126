module fg_product_tb #(
  parameter int Kind = 0,
  parameter int WeightWidth = 1,
  parameter int OperandWidth = 1,
  parameter int ProductWidth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = WeightWidth + OperandWidth;
  localparam int OutWidth = ProductWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic [WeightWidth-1:0] weight_i;
  logic [OperandWidth-1:0] operand_i;

  assign {operand_i, weight_i} = value;

  value_check #(
    .InWidth(InWidth),
    .OutWidth(OutWidth),
    .Latency(0),
    .Count(Count),
    .Vectors(Vectors)
  ) u_check (
    .clk_o(clk),
    .rst_no(rst_n),
    .value_o(value),
    .value_i(answer)
  );
  fg_product #(
    .Kind(Kind),
    .WeightWidth(WeightWidth),
    .OperandWidth(OperandWidth),
    .ProductWidth(ProductWidth)
  ) u_dut (
    .weight_i,
    .operand_i,
    .product_o(answer)
  );
endmodule
