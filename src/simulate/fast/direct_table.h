// An activation table with every answer worked out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "numeric/activation_table.h"

namespace fixgate::fast {

struct DirectTable {
  explicit DirectTable(const ActivationTable& table);

  std::int32_t first = 0;             // the smallest input
  std::vector<std::int32_t> entries;  // by input - first: the answer times two, plus one if it overflowed
};

/// Where a table overflows: at the inputs up to one and from another on.
struct OverflowEnds {
  std::int16_t up_to = INT16_MIN;  // none
  std::int16_t from = INT16_MAX;   // none
};

/// Nothing if other inputs overflow, too, or if an input has more than 14 bits.
std::optional<OverflowEnds> overflow_ends(const DirectTable& table);

}  // namespace fixgate::fast
