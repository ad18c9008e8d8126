// docs/numerics.md, sections 2, 3 and 6, written down once more from the document alone: exact fractions in
// 128 bits, nothing prepared, nothing shared with the simulator.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "numeric/activation_table.h"
#include "numeric/leading_one_table.h"

namespace fixgate::plain {

__extension__ using Huge = __int128;

inline Huge power_of_two(int exponent) {
  assert(exponent >= 0 && exponent < 127);
  return Huge{1} << exponent;
}

inline Huge floor_divide(Huge a, Huge b) {
  const Huge quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// value * 2^-fraction
struct Exact {
  Huge value = 0;
  int fraction = 0;
};

inline Exact operator*(const Exact& a, const Exact& b) {
  return {a.value * b.value, a.fraction + b.fraction};
}
inline Exact operator+(const Exact& a, const Exact& b) {
  const int fraction = std::max(a.fraction, b.fraction);
  return {a.value * power_of_two(fraction - a.fraction) + b.value * power_of_two(fraction - b.fraction),
          fraction};
}
inline Exact operator-(const Exact& a) {
  return {-a.value, a.fraction};
}

// Section 3, step 1
inline Huge round_to(const Exact& v, int fraction, Rounding rounding) {
  const int s = v.fraction - fraction;
  if (s <= 0) return v.value * power_of_two(-s);
  const Huge divisor = power_of_two(s);
  if (rounding == Rounding::Floor) return floor_divide(v.value, divisor);
  if (rounding == Rounding::Nearest) return floor_divide(v.value + power_of_two(s - 1), divisor);
  const Huge below = floor_divide(v.value, divisor);
  const Huge to_below = v.value - below * divisor;
  const Huge to_above = divisor - to_below;
  if (to_below != to_above) return to_below < to_above ? below : below + 1;
  return below % 2 == 0 ? below : below + 1;
}

// Section 3, step 2
inline std::int64_t fit(Huge r, const SignalFormat& signal, std::int64_t& overflows) {
  const Huge count = power_of_two(signal.format.width);
  const Huge lowest = signal.format.is_signed ? -count / 2 : 0;
  const Huge highest = lowest + count - 1;
  if (lowest <= r && r <= highest) return static_cast<std::int64_t>(r);
  ++overflows;
  if (signal.overflow == Overflow::Saturate) return static_cast<std::int64_t>(r < lowest ? lowest : highest);
  return static_cast<std::int64_t>(r - count * floor_divide(r - lowest, count));
}

// Section 3, "Input". A float is m * 2^e with a whole m of 24 bits.
inline std::int64_t input_integer(float x, const SignalFormat& signal, std::int64_t& overflows) {
  int exponent = 0;
  const auto whole = static_cast<std::int64_t>(std::ldexp(std::frexp(x, &exponent), 24));
  exponent -= 24;
  // From 2^60 on it is a multiple of 2^32 far outside any range; from 2^-60 on below any tie.
  const int shift = std::clamp(exponent + signal.format.fraction, -60, 60);
  const Exact scaled = shift >= 0 ? Exact{whole * power_of_two(shift), 0} : Exact{whole, -shift};
  return fit(round_to(scaled, 0, signal.rounding), signal, overflows);
}

// Section 6
inline std::int64_t table_value(const ActivationTable& table, std::int64_t q, std::int64_t& overflows) {
  const int fin = table.input.fraction;
  const int fout = table.output.format.fraction;
  if (table.kind == TableKind::Rectifier)
    return fit(round_to({q > 0 ? q : 0, fin}, fout, table.output.rounding), table.output, overflows);
  const int n = table.input.width;
  const std::int64_t half = std::int64_t{1} << (n - 1);
  const bool mirrored = table.symmetry != TableSymmetry::None;
  const std::int64_t a =
      mirrored ? std::min(q < 0 ? -q : q, half - 1) : q + (table.input.is_signed ? half : 0);
  Huge r = 0;
  if (table.kind == TableKind::Lookup) {
    r = table.entries.at(static_cast<std::size_t>(floor_divide(a, power_of_two(table.drop))));
  } else {
    Segment chosen;
    for (const Segment& segment : table.segments)
      if (segment.start <= a) chosen = segment;
    const Huge y = chosen.offset + Huge{chosen.slope} * (a - chosen.start);
    r = round_to({y, fin + table.slope_fraction}, fout, table.output.rounding);
  }
  if (q < 0 && table.symmetry == TableSymmetry::Odd) r = -r;
  if (q < 0 && table.symmetry == TableSymmetry::Complement) r = power_of_two(fout) - r;
  return fit(r, table.output, overflows);
}

// Section 6, "Leading-one tables". The result of a value in the domain.
inline Exact leading_one_value(const LeadingOneTable& table, std::int64_t q) {
  int e = 0;
  while ((q >> e) > 1) ++e;
  const int n = e - table.input.fraction;
  const int k = table.bits;
  const Huge scaled = e >= k ? floor_divide(q, power_of_two(e - k)) : q * power_of_two(k - e);
  const auto a = static_cast<std::size_t>(scaled - power_of_two(k));
  const auto half = static_cast<int>(floor_divide(n, 2));
  const std::size_t of_root = n - 2 * half == 1 ? a + (std::size_t{1} << k) : a;
  const int g = table.entry_fraction;
  switch (table.function) {
    case WideFunction::Reciprocal:
      return {table.entries.at(a), g + n};
    case WideFunction::SquareRoot:
      return {table.entries.at(of_root), g - half};
    case WideFunction::ReciprocalSquareRoot:
      return {table.entries.at(of_root), g + half};
    case WideFunction::Logarithm:
      break;
  }
  return {table.entries.at(a) + Huge{n} * table.octave, g};
}

inline std::int64_t table_value(const LeadingOneTable& table, std::int64_t q, std::int64_t& overflows) {
  const Format& to = table.output.format;
  const auto rounded = [&](const Exact& v) {
    return fit(round_to(v, to.fraction, table.output.rounding), table.output, overflows);
  };
  if (table.function == WideFunction::Reciprocal && q < 0) return rounded(-leading_one_value(table, -q));
  if (table.function == WideFunction::SquareRoot && q == 0) return rounded({0, 0});
  if (q > 0) return rounded(leading_one_value(table, q));
  ++overflows;
  const bool is_low = table.function == WideFunction::Logarithm || table.function == WideFunction::SquareRoot;
  const Huge lowest = to.is_signed ? -power_of_two(to.width - 1) : 0;
  return static_cast<std::int64_t>(is_low ? lowest : lowest + power_of_two(to.width) - 1);
}

}  // namespace fixgate::plain
