// A memory that is never written; the word comes one cycle after its address.
module fg_rom #(
  parameter int Width = 8,
  parameter int Depth = 2,
  parameter     File = "",
  parameter int AddressWidth = (Depth > 1) ? $clog2(Depth) : 1  // derived
) (
  input  logic                    clk_i,
  input  logic [AddressWidth-1:0] address_i,
  output logic [Width-1:0]        word_o
);
  logic [Width-1:0] words[0:Depth-1];
  initial $readmemh(File, words);
  always_ff @(posedge clk_i) word_o <= words[address_i];
endmodule
