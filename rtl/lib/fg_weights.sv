// The weights of a memory's word, decoded: in two's complement, or, for lanes that shift, as codes {negative,
// exponent + 1, or 0 for the weight 0} (docs/numerics.md, section 4).
module fg_weights #(
  parameter int Count = 4,
  parameter int Encoding = 0,     // fg_pkg::Encoding...
  parameter int StoredWidth = 8,  // bits of a stored weight; 2 for ternary, 1 for binary ones
  parameter bit KeepCode = 1'b0,  // powers of two: the codes
  parameter int WeightWidth = 8,  // of the answer, enough for every weight or code
  parameter int WordWidth = (Encoding == fg_pkg::EncodingTernary) ? (Count + 4) / 5 * 8 : Count * StoredWidth  // derived
) (
  input  logic [WordWidth-1:0]         word_i,
  output logic [Count*WeightWidth-1:0] weights_o
);
  if (Encoding == fg_pkg::EncodingTernary) begin : gen_ternary
    localparam int Bytes = (Count + 4) / 5;
    logic [10*Bytes-1:0] weights;
    for (genvar b = 0; b < Bytes; b++) begin : gen_byte
      fg_ternary u_byte (
        .byte_i(word_i[8*b+:8]),
        .weights_o(weights[10*b+:10])
      );
    end
    for (genvar k = 0; k < Count; k++) begin : gen_weight
      assign weights_o[k*WeightWidth+:WeightWidth] = WeightWidth'($signed(weights[2*k+:2]));
    end
    if (5 * Bytes > Count) begin : gen_rest
      logic unused_weights;
      assign unused_weights = ^weights[10*Bytes-1:2*Count];
    end
  end else if (Encoding == fg_pkg::EncodingBinary) begin : gen_binary
    for (genvar k = 0; k < Count; k++) begin : gen_weight
      assign weights_o[k*WeightWidth+:WeightWidth] = WeightWidth'($signed({word_i[k], 1'b1}));
    end
  end else if (Encoding == fg_pkg::EncodingPowerOfTwo && KeepCode) begin : gen_code
    for (genvar k = 0; k < Count; k++) begin : gen_weight
      logic [StoredWidth-1:0] code;
      assign code = word_i[k*StoredWidth+:StoredWidth];
      assign weights_o[k*WeightWidth+:WeightWidth] =
          {code[StoredWidth-1], (WeightWidth - 1)'(code[StoredWidth-2:0])};
    end
  end else if (Encoding == fg_pkg::EncodingPowerOfTwo) begin : gen_power
    for (genvar k = 0; k < Count; k++) begin : gen_weight
      fg_product #(
        .Kind(fg_pkg::ProductShift),
        .WeightWidth(StoredWidth),
        .OperandWidth(2),
        .ProductWidth(WeightWidth)
      ) u_power (
        .weight_i(word_i[k*StoredWidth+:StoredWidth]),
        .operand_i(2'sd1),
        .product_o(weights_o[k*WeightWidth+:WeightWidth])
      );
    end
  end else begin : gen_plain
    for (genvar k = 0; k < Count; k++) begin : gen_weight
      assign weights_o[k*WeightWidth+:WeightWidth] = WeightWidth'($signed(word_i[k*StoredWidth+:StoredWidth]));
    end
  end
endmodule
