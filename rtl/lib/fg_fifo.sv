// First in, first out; an element can be read two cycles after it was written. Whoever writes knows that there
// is room: the FIFO does not check.
module fg_fifo #(
  parameter int Width = 8,
  parameter int Depth = 2
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  output logic [Width-1:0] data_o,
  input  logic             pop_i
);
  localparam int PointerWidth = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int CountWidth = $clog2(Depth + 1);
  localparam logic [PointerWidth-1:0] Last = PointerWidth'(Depth - 1);

  logic [PointerWidth-1:0] write_q, read_d, read_q;
  logic [CountWidth-1:0] count_d, count_q;  // elements written before this cycle and not yet read

  assign read_d = !pop_i ? read_q : (read_q == Last) ? '0 : read_q + 1'b1;
  assign count_d = count_q - CountWidth'(pop_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q <= '0;
      count_q <= '0;
      valid_o <= 1'b0;
    end else begin
      if (push_i) write_q <= (write_q == Last) ? '0 : write_q + 1'b1;
      read_q <= read_d;
      count_q <= count_d + CountWidth'(push_i);
      // The memory gives what was written before this cycle.
      valid_o <= count_d != '0;
    end
  end

  fg_ram #(
    .Width(Width),
    .Depth(Depth)
  ) u_ram (
    .clk_i,
    .write_i(push_i),
    .write_address_i(write_q),
    .write_word_i(data_i),
    .read_address_i(read_d),
    .read_word_o(data_o)
  );
endmodule
