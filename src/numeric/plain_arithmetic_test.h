// What the tests compare the arithmetic with: sections 3 and 6 of docs/numerics.md, halving and doubling one
// bit at a time and with nothing in common with requantise.cpp.
#pragma once

#include <cstdint>

#include "numeric/activation_table.h"
#include "numeric/requantise.h"

namespace fixgate::plain {

/// An integer of any size: itself, or its sign times 2^100 when it is larger, and its 64 lowest bits.
struct Integer {
  Wide value = 0;
  std::uint64_t low_bits = 0;
};

struct Outcome {
  std::int64_t q = 0;
  std::int64_t overflowed = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline constexpr Wide kLarge = Wide{1} << 100;

inline Wide limited(Wide v) {
  return v > kLarge ? kLarge : v < -kLarge ? -kLarge : v;
}

inline Integer negative(const Integer& n) {
  return {-n.value, 0 - n.low_bits};
}

inline Integer power_of_two(int exponent) {
  Integer n{1, 1};
  for (; exponent > 0; --exponent) n = {limited(n.value * 2), n.low_bits * 2};
  return n;
}

/// v / 2^shift, rounded; shift may have either sign.
inline Integer round(Wide v, int shift, Rounding rounding) {
  Integer n{v, static_cast<std::uint64_t>(v)};
  for (; shift < 0; ++shift) n = {limited(n.value * 2), n.low_bits * 2};
  bool half = false;     // the last bit dropped
  bool smaller = false;  // any bit dropped before it
  Wide r = n.value;
  for (; shift > 0; --shift) {
    smaller = smaller || half;
    half = r % 2 != 0;
    r = (r - (half ? 1 : 0)) / 2;
  }
  if (rounding == Rounding::Nearest && half) ++r;
  if (rounding == Rounding::Convergent && half && (smaller || r % 2 != 0)) ++r;
  return r == n.value ? n : Integer{r, static_cast<std::uint64_t>(r)};
}

inline Outcome fit(const Integer& n, const Format& format, Overflow overflow) {
  const Wide count = power_of_two(format.width).value;
  const Wide low = format.is_signed ? -count / 2 : 0;
  const Wide high = low + count - 1;
  if (low <= n.value && n.value <= high) return {static_cast<std::int64_t>(n.value), 0};
  if (overflow == Overflow::Saturate) return {static_cast<std::int64_t>(n.value < 0 ? low : high), 1};
  const Wide residue = n.low_bits % static_cast<std::uint64_t>(count);
  return {static_cast<std::int64_t>(residue > high ? residue - count : residue), 1};
}

inline Outcome requantise(std::int64_t v, int fraction, const SignalFormat& signal) {
  return fit(round(v, fraction - signal.format.fraction, signal.rounding), signal.format, signal.overflow);
}

inline Integer table_value(const ActivationTable& table, std::int64_t a) {
  if (table.kind == TableKind::Lookup) {
    for (int bit = 0; bit < table.drop; ++bit) a /= 2;
    const std::int64_t entry = table.entries.at(static_cast<std::size_t>(a));
    return {entry, static_cast<std::uint64_t>(entry)};
  }
  std::size_t s = table.segments.size() - 1;
  while (table.segments[s].start > a) --s;
  const Segment& segment = table.segments[s];
  const Wide y = segment.offset + Wide{segment.slope} * (a - segment.start);
  return round(y, table.input.fraction + table.slope_fraction - table.output.format.fraction,
               table.output.rounding);
}

inline Outcome apply_table(const ActivationTable& table, std::int64_t q) {
  if (table.kind == TableKind::Rectifier)
    return plain::requantise(q > 0 ? q : 0, table.input.fraction, table.output);
  const Format& out = table.output.format;
  if (table.symmetry == TableSymmetry::None)
    return fit(table_value(table, q - table.input.min()), out, table.output.overflow);
  std::int64_t a = q < 0 ? -q : q;
  if (a > table.input.max()) --a;
  Integer r = table_value(table, a);
  if (q < 0) {
    r = negative(r);
    const Integer one = power_of_two(out.fraction);
    if (table.symmetry == TableSymmetry::Complement)
      r = {limited(r.value + one.value), r.low_bits + one.low_bits};
  }
  return fit(r, out, table.output.overflow);
}

}  // namespace fixgate::plain
