// Constants that the modules of the library share.
//
// Inside the library every value is a signed vector: an unsigned signal of w bits travels as w + 1 bits.
package fg_pkg;
  // No design uses all of them.
  // verilator lint_off UNUSEDPARAM
  // Rounding and overflow of a signal: docs/numerics.md, section 3.
  localparam int RoundFloor = 0;
  localparam int RoundNearest = 1;
  localparam int RoundConvergent = 2;
  localparam int OverflowSaturate = 0;
  localparam int OverflowWrap = 1;

  // How a memory holds weights (docs/numerics.md, section 4), and how lanes multiply by them.
  localparam int EncodingPlain = 0;
  localparam int EncodingTernary = 1;
  localparam int EncodingBinary = 2;
  localparam int EncodingPowerOfTwo = 3;
  localparam int ProductMultiply = 0;
  localparam int ProductSelect = 1;  // weights of -1, 0, 1
  localparam int ProductShift = 2;   // powers of two

  // A signal's descriptor: what is done to an exact sum that enters it. Fields of 32 bits, by their lowest bit.
  localparam int SignalBits = 160;
  localparam int SignalShift = 0;      // fraction of the sum - fraction of the signal; may be negative
  localparam int SignalWidth = 32;     // of the format
  localparam int SignalSigned = 64;    // 1: signed
  localparam int SignalRounding = 96;  // Round...
  localparam int SignalOverflow = 128; // Overflow...

  // A table's descriptor: docs/numerics.md, section 6. Fields of 32 bits, by their lowest bit.
  localparam int TableLinear = 0;
  localparam int TableLookup = 1;
  localparam int TableRectifier = 2;
  localparam int SymmetryNone = 0;
  localparam int SymmetryOdd = 1;
  localparam int SymmetryComplement = 2;

  localparam int TableBits = 480;
  localparam int TableKind = 0;          // Table...
  localparam int TableSymmetry = 32;     // Symmetry...
  localparam int TableInWidth = 64;      // of the input's format
  localparam int TableInSigned = 96;
  localparam int TableShift = 128;       // fraction of the value before rounding - fraction of the output
  localparam int TableOutWidth = 160;    // of the output's format
  localparam int TableOutSigned = 192;
  localparam int TableOutRounding = 224;
  localparam int TableOutOverflow = 256;
  localparam int TableOutFraction = 288; // for the mirror 1 - y
  localparam int TableEntries = 320;     // segments or entries
  localparam int TableDrop = 352;        // look-up: address bits left out
  localparam int TableOffsetWidth = 384; // piecewise-linear: signed offset; look-up: signed entry
  localparam int TableSlopeWidth = 416;  // piecewise-linear: signed slope
  localparam int TableStartWidth = 448;  // piecewise-linear: unsigned start
  // verilator lint_on UNUSEDPARAM
endpackage
