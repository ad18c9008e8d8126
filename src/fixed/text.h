// The fixed-point network for people to read: `fixgate show`.
#pragma once

#include <string>

#include "program/fixed_network.h"

namespace fixgate {

struct TextOptions {
  bool full = false;  // every integer, too
};

/// Of a verified network: its text form (docs/formats.md), which parses back, and in comments what follows
/// from it: proven widths, errors of tables, footprint.
std::string to_text(const program::FixedNetwork& network, const TextOptions& options = {});

/// "4 bits", "ternary", "2..6 bits by row, 3.00 in the mean".
std::string describe_width(const WeightMatrix& matrix);

}  // namespace fixgate
