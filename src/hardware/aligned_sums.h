// The row sums of a layer as its engine makes them: all rows of a gate at one binary point, with widths
// proven from the actual weights (docs/numerics.md, sections 2 and 5).
#pragma once

#include <vector>

#include "fixed/fixed_chain.h"
#include "numeric/requantise.h"

namespace fixgate {

inline constexpr int kMaxTotalWidth = 120;  // a bound that numeric/accumulator.h can tell

/// The total of a row is (acc_x << shift_x) + (acc_h << shift_h) + bias_x at the gate's fraction.
struct AlignedRow {
  int shift_x = 0;
  int shift_h = 0;
  Wide bias_x = 0;
  Wide bias_h = 0;  // only where the hidden part has a total of its own
};

struct AlignedGate {
  int fraction = 0;              // of every row's total
  int hidden_fraction = 0;       // of the hidden part's own total
  std::vector<AlignedRow> rows;  // by unit
};

/// Bits, signed but for the shift.
struct SumWidths {
  int sum = 1;     // every partial acc_x and acc_h
  int total = 1;   // every total, every aligned part, and every partial total
  int shift = 1;   // unsigned
  int bias = 1;    // aligned
  int bias_h = 1;  // likewise, of a hidden part with a total of its own
};

struct AlignedSums {
  std::vector<AlignedGate> gates;  // in ONNX's order; dense layers have one
  SumWidths widths;
};

/// Of the forward cell. Error: a total needs more than 120 bits.
Result<AlignedSums> align_sums(const FixedChain& network, const FixedRecurrent& layer);
Result<AlignedSums> align_sums(const FixedChain& network, const FixedDense& layer);

}  // namespace fixgate
