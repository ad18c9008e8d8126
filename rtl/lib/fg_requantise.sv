// An exact sum enters a signal: shift, round, overflow (docs/numerics.md, section 3).
module fg_requantise #(
  parameter int                            InWidth = 16,
  parameter logic [fg_pkg::SignalBits-1:0] Signal = '0,
  parameter int                            OutWidth = 8  // the format's width, one more if it is unsigned
) (
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  localparam int Shift = Signal[fg_pkg::SignalShift+:32];
  localparam int RoundedWidth = (Shift > 0) ? ((InWidth > Shift) ? InWidth - Shift : 1) + 1 : InWidth - Shift;

  logic signed [RoundedWidth-1:0] rounded;

  fg_round #(
    .InWidth(InWidth),
    .Shift(Shift),
    .Rounding(Signal[fg_pkg::SignalRounding+:32])
  ) u_round (
    .value_i,
    .value_o(rounded)
  );

  fg_overflow #(
    .InWidth(RoundedWidth),
    .Width(Signal[fg_pkg::SignalWidth+:32]),
    .Signed(Signal[fg_pkg::SignalSigned]),
    .Overflow(Signal[fg_pkg::SignalOverflow+:32]),
    .OutWidth(OutWidth)
  ) u_overflow (
    .value_i(rounded),
    .value_o
  );
endmodule
