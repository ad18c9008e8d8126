// A memory with one write and one read port; the word comes one cycle after its address, as it was before a
// write in that cycle.
module fg_ram #(
  parameter int Width = 8,
  parameter int Depth = 2,
  parameter int AddressWidth = (Depth > 1) ? $clog2(Depth) : 1  // derived
) (
  input  logic                    clk_i,
  input  logic                    write_i,
  input  logic [AddressWidth-1:0] write_address_i,
  input  logic [Width-1:0]        write_word_i,
  input  logic [AddressWidth-1:0] read_address_i,
  output logic [Width-1:0]        read_word_o
);
  logic [Width-1:0] words[0:Depth-1];
  always_ff @(posedge clk_i) begin
    if (write_i) words[write_address_i] <= write_word_i;
    read_word_o <= words[read_address_i];
  end
endmodule
