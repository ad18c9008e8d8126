// The FixedNetwork for people to read: `fixgate show`.
#pragma once

#include <string>

#include "fixed/fixed_network.h"

namespace fixgate {

struct TextOptions {
  bool weights = false;  // print the integers too
};

/// Of a verified network: head, signals, weights, tables, layers as equations, proven widths, footprint.
std::string to_text(const FixedNetwork& network, const TextOptions& options = {});

/// "4 bits", "ternary", "2..6 bits by row, 3.00 in the mean".
std::string describe_width(const WeightMatrix& matrix);

}  // namespace fixgate
