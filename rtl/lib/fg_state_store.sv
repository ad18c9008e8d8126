// A vector that the element-wise units of all slices write unit by unit, and that the multipliers read word by
// word, slice after slice. With Halves = 2 the next vector is written while the old one is read.
module fg_state_store #(
  parameter int Units = 4,   // of the whole vector
  parameter int Slices = 1,
  parameter int Width = 8,
  parameter int Split = 1,   // elements of a word; a power of two
  parameter int Halves = 2,  // 1 or 2
  parameter int SliceUnits = (Units + Slices - 1) / Slices,             // derived
  parameter int Words = (SliceUnits + Split - 1) / Split,               // derived, of a slice
  parameter int UnitWidth = (SliceUnits > 1) ? $clog2(SliceUnits) : 1,  // derived
  parameter int WordWidth = (Words > 1) ? $clog2(Words) : 1,            // derived
  parameter int SliceWidth = (Slices > 1) ? $clog2(Slices) : 1          // derived
) (
  input  logic                    clk_i,
  input  logic                    write_i,
  input  logic                    write_half_i,
  input  logic [UnitWidth-1:0]    unit_i,    // of each slice
  input  logic [Slices*Width-1:0] data_i,
  input  logic                    read_half_i,
  input  logic [SliceWidth-1:0]   slice_i,
  input  logic [WordWidth-1:0]    word_i,
  output logic [Split*Width-1:0]  word_o     // one cycle later; elements that do not exist are zero
);
  localparam int SplitBits = $clog2(Split);
  localparam int AddressWidth = WordWidth + ((Halves > 1) ? 1 : 0);
  localparam int LastUnits = Units - (Slices - 1) * SliceUnits;  // units of the last slice

  logic [AddressWidth-1:0] write_address, read_address;
  logic [Slices*Split*Width-1:0] words;
  logic [SliceWidth-1:0] slice_q;
  logic [WordWidth-1:0] word_q;

  if (Halves > 1) begin : gen_halves
    assign write_address = {write_half_i, WordWidth'(32'(unit_i) >> SplitBits)};
    assign read_address = {read_half_i, word_i};
  end else begin : gen_one
    logic unused_halves;
    assign unused_halves = &{write_half_i, read_half_i};
    assign write_address = WordWidth'(32'(unit_i) >> SplitBits);
    assign read_address = word_i;
  end

  always_ff @(posedge clk_i) begin
    slice_q <= slice_i;
    word_q <= word_i;
  end

  for (genvar s = 0; s < Slices; s++) begin : gen_slice
    localparam int Count = (s == Slices - 1) ? LastUnits : SliceUnits;
    for (genvar p = 0; p < Split; p++) begin : gen_bank
      localparam int Bank = s * Split + p;
      // The unit at word w and element p is w * Split + p: it exists if w is below this bound.
      localparam int Bound = (Count + Split - 1 - p) / Split;
      logic [Width-1:0] element;
      logic write_bank;
      assign write_bank = write_i && 32'(unit_i) % Split == p;
      fg_ram #(
        .Width(Width),
        .Depth(1 << AddressWidth)
      ) u_ram (
        .clk_i,
        .write_i(write_bank),
        .write_address_i(write_address),
        .write_word_i(data_i[s*Width+:Width]),
        .read_address_i(read_address),
        .read_word_o(element)
      );
      if (Bound == 0) begin : gen_none
        logic unused_element;
        assign unused_element = ^element;
        assign words[Bank*Width+:Width] = '0;
      end else begin : gen_some
        assign words[Bank*Width+:Width] = (Bound < Words && 32'(word_q) >= Bound) ? '0 : element;
      end
    end
  end

  assign word_o = words[slice_q*(Split*Width)+:Split*Width];
endmodule
