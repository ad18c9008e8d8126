// The one algebra of exact sums and products: ranges, fractions, alignments. docs/numerics.md, sections 2
// and 5.
#pragma once

#include <cstdint>
#include <span>

#include "numeric/accumulator.h"
#include "numeric/format.h"

namespace fixgate {

/// A number that may be any integer of `range`, times 2^-fraction. Bounds beyond +-2^120 are kept at that.
struct ExactRange {
  Interval range{0, 0};
  int fraction = 0;
};

/// Any number of the format.
ExactRange exact_range(const Format& format);
/// One number alone.
ExactRange exact_range(std::int64_t value, int fraction);
ExactRange negated(const ExactRange& a);
ExactRange product(const ExactRange& a, const ExactRange& b);
/// One row of weights times a vector of the format: every partial sum lies in the range.
ExactRange row_product(std::span<const std::int32_t> weights, int row_fraction, const Format& input);

/// A sum taken at the largest fraction of its terms.
struct ExactSum {
  ExactRange result;  // holds every partial sum, in any order
  int alignment = 0;  // the longest left shift that brings a term to the sum's fraction

  [[nodiscard]] int width() const { return signed_width(result.range.low, result.range.high); }
  /// How far a term of the given fraction is shifted left.
  [[nodiscard]] int shift_of(int term_fraction) const { return result.fraction - term_fraction; }
};

/// At least one term.
ExactSum add_up(std::span<const ExactRange> terms);
/// The same, taken at `least_fraction` where that is larger than the fraction of every term.
ExactSum add_up(std::span<const ExactRange> terms, int least_fraction);

/// The fraction of a product, and of a sum, by those of its parts.
constexpr int product_fraction(int a, int b) {
  return a + b;
}
constexpr int sum_fraction(int a, int b) {
  return a > b ? a : b;
}

}  // namespace fixgate
