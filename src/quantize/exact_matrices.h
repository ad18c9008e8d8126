// Matrices that say how elements are put together, and whose weights are not rounded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "program/float_network.h"

namespace fixgate::program {

/// k, within -63..63, where every weight is 0, 2^k or -2^k, and not all are 0: sums, differences, means,
/// selections.
std::optional<int> common_power(const FloatMatrix& weights);

/// The matrices whose integers only rules that name them choose, by name: diagonal ones, and those with a
/// common_power().
std::vector<std::string> settled_matrices(const FloatNetwork& network);

}  // namespace fixgate::program
