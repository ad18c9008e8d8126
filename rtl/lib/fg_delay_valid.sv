// Passes a flag on after Depth cycles; false after reset until one has come through.
module fg_delay_valid #(
  parameter int Depth = 1  // at least 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic valid_i,
  output logic valid_o
);
  logic [Depth-1:0] line_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) line_q <= '0;
    else line_q <= Depth'({line_q, valid_i});
  end
  assign valid_o = line_q[Depth-1];
endmodule
