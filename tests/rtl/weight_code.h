// Random weights, and the words of a memory that hold them, put together here apart from the generator's own
// code: docs/numerics.md, section 4.
#pragma once

#include <cstdint>
#include <span>

#include "numeric/weight_code.h"
#include "rtl/random_tables.h"
#include "rtl/words.h"

namespace fixgate::rtl {

enum class ProductKind { Multiply, Select, Shift };  // as in fg_pkg

WeightCode random_code(Random& random);
std::int64_t random_weight(Random& random, const WeightCode& code);

/// {negative, exponent + 1, or 0 for the weight 0} in `width` bits.
std::int64_t power_code(std::int64_t weight, int width);

/// A memory's word.
Word stored_word(const WeightCode& code, std::span<const std::int64_t> weights);

}  // namespace fixgate::rtl
