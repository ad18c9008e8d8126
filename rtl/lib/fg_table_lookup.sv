// A look-up table: docs/numerics.md, section 6. Latency 3: the address, the entry, the result.
module fg_table_lookup #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 9,   // travelling width of the input
  parameter int OutWidth = 9,  // at least the output's travelling width
  parameter     File = ""      // words of one entry
) (
  input  logic                       clk_i,
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  localparam int Entries = Table[fg_pkg::TableEntries+:32];
  localparam int Drop = Table[fg_pkg::TableDrop+:32];
  localparam int FormatWidth = Table[fg_pkg::TableInWidth+:32];
  localparam int MagnitudeWidth = (FormatWidth > 1) ? FormatWidth - 1 : 1;
  localparam int AddressWidth =
      (Table[fg_pkg::TableSymmetry+:32] == fg_pkg::SymmetryNone) ? FormatWidth : MagnitudeWidth;
  localparam int EntryWidth = Table[fg_pkg::TableOffsetWidth+:32];
  localparam int IndexWidth = (Entries > 1) ? $clog2(Entries) : 1;

  logic [AddressWidth-1:0]      address;
  logic                         mirror, entry_mirror_q;
  logic signed [EntryWidth-1:0] entry;
  logic signed [OutWidth-1:0]   result;

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

  fg_rom #(
    .Width(EntryWidth),
    .Depth(Entries),
    .File(File)
  ) u_entries (
    .clk_i,
    .address_i(IndexWidth'(32'(address) >> Drop)),
    .word_o(entry)
  );
  always_ff @(posedge clk_i) entry_mirror_q <= mirror;

  fg_table_result #(
    .Table(Table),
    .InWidth(EntryWidth),
    .OutWidth(OutWidth)
  ) u_result (
    .value_i(entry),
    .mirror_i(entry_mirror_q),
    .value_o(result)
  );
  always_ff @(posedge clk_i) value_o <= result;
endmodule
