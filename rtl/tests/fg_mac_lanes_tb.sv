module fg_mac_lanes_tb #(
  parameter int Lanes = 1,
  parameter int Split = 1,
  parameter int Product = 0,
  parameter int WeightWidth = 1,
  parameter int OperandWidth = 1,
  parameter int SumWidth = 1,
  parameter int Count = 1,
  parameter Vectors = ""
);
  localparam int InWidth = 1 + 1 + Lanes * Split * WeightWidth + Split * OperandWidth;
  localparam int OutWidth = Lanes * SumWidth;

  logic [InWidth-1:0] value;
  logic [OutWidth-1:0] answer;
  logic clk, rst_n;
  logic valid_i;
  logic first_i;
  logic [Lanes * Split * WeightWidth-1:0] weights_i;
  logic [Split * OperandWidth-1:0] operand_i;
  logic [Lanes * SumWidth-1:0] sums_o;

  assign {operand_i, weights_i, first_i, valid_i} = value;
  assign answer = {sums_o};

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
  fg_mac_lanes #(
    .Lanes(Lanes),
    .Split(Split),
    .Product(Product),
    .WeightWidth(WeightWidth),
    .OperandWidth(OperandWidth),
    .SumWidth(SumWidth)
  ) u_dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .valid_i,
    .first_i,
    .weights_i,
    .operand_i,
    .sums_o
  );
endmodule
