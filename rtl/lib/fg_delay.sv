// Passes a value on after Depth cycles.
module fg_delay #(
  parameter int Width = 1,
  parameter int Depth = 1
) (
  input  logic             clk_i,
  input  logic [Width-1:0] value_i,
  output logic [Width-1:0] value_o
);
  if (Depth == 0) begin : gen_wire
    logic unused_clk;
    assign unused_clk = clk_i;
    assign value_o = value_i;
  end else if (Depth == 1) begin : gen_register
    logic [Width-1:0] value_q;
    always_ff @(posedge clk_i) value_q <= value_i;
    assign value_o = value_q;
  end else begin : gen_line
    logic [Width*Depth-1:0] line_q;
    always_ff @(posedge clk_i) line_q <= {line_q[Width*(Depth-1)-1:0], value_i};
    assign value_o = line_q[Width*(Depth-1)+:Width];
  end
endmodule
