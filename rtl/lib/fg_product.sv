// A weight times an operand: a multiplier, or what the weights' encoding lets take its place.
module fg_product #(
  parameter int Kind = 0,          // fg_pkg::Product...
  parameter int WeightWidth = 8,   // select: 2; shift: of a code as fg_weights keeps it, at least 2
  parameter int OperandWidth = 8,
  parameter int ProductWidth = 16  // higher bits are left out
) (
  input  logic [WeightWidth-1:0]         weight_i,
  input  logic [OperandWidth-1:0]        operand_i,
  output logic signed [ProductWidth-1:0] product_o
);
  if (Kind == fg_pkg::ProductMultiply) begin : gen_multiply
    assign product_o = $signed(weight_i) * $signed(operand_i);
  end else begin : gen_signed
    logic signed [ProductWidth-1:0] magnitude;
    logic negative;
    if (Kind == fg_pkg::ProductSelect) begin : gen_select  // -1, 0, 1
      assign magnitude = weight_i[0] ? ProductWidth'($signed(operand_i)) : '0;
      assign negative = weight_i[1];
    end else begin : gen_shift
      logic [WeightWidth-2:0] code;  // exponent + 1, or 0
      assign code = weight_i[WeightWidth-2:0];
      assign magnitude = (code == '0) ? '0 : ProductWidth'($signed(operand_i)) <<< (code - 1'b1);
      assign negative = weight_i[WeightWidth-1];
    end
    assign product_o = negative ? -magnitude : magnitude;
  end
endmodule
