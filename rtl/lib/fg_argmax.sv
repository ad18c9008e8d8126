// The index of the largest element of each vector, the first of equals; known in the cycle after the vector's
// last element was taken.
module fg_argmax #(
  parameter int Count = 2,      // elements of a vector
  parameter int Width = 9,      // travelling width of an element
  parameter int IndexWidth = 1  // holds Count - 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic signed [Width-1:0] data_i,
  input  logic                    valid_i,
  output logic                    ready_o,
  input  logic                    first_i,
  input  logic                    last_i,
  output logic [IndexWidth-1:0]   index_o,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic                    first_o,
  output logic                    last_o
);
  localparam logic [IndexWidth-1:0] Last = IndexWidth'(Count - 1);

  logic [IndexWidth-1:0]   position_q, largest_index_q, largest_index;
  logic signed [Width-1:0] largest_q;
  logic                    taken, ends, larger;

  assign ends = position_q == Last;
  assign ready_o = !ends || !valid_o || ready_i;
  assign taken = valid_i && ready_o;
  assign larger = (position_q == '0) || (data_i > largest_q);
  assign largest_index = larger ? position_q : largest_index_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      position_q <= '0;
      valid_o <= 1'b0;
    end else begin
      if (taken) position_q <= ends ? '0 : position_q + 1'b1;
      if (taken && ends) valid_o <= 1'b1;
      else if (ready_i) valid_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (taken) begin
      largest_index_q <= largest_index;
      if (larger) largest_q <= data_i;
    end
    if (taken && ends) begin
      index_o <= largest_index;
      first_o <= first_i;
      last_o <= last_i;
    end
  end
endmodule
