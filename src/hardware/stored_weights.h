// Weights as the words of a memory hold them: docs/numerics.md, section 4; fg_pkg's Encoding...
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "hardware/memory_image.h"

namespace fixgate {

enum class StoredEncoding { Plain, Ternary, Binary, PowerOfTwo };

/// For people: "ternary, five in a byte".
std::string to_text(StoredEncoding encoding);

struct StoredWeights {
  StoredEncoding encoding = StoredEncoding::Plain;
  int width = 1;  // bits of a weight or its code; ternary: of a decoded weight, 2

  /// Of a word of so many weights. Ternary ones stand five in a byte, base 3.
  [[nodiscard]] std::int64_t word_bits(std::int64_t weights) const;

  /// Fills a word, the first weight lowest. The encoding holds every weight; binary, 0 becomes 1.
  void put(MemoryImage& image, int word, std::span<const std::int32_t> weights) const;
};

}  // namespace fixgate
