// Proofs of width: docs/numerics.md, section 5.
#pragma once

#include <cstdint>
#include <span>

#include "numeric/requantise.h"

namespace fixgate {

inline constexpr int kMaxAccumulatorWidth = 64;

/// Smallest signed width that holds both ends; at least 1.
int signed_width(Wide low, Wide high);

/// An interval that holds every partial sum of a row, whatever the order of its terms.
/// Bounds are kept within +-2^120, so that proofs over hostile numbers end in a refusal, not in an overflow.
class AccumulatorBound {
 public:
  /// A term that may be any integer of [low, high], shifted left by `shift` >= 0.
  void add_term(Wide low, Wide high, int shift);
  /// weight * x with x anywhere in `input`, shifted left by `shift`.
  void add_product(std::int64_t weight, const Format& input, int shift);
  /// All products of a row.
  void add_row(std::span<const std::int32_t> weights, const Format& input, int shift);

  [[nodiscard]] Wide low() const { return low_; }
  [[nodiscard]] Wide high() const { return high_; }
  [[nodiscard]] int width() const { return signed_width(low_, high_); }

 private:
  Wide low_ = 0;
  Wide high_ = 0;
};

/// The exact range of a product of two signals.
struct Interval {
  Wide low;
  Wide high;
};
Interval product_range(const Interval& a, const Interval& b);
Interval range_of(const Format& format);

}  // namespace fixgate
