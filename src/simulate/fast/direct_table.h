// An activation table with every answer worked out.
#pragma once

#include <cstdint>
#include <vector>

#include "numeric/activation_table.h"

namespace fixgate::fast {

struct DirectTable {
  explicit DirectTable(const ActivationTable& table);

  std::int32_t first = 0;             // the smallest input
  std::vector<std::int32_t> entries;  // by input - first: the answer times two, plus one if it overflowed
};

}  // namespace fixgate::fast
