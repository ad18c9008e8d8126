// Into the range of a format of Width bits: docs/numerics.md, section 3, step 2.
module fg_overflow #(
  parameter int InWidth = 16,
  parameter int Width = 8,
  parameter bit Signed = 1'b1,
  parameter int Overflow = fg_pkg::OverflowSaturate,
  parameter int OutWidth = Signed ? Width : Width + 1  // at least this
) (
  input  logic signed [InWidth-1:0]  value_i,
  output logic signed [OutWidth-1:0] value_o
);
  // Wide enough to hold the value and both ends of the range.
  localparam int CompareWidth = ((InWidth > Width + 1) ? InWidth : Width + 1) + 1;
  localparam logic signed [CompareWidth-1:0] One = CompareWidth'(1);
  localparam logic signed [CompareWidth-1:0] Highest = Signed ? (One <<< (Width - 1)) - One : (One <<< Width) - One;
  localparam logic signed [CompareWidth-1:0] Lowest = Signed ? -(One <<< (Width - 1)) : '0;

  logic signed [CompareWidth-1:0] value;
  assign value = CompareWidth'(value_i);

  if (Overflow == fg_pkg::OverflowWrap) begin : gen_wrap
    logic unused_value;
    assign unused_value = ^value;
    if (Signed) begin : gen_signed
      assign value_o = OutWidth'($signed(value[Width-1:0]));
    end else begin : gen_unsigned
      assign value_o = OutWidth'({1'b0, value[Width-1:0]});
    end
  end else begin : gen_saturate
    always_comb begin
      if (value > Highest) value_o = OutWidth'(Highest);
      else if (value < Lowest) value_o = OutWidth'(Lowest);
      else value_o = OutWidth'(value);
    end
  end
endmodule
