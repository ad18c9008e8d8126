// Rejects a FixedChain that no executor may be given.
#pragma once

#include "fixed/fixed_chain.h"

namespace fixgate {

inline constexpr int kMaxDimension = 1 << 24;  // rows, columns, features

/// Every index, shape, width and format is consistent, every integer lies in its format, each table reads and
/// writes the formats of its signals, names are unique identifiers, nothing is left unused, every accumulator
/// is proven to fit, and no value needs more than 64 bits or a shift beyond 63 on its way. docs/formats.md
/// lists the rules. Error: the first fault, by name.
Result<void> verify(const FixedChain& network);

}  // namespace fixgate
