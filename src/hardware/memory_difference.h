// The words of a memory file beside those of another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fixgate {

struct MemoryDifference {
  std::int64_t words = 0;  // that differ, are missing or too many
  std::string first;       // the first of them in words: "word 3 is 0f, the network's is 0e"; empty: none
};

/// `expected` and `present` are texts for $readmemh: lines that begin with // say nothing, and anything else
/// that is not as expected is a difference.
MemoryDifference compare_memory(std::string_view expected, std::string_view present);

}  // namespace fixgate
