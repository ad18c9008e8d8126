#include "numeric/leading_one_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "numeric/requantise.h"

namespace fixgate {
namespace {

constexpr std::array<const char*, 4> kNames{"Reciprocal", "Sqrt", "Rsqrt", "Log"};

bool is_root(WideFunction function) {
  return function == WideFunction::SquareRoot || function == WideFunction::ReciprocalSquareRoot;
}

std::size_t entry_count(WideFunction function, int bits) {
  return std::size_t{is_root(function) ? 2U : 1U} << bits;
}

/// Of a positive number: the place of its highest bit.
int leading_one(std::int64_t magnitude) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(magnitude))) - 1;
}

/// x = 2^exponent * (1 + index / 2^bits + ...).
struct Position {
  int exponent = 0;
  std::int64_t index = 0;
};

Position position_of(const LeadingOneTable& table, std::int64_t magnitude) {
  const int leading = leading_one(magnitude);
  const int drop = leading - table.bits;
  const std::int64_t top = drop >= 0 ? magnitude >> drop : magnitude << -drop;
  return {leading - table.input.fraction, top - (std::int64_t{1} << table.bits)};
}

int floor_half(int exponent) {
  return (exponent - (exponent & 1)) / 2;
}

/// An exact integer and its fraction.
struct Answer {
  std::int64_t value = 0;
  int fraction = 0;
};

Answer answer_at(const LeadingOneTable& table, const Position& position) {
  const int odd = is_root(table.function) ? position.exponent & 1 : 0;
  const auto place = (static_cast<std::size_t>(odd) << table.bits) + static_cast<std::size_t>(position.index);
  const std::int64_t entry = table.entries[place];
  switch (table.function) {
    case WideFunction::Reciprocal:
      return {entry, table.entry_fraction + position.exponent};
    case WideFunction::SquareRoot:
      return {entry, table.entry_fraction - floor_half(position.exponent)};
    case WideFunction::ReciprocalSquareRoot:
      return {entry, table.entry_fraction + floor_half(position.exponent)};
    case WideFunction::Logarithm:
      return {entry + position.exponent * table.octave, table.entry_fraction};
  }
  return {};
}

/// Where the function has no value: log 0, 1/0, the root of a negative number.
std::int64_t end_of_range(const LeadingOneTable& table, std::int64_t& overflowed) {
  ++overflowed;
  const bool is_low = table.function == WideFunction::Logarithm || table.function == WideFunction::SquareRoot;
  return is_low ? table.output.format.min() : table.output.format.max();
}

/// The entry for x in [low, high): halfway between the function's values at the ends.
std::int64_t entry_between(WideFunction function, double low, double high, int fraction) {
  const double middle = 0.5 * (evaluate(function, low) + evaluate(function, high));
  return std::llround(std::ldexp(middle, fraction));
}

double error_at(const LeadingOneTable& table, std::int64_t q) {
  std::int64_t ignored = 0;
  const double answer = table.output.format.value(apply_table(table, q, ignored));
  return std::abs(answer - evaluate(table.function, table.input.value(q)));
}

}  // namespace

std::int64_t apply_table(const LeadingOneTable& table, std::int64_t q, std::int64_t& overflowed) {
  if (q == 0 && table.function == WideFunction::SquareRoot) return 0;
  if (q == 0 || (q < 0 && table.function != WideFunction::Reciprocal)) return end_of_range(table, overflowed);
  const Answer answer = answer_at(table, position_of(table, q < 0 ? -q : q));
  return requantise(q < 0 ? -answer.value : answer.value, answer.fraction, table.output, overflowed);
}

LeadingOneTable make_leading_one_table(WideFunction function, const Format& input, const SignalFormat& output,
                                       int bits) {
  constexpr int kGuardBits = 2;
  LeadingOneTable table{function, input, output, bits, 0, {}, 0};
  table.entry_fraction = std::min(output.format.width + kGuardBits, kMaxLeadingOneFraction);
  const double step = std::ldexp(1.0, -bits);
  for (std::size_t place = 0; place < entry_count(function, bits); ++place) {
    const bool is_odd = place >> bits != 0;
    const auto index = static_cast<double>(place & ((std::size_t{1} << bits) - 1));
    const double scale = is_odd ? 2.0 : 1.0;
    table.entries.push_back(entry_between(function, scale * (1 + index * step),
                                          scale * (1 + (index + 1) * step), table.entry_fraction));
  }
  if (function == WideFunction::Logarithm)
    table.octave = std::llround(std::ldexp(std::numbers::ln2, table.entry_fraction));
  return table;
}

Result<void> check_table(const LeadingOneTable& table) {
  FIXGATE_CHECK(check_format(table.input));
  FIXGATE_CHECK(check_format(table.output.format));
  if (table.bits < 0 || table.bits > kMaxLeadingOneBits)
    return fail("{} bits below the leading one: expected 0..{}", table.bits, kMaxLeadingOneBits);
  if (table.entry_fraction < 0 || table.entry_fraction > kMaxLeadingOneFraction)
    return fail("entries of fraction {}: expected 0..{}", table.entry_fraction, kMaxLeadingOneFraction);
  if (table.entries.size() != entry_count(table.function, table.bits))
    return fail("{} entries: {} with {} bits below the leading one has {}", table.entries.size(),
                to_text(table.function), table.bits, entry_count(table.function, table.bits));
  const std::int64_t limit = std::int64_t{4} << table.entry_fraction;
  const auto is_large = [&](std::int64_t entry) { return entry < -limit || entry > limit; };
  if (std::ranges::any_of(table.entries, is_large) || is_large(table.octave))
    return fail("an entry lies outside -4..4, where every function's entries are");
  return {};
}

double maximum_error(const LeadingOneTable& table) {
  double largest = 0;
  const std::int64_t low = table.function == WideFunction::Reciprocal ? table.input.min() : 0;
  const std::int64_t high = table.input.max();
  // The function is monotonic and the table constant between two indices, so the ends of each interval
  // suffice.
  for (std::int64_t begin = 1; begin <= std::max(high, -low);) {
    const int drop = std::max(leading_one(begin) - table.bits, 0);
    const std::int64_t end = begin + (std::int64_t{1} << drop) - 1;
    if (begin <= high)
      largest = std::max({largest, error_at(table, begin), error_at(table, std::min(end, high))});
    if (-begin >= low)
      largest = std::max({largest, error_at(table, -begin), error_at(table, std::max(-end, low))});
    begin = end + 1;
  }
  return largest;
}

double evaluate(WideFunction function, double x) {
  switch (function) {
    case WideFunction::Reciprocal:
      return 1 / x;
    case WideFunction::SquareRoot:
      return std::sqrt(x);
    case WideFunction::ReciprocalSquareRoot:
      return 1 / std::sqrt(x);
    case WideFunction::Logarithm:
      return std::log(x);
  }
  return 0;
}

std::string to_text(WideFunction function) {
  return kNames.at(static_cast<std::size_t>(function));
}

Result<WideFunction> parse_wide_function(std::string_view text) {
  const auto* const found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return fail("'{}' is none of Reciprocal, Sqrt, Rsqrt, Log", text);
  return static_cast<WideFunction>(found - kNames.begin());
}

}  // namespace fixgate
