// Shift, round, overflow: docs/numerics.md, sections 2 and 3.
#pragma once

#include <cstdint>

#include "numeric/format.h"

namespace fixgate {

/// Wide enough for any exact 64-bit accumulator after a left shift of up to 62 bits.
__extension__ using Wide = __int128;

/// v * 2^shift, exact, or +-limit where it lies beyond; shift >= 0, limit a power of two of at most 2^126.
Wide shift_left(Wide v, int shift, Wide limit);

/// v at fraction F as an integer at fraction F - shift, rounded; |v| < 2^64. shift <= 0 is exact up to
/// +-2^126 and stays there beyond.
Wide shift_round(Wide v, int shift, Rounding rounding);

/// The integer of the format's range for `r`; `overflowed` counts up if r lies outside.
std::int64_t apply_overflow(Wide r, const Format& format, Overflow overflow, std::int64_t& overflowed);

/// requantise(v, F -> signal) of the contract; counts an overflow event in `overflowed`.
std::int64_t requantise(std::int64_t v, int fraction, const SignalFormat& signal, std::int64_t& overflowed);

/// requantise of one signal, for many values: in 64 bits where that is exact.
class Requantiser {
 public:
  explicit Requantiser(const SignalFormat& signal)
      : signal_(signal), low_(signal.format.min()), high_(signal.format.max()) {}

  std::int64_t operator()(std::int64_t v, int fraction, std::int64_t& overflowed) const {
    const int shift = fraction - signal_.format.fraction;
    constexpr std::int64_t kLarge = std::int64_t{1} << 62;
    if (shift <= 0 || shift > 61 || v >= kLarge || v < -kLarge)
      return requantise(v, fraction, signal_, overflowed);
    const std::int64_t r = rounded(v, shift);
    if (r >= low_ && r <= high_) return r;
    return apply_overflow(r, signal_.format, signal_.overflow, overflowed);
  }

 private:
  [[nodiscard]] std::int64_t rounded(std::int64_t v, int shift) const {
    if (signal_.rounding == Rounding::Floor) return v >> shift;
    const std::int64_t half = std::int64_t{1} << (shift - 1);
    const std::int64_t up = (v + half) >> shift;
    const bool is_tie = ((v + half) & (2 * half - 1)) == 0;
    return signal_.rounding == Rounding::Convergent && is_tie ? up & ~std::int64_t{1} : up;
  }

  SignalFormat signal_;
  std::int64_t low_;
  std::int64_t high_;
};

/// A real input into its signal. `real` must not be NaN.
std::int64_t quantise_input(double real, const SignalFormat& signal, std::int64_t& overflowed);

/// v * 2^shift, exact; shift >= 0. The proofs of width guarantee that it fits, so from 64 bits on v is zero.
inline std::int64_t align(std::int64_t v, int shift) {
  if (shift >= 64) return 0;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(v) << shift);
}

}  // namespace fixgate
