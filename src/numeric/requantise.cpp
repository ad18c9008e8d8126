#include "numeric/requantise.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace fixgate {
namespace {

// Limit of left shifts. A 64-bit integer gets there only by 63 bits or more: a multiple of 2^32, as the limit
// is, so that a wrap is right, and so far outside that a saturation is, even after a table's mirror.
constexpr Wide kShiftLimit = Wide{1} << 126;

double round_real(double scaled, Rounding rounding) {
  switch (rounding) {
    case Rounding::Floor:
      return std::floor(scaled);
    case Rounding::Nearest: {
      // floor(scaled + 0.5) without the addition, which could itself round.
      const double below = std::floor(scaled);
      return scaled - below >= 0.5 ? below + 1 : below;
    }
    case Rounding::Convergent:
      break;
  }
  return std::nearbyint(scaled);  // the default rounding mode is to nearest, ties to even
}

}  // namespace

Wide shift_left(Wide v, int shift, Wide limit) {
  const Wide largest = shift < 126 ? limit >> shift : 0;
  if (v > largest) return limit;
  if (v < -largest) return -limit;
  return v * (Wide{1} << std::min(shift, 126));
}

Wide shift_round(Wide v, int shift, Rounding rounding) {
  if (shift <= 0) return shift_left(v, -shift, kShiftLimit);
  // |v| < 2^64, so that from 66 bits on the fraction dropped is below one half: the same as at 66.
  const int bits = std::min(shift, 66);
  const Wide below = v >> bits;
  const Wide dropped = v - (below << bits);
  const Wide half = Wide{1} << (bits - 1);
  switch (rounding) {
    case Rounding::Floor:
      return below;
    case Rounding::Nearest:
      return dropped >= half ? below + 1 : below;
    case Rounding::Convergent:
      break;
  }
  const bool up = dropped > half || (dropped == half && (below & 1) != 0);
  return up ? below + 1 : below;
}

std::int64_t apply_overflow(Wide r, const Format& format, Overflow overflow, std::int64_t& overflowed) {
  const std::int64_t low = format.min();
  const std::int64_t high = format.max();
  if (r >= low && r <= high) return static_cast<std::int64_t>(r);
  ++overflowed;
  if (overflow == Overflow::Saturate) return r < low ? low : high;
  const Wide modulus = Wide{1} << format.width;
  const Wide residue = ((r - low) % modulus + modulus) % modulus;
  return static_cast<std::int64_t>(residue + low);
}

std::int64_t requantise(std::int64_t v, int fraction, const SignalFormat& signal, std::int64_t& overflowed) {
  const Wide rounded = shift_round(v, fraction - signal.format.fraction, signal.rounding);
  return apply_overflow(rounded, signal.format, signal.overflow, overflowed);
}

std::int64_t quantise_input(double real, const SignalFormat& signal, std::int64_t& overflowed) {
  assert(!std::isnan(real));
  double scaled = std::ldexp(real, signal.format.fraction);
  // Too small for a double: any other number as small is rounded in the same way, and keeps the sign that
  // floor needs.
  if (scaled == 0 && real != 0) scaled = std::copysign(0x1p-1000, real);
  const double rounded = round_real(scaled, signal.rounding);
  // Every integer beyond 2^100 is far outside any range and, as a double, a multiple of 2^32: clamping keeps
  // both modes right.
  const double clamped = std::clamp(rounded, -0x1p100, 0x1p100);
  return apply_overflow(static_cast<Wide>(clamped), signal.format, signal.overflow, overflowed);
}

}  // namespace fixgate
