// Passes a flag on after Depth cycles; false after reset until one has come through. taps_o[k] is the flag
// after k cycles.
module fg_delay_valid #(
  parameter int Depth = 1
) (
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           valid_i,
  output logic [Depth:0] taps_o
);
  assign taps_o[0] = valid_i;
  if (Depth > 0) begin : gen_line
    logic [Depth-1:0] line_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) line_q <= '0;
      else line_q <= taps_o[Depth-1:0];
    end
    assign taps_o[Depth:1] = line_q;
  end
endmodule
