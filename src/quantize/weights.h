// Rounds float matrices to integers: docs/numerics.md, section 4.
#pragma once

#include <string>

#include "fixed/fixed_network.h"
#include "network/network.h"

namespace fixgate {

struct WeightOptions {
  int width = 8;
  bool per_row = true;        // a binary point for each row
  bool has_fraction = false;  // one stated binary point for the matrix
  int fraction = 0;
};

/// Nearest integers, ties to even, clipped to the width. A binary point that is not stated is the one of
/// least squared error, over the row or over the matrix.
WeightMatrix quantise_weights(const std::string& name, const FloatMatrix& weights,
                              const WeightOptions& options);

/// One bias at its accumulator's fraction, to nearest, ties to even. Error: it needs more than 62 bits.
Result<std::int64_t> quantise_bias(double bias, int fraction);

}  // namespace fixgate
