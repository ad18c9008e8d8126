// The end of a table (docs/numerics.md, section 6): mirror and overflow. Combinational.
module fg_table_result #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 9,
  parameter int OutWidth = 9  // at least the output's travelling width
) (
  input  logic signed [InWidth-1:0]  value_i,  // integer at the output's fraction
  input  logic                       mirror_i,
  output logic signed [OutWidth-1:0] value_o
);
  localparam int Symmetry = Table[fg_pkg::TableSymmetry+:32];
  localparam int Fraction = (Symmetry == fg_pkg::SymmetryComplement) ? Table[fg_pkg::TableOutFraction+:32] : 0;
  // Holds the difference of 2^Fraction and the value.
  localparam int Width = ((InWidth > Fraction + 2) ? InWidth : Fraction + 2) + 1;
  localparam logic signed [Width-1:0] One =
      (Symmetry == fg_pkg::SymmetryComplement) ? Width'(1) << Fraction : Width'(0);

  logic signed [Width-1:0] value, mirrored;
  assign value = Width'(value_i);
  assign mirrored = mirror_i ? One - value : value;

  fg_overflow #(
    .InWidth(Width),
    .Width(Table[fg_pkg::TableOutWidth+:32]),
    .Signed(Table[fg_pkg::TableOutSigned]),
    .Overflow(Table[fg_pkg::TableOutOverflow+:32]),
    .OutWidth(OutWidth)
  ) u_overflow (
    .value_i(mirrored),
    .value_o
  );
endmodule
