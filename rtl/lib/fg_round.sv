// value * 2^-Shift as an integer: docs/numerics.md, section 3, step 1.
module fg_round #(
  parameter int InWidth = 16,
  parameter int Shift = 4,  // negative: exact, to the left
  parameter int Rounding = fg_pkg::RoundFloor,
  parameter int OutWidth = (Shift > 0) ? ((InWidth > Shift) ? InWidth - Shift : 1) + 1 : InWidth - Shift  // derived
) (
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  if (Shift <= 0) begin : gen_exact
    assign value_o = OutWidth'(value_i) <<< -Shift;
  end else if (Rounding == fg_pkg::RoundFloor) begin : gen_floor
    localparam int WideWidth = (InWidth > Shift) ? InWidth : Shift + 1;  // the sign stays
    assign value_o = OutWidth'(WideWidth'(value_i) >>> Shift);
  end else begin : gen_nearest
    // One bit more than the larger of the value and the half that is added to it.
    localparam int SumWidth = ((InWidth > Shift + 1) ? InWidth : Shift + 1) + 1;
    localparam logic signed [SumWidth-1:0] Half = SumWidth'(1) <<< (Shift - 1);
    logic signed [SumWidth-1:0] sum;
    logic signed [OutWidth-1:0] nearest;
    logic                       tie;
    assign sum = SumWidth'(value_i) + Half;
    assign nearest = OutWidth'(sum >>> Shift);
    // After the half is added, a tie has only zeros below the binary point.
    assign tie = (Rounding == fg_pkg::RoundConvergent) && (sum[Shift-1:0] == '0);
    assign value_o = {nearest[OutWidth-1:1], nearest[0] && !tie};
  end
endmodule
