// Says what makes a sum too wide.
#pragma once

#include "program/fixed_network.h"

namespace fixgate::program {

/// Error: the statement's sum needs more than 64 bits; the message names its target, and the factors of its
/// widest product with their widths, which are what to narrow. Expects formats, and integers of the right
/// number.
Result<void> check_width(const FixedNetwork& network, const SumStatement& statement);

/// The same of all sums.
Result<void> check_widths(const FixedNetwork& network);

}  // namespace fixgate::program
