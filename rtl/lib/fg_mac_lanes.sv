// Lanes rows that each take Split products a cycle and sum them. Weights and operand come in cycle 0, are
// multiplied in cycle 1, and are in the sum from cycle 3 on.
module fg_mac_lanes #(
  parameter int Lanes = 4,
  parameter int Split = 1,
  parameter int Product = 0,   // fg_pkg::Product...
  parameter int WeightWidth = 8,
  parameter int OperandWidth = 8,
  parameter int SumWidth = 24  // proven to hold every partial sum
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               valid_i,
  input  logic                               first_i,  // begins new sums
  input  logic [Lanes*Split*WeightWidth-1:0] weights_i,
  input  logic [Split*OperandWidth-1:0]      operand_i,
  output logic [Lanes*SumWidth-1:0]          sums_o
);
  // Of one product; one that is shifted need not be wider than the sum.
  localparam int LeastWidth = (SumWidth > OperandWidth) ? SumWidth : OperandWidth + 1;
  localparam int ShiftedWidth = OperandWidth + (1 << (WeightWidth - 1));
  localparam int WidthOfOne = (Product != fg_pkg::ProductShift) ? WeightWidth + OperandWidth :
                              (ShiftedWidth < LeastWidth) ? ShiftedWidth : LeastWidth;
  localparam int ProductWidth = WidthOfOne + $clog2(Split);

  logic valid_q, valid_q2, first_q, first_q2;
  logic [Lanes*Split*WeightWidth-1:0] weights_q;
  logic [Split*OperandWidth-1:0] operand_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {valid_q, valid_q2} <= '0;
    else {valid_q, valid_q2} <= {valid_i, valid_q};
  end
  always_ff @(posedge clk_i) begin
    {first_q, first_q2} <= {first_i, first_q};
    weights_q <= weights_i;
    operand_q <= operand_i;
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [Split*WidthOfOne-1:0] products;
    logic signed [ProductWidth-1:0] product, product_q;
    logic signed [SumWidth-1:0] sum_q;

    for (genvar p = 0; p < Split; p++) begin : gen_product
      fg_product #(
        .Kind(Product),
        .WeightWidth(WeightWidth),
        .OperandWidth(OperandWidth),
        .ProductWidth(WidthOfOne)
      ) u_product (
        .weight_i(weights_q[(l*Split+p)*WeightWidth+:WeightWidth]),
        .operand_i(operand_q[p*OperandWidth+:OperandWidth]),
        .product_o(products[p*WidthOfOne+:WidthOfOne])
      );
    end
    always_comb begin
      product = '0;
      for (int p = 0; p < Split; p++) product = product + ProductWidth'($signed(products[p*WidthOfOne+:WidthOfOne]));
    end
    always_ff @(posedge clk_i) begin
      product_q <= product;
      if (valid_q2) sum_q <= (first_q2 ? '0 : sum_q) + SumWidth'(product_q);
    end
    assign sums_o[l*SumWidth+:SumWidth] = sum_q;
    logic unused_product;  // its highest bits, where the sum is proven to need fewer
    assign unused_product = ^product_q;
  end
endmodule
