// Weights as memories hold them: docs/numerics.md, section 4.
#pragma once

#include <cstdint>
#include <span>

#include "rtl/random_tables.h"
#include "rtl/words.h"

namespace fixgate::rtl {

enum class Encoding { Plain, Ternary, Binary, PowerOfTwo };  // as in fg_pkg
enum class ProductKind { Multiply, Select, Shift };          // as in fg_pkg

struct WeightCode {
  Encoding encoding = Encoding::Plain;
  int stored_width = 8;  // of a weight or its code; ternary: 2

  /// That every weight has in two's complement.
  [[nodiscard]] int value_width() const;
  [[nodiscard]] std::int64_t random_weight(testing_support::Random& random) const;
  /// {negative, exponent + 1, or 0 for the weight 0}
  [[nodiscard]] std::int64_t power_code(std::int64_t weight) const;
  /// A memory's word.
  [[nodiscard]] Word stored(std::span<const std::int64_t> weights) const;
};

WeightCode random_code(testing_support::Random& random);

}  // namespace fixgate::rtl
