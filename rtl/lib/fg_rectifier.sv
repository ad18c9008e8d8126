// max(q, 0), requantised: docs/numerics.md, section 6. Latency 2.
module fg_rectifier #(
  parameter logic [fg_pkg::TableBits-1:0] Table = '0,
  parameter int InWidth = 9,  // travelling width of the input
  parameter int OutWidth = 9  // at least the output's travelling width
) (
  input  logic                       clk_i,
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  localparam int Shift = Table[fg_pkg::TableShift+:32];
  localparam int RoundedWidth = (Shift > 0) ? ((InWidth > Shift) ? InWidth - Shift : 1) + 1 : InWidth - Shift;

  logic signed [InWidth-1:0]      positive_q;
  logic signed [RoundedWidth-1:0] rounded;
  logic signed [OutWidth-1:0]     result;

  always_ff @(posedge clk_i) positive_q <= value_i[InWidth-1] ? '0 : value_i;

  fg_round #(
    .InWidth(InWidth),
    .Shift(Shift),
    .Rounding(Table[fg_pkg::TableOutRounding+:32])
  ) u_round (
    .value_i(positive_q),
    .value_o(rounded)
  );
  fg_overflow #(
    .InWidth(RoundedWidth),
    .Width(Table[fg_pkg::TableOutWidth+:32]),
    .Signed(Table[fg_pkg::TableOutSigned]),
    .Overflow(Table[fg_pkg::TableOutOverflow+:32]),
    .OutWidth(OutWidth)
  ) u_overflow (
    .value_i(rounded),
    .value_o(result)
  );
  always_ff @(posedge clk_i) value_o <= result;
endmodule
