// One level of the search for a segment: sets a bit of the index if the segment that this gives starts at or
// below the address. Latency 1.
module fg_segment_step #(
  parameter int Entries = 2,
  parameter int Bit = 0,  // lower bits of index_i are zero
  parameter int AddressWidth = 8,
  parameter int StartWidth = 8,
  parameter int WordWidth = 16,
  parameter     File = "",
  parameter int IndexWidth = 1
) (
  input  logic                    clk_i,
  input  logic [AddressWidth-1:0] address_i,
  input  logic                    flag_i,
  input  logic [IndexWidth-1:0]   index_i,
  output logic [AddressWidth-1:0] address_o,
  output logic                    flag_o,
  output logic [IndexWidth-1:0]   index_o
);
  localparam int CompareWidth = (AddressWidth > StartWidth) ? AddressWidth : StartWidth;
  localparam logic [IndexWidth:0] Count = (IndexWidth + 1)'(Entries);

  logic [WordWidth-1:0] words[0:Entries-1];
  initial $readmemh(File, words);

  logic [IndexWidth-1:0] candidate;
  logic [WordWidth-1:0]  word;
  logic                  taken;

  assign candidate = index_i | (IndexWidth'(1) << Bit);
  assign word = words[candidate];
  assign taken = ({1'b0, candidate} < Count) && (CompareWidth'(word[StartWidth-1:0]) <= CompareWidth'(address_i));

  logic unused_word;
  assign unused_word = ^word;

  always_ff @(posedge clk_i) begin
    address_o <= address_i;
    flag_o <= flag_i;
    index_o <= taken ? candidate : index_i;
  end
endmodule
