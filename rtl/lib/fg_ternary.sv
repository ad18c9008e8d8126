// Five weights of -1, 0 or 1 from the byte that holds them base 3: byte = sum of (w[k] + 1) * 3^k. Each bit of the
// answer is a look-up in 256 constants, so that no divider is built. Bytes above 242 do not occur.
module fg_ternary (
  input  logic [7:0] byte_i,
  output logic [9:0] weights_o  // 2 bits each, two's complement, the first one lowest
);
  // Bit b: bit `place` of the answer to byte b.
  function automatic logic [255:0] answers(input int place);
    int power;
    int digit;
    power = 1;
    for (int k = 0; k < place / 2; k++) power = power * 3;
    for (int b = 0; b < 256; b++) begin
      digit = (b / power) % 3;
      answers[b] = (place % 2 == 1) ? digit == 0 : digit != 1;
    end
  endfunction

  for (genvar p = 0; p < 10; p++) begin : gen_bit
    localparam logic [255:0] Answers = answers(p);
    assign weights_o[p] = Answers[byte_i];
  end
endmodule
