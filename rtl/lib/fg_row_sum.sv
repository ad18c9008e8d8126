// Brings a row's sums to the binary point that its gate has in common, and adds the bias. The totals come two
// cycles after the sums: docs/numerics.md, section 5.
module fg_row_sum #(
  parameter int SumWidth = 24,
  parameter int TotalWidth = 32,
  parameter int ShiftWidth = 4,
  parameter int BiasWidth = 16,
  parameter int HiddenBiasWidth = 0,  // 0: the hidden part has no bias of its own
  parameter int WordWidth = 2 * ShiftWidth + BiasWidth + HiddenBiasWidth  // derived
) (
  input  logic                         clk_i,
  input  logic [WordWidth-1:0]         word_i,  // {hidden bias, bias, hidden shift, x shift}
  input  logic signed [SumWidth-1:0]   x_sum_i,
  input  logic signed [SumWidth-1:0]   hidden_sum_i,
  output logic signed [TotalWidth-1:0] total_o,
  output logic signed [TotalWidth-1:0] x_total_o,      // x's part and the bias
  output logic signed [TotalWidth-1:0] hidden_total_o  // the hidden part and its own bias
);
  logic signed [TotalWidth-1:0] x_q, hidden_q, hidden_bias;
  logic signed [BiasWidth-1:0] bias_q;

  always_ff @(posedge clk_i) begin
    x_q <= TotalWidth'(x_sum_i) <<< word_i[0+:ShiftWidth];
    hidden_q <= TotalWidth'(hidden_sum_i) <<< word_i[ShiftWidth+:ShiftWidth];
    bias_q <= word_i[2*ShiftWidth+:BiasWidth];
  end

  if (HiddenBiasWidth > 0) begin : gen_hidden_bias
    logic signed [HiddenBiasWidth-1:0] hidden_bias_q;
    always_ff @(posedge clk_i) hidden_bias_q <= word_i[2*ShiftWidth+BiasWidth+:HiddenBiasWidth];
    assign hidden_bias = TotalWidth'(hidden_bias_q);
  end else begin : gen_no_hidden_bias
    assign hidden_bias = '0;
  end

  always_ff @(posedge clk_i) begin
    total_o <= x_q + hidden_q + TotalWidth'(bias_q);
    x_total_o <= x_q + TotalWidth'(bias_q);
    hidden_total_o <= hidden_q + hidden_bias;
  end
endmodule
