// A piecewise-linear table: docs/numerics.md, section 6. Latency $clog2(entries) + 4: the address, one level
// of the search for the segment a cycle, its word, the product, the result.
module fg_table_linear #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 9,   // travelling width of the input
  parameter int OutWidth = 9,  // at least the output's travelling width
  parameter     File = ""      // words of {slope, offset, start}
) (
  input  logic                       clk_i,
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  localparam int Entries = Table[fg_pkg::TableEntries+:32];
  localparam int FormatWidth = Table[fg_pkg::TableInWidth+:32];
  localparam int MagnitudeWidth = (FormatWidth > 1) ? FormatWidth - 1 : 1;
  localparam int AddressWidth =
      (Table[fg_pkg::TableSymmetry+:32] == fg_pkg::SymmetryNone) ? FormatWidth : MagnitudeWidth;
  localparam int StartWidth = Table[fg_pkg::TableStartWidth+:32];
  localparam int OffsetWidth = Table[fg_pkg::TableOffsetWidth+:32];
  localparam int SlopeWidth = Table[fg_pkg::TableSlopeWidth+:32];
  localparam int WordWidth = SlopeWidth + OffsetWidth + StartWidth;
  localparam int IndexWidth = (Entries > 1) ? $clog2(Entries) : 1;
  localparam int ProductWidth = SlopeWidth + AddressWidth;
  localparam int SumWidth = ((ProductWidth > OffsetWidth) ? ProductWidth : OffsetWidth) + 1;
  localparam int Shift = Table[fg_pkg::TableShift+:32];
  localparam int RoundedWidth = (Shift > 0) ? ((SumWidth > Shift) ? SumWidth - Shift : 1) + 1 : SumWidth - Shift;

  // Address.
  logic [AddressWidth-1:0] address;
  logic mirror;
  fg_table_address #(
    .Table(Table),
    .InWidth(InWidth),
    .AddressWidth(AddressWidth)
  ) u_address (
    .clk_i,
    .value_i,
    .address_o(address),
    .mirror_o(mirror)
  );

  // Segment.
  logic [AddressWidth-1:0] found_address;
  logic [IndexWidth-1:0]   index;
  logic                    found_mirror;
  fg_segment_search #(
    .Entries(Entries),
    .AddressWidth(AddressWidth),
    .StartWidth(StartWidth),
    .WordWidth(WordWidth),
    .File(File)
  ) u_search (
    .clk_i,
    .address_i(address),
    .flag_i(mirror),
    .address_o(found_address),
    .flag_o(found_mirror),
    .index_o(index)
  );

  // Word.
  logic [WordWidth-1:0]    word;
  logic [AddressWidth-1:0] word_address_q;
  logic                    word_mirror_q;
  fg_rom #(
    .Width(WordWidth),
    .Depth(Entries),
    .File(File)
  ) u_words (
    .clk_i,
    .address_i(index),
    .word_o(word)
  );
  always_ff @(posedge clk_i) begin
    word_address_q <= found_address;
    word_mirror_q <= found_mirror;
  end

  // Product. The start is not above the address.
  logic signed [SlopeWidth-1:0]   slope;
  logic signed [AddressWidth:0]   distance;
  logic signed [ProductWidth-1:0] product_q;
  logic signed [OffsetWidth-1:0]  offset_q;
  logic                           product_mirror_q;
  assign slope = word[StartWidth+OffsetWidth+:SlopeWidth];
  assign distance = {1'b0, word_address_q - AddressWidth'(word[0+:StartWidth])};
  always_ff @(posedge clk_i) begin
    product_q <= ProductWidth'(slope) * ProductWidth'(distance);
    offset_q <= word[StartWidth+:OffsetWidth];
    product_mirror_q <= word_mirror_q;
  end

  // Result.
  logic signed [SumWidth-1:0]     sum;
  logic signed [RoundedWidth-1:0] rounded;
  logic signed [OutWidth-1:0]     result;
  assign sum = SumWidth'(offset_q) + SumWidth'(product_q);
  fg_round #(
    .InWidth(SumWidth),
    .Shift(Shift),
    .Rounding(Table[fg_pkg::TableOutRounding+:32])
  ) u_round (
    .value_i(sum),
    .value_o(rounded)
  );
  fg_table_result #(
    .Table(Table),
    .InWidth(RoundedWidth),
    .OutWidth(OutWidth)
  ) u_result (
    .value_i(rounded),
    .mirror_i(product_mirror_q),
    .value_o(result)
  );
  always_ff @(posedge clk_i) value_o <= result;
endmodule
