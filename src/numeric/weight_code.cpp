#include "numeric/weight_code.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "numeric/format.h"

namespace fixgate {
namespace {

constexpr int kTernaryWidth = 2;
constexpr int kTernaryPerByte = 5;  // 3^5 = 243 of a byte's 256 values
constexpr int kSmallestPowerWidth = 2;
constexpr int kLargestPowerWidth = 5;

// k of the largest power: the exponent field is k + 1, 0 stands for the weight 0.
int largest_power(int width) {
  return (1 << (width - 1)) - 2;
}

std::int64_t nearest_power(double q, int width) {
  const double magnitude = std::abs(q);
  if (magnitude < 0.5) return 0;
  const int below =
      std::min(static_cast<int>(std::floor(std::log2(std::max(magnitude, 1.0)))), largest_power(width));
  const bool next = below < largest_power(width) && magnitude >= 1.5 * std::ldexp(1.0, below);
  const std::int64_t power = std::int64_t{1} << (next ? below + 1 : below);
  return q < 0 ? -power : power;
}

bool is_power_or_zero(std::int64_t q) {
  return q == 0 || std::has_single_bit(static_cast<std::uint64_t>(std::abs(q)));
}

}  // namespace

int WeightCode::plain_width() const {
  switch (encoding) {
    case WeightEncoding::Integer:
      return width;
    case WeightEncoding::PowerOfTwo:
      return 1 << (width - 1);
    case WeightEncoding::Ternary:
    case WeightEncoding::Binary:
      break;
  }
  return 2;
}

std::int64_t WeightCode::largest() const {
  switch (encoding) {
    case WeightEncoding::Integer:
      return (std::int64_t{1} << (width - 1)) - 1;
    case WeightEncoding::PowerOfTwo:
      return std::int64_t{1} << largest_power(width);
    case WeightEncoding::Ternary:
    case WeightEncoding::Binary:
      break;
  }
  return 1;
}

std::int64_t WeightCode::smallest() const {
  return encoding == WeightEncoding::Integer ? -largest() - 1 : -largest();
}

bool WeightCode::contains(std::int64_t q) const {
  if (q < smallest() || q > largest()) return false;
  if (encoding == WeightEncoding::Binary) return q != 0;
  return encoding != WeightEncoding::PowerOfTwo || is_power_or_zero(q);
}

std::int64_t WeightCode::nearest(double q) const {
  if (encoding == WeightEncoding::Binary) return q < 0 ? -1 : 1;
  if (encoding == WeightEncoding::PowerOfTwo) return nearest_power(q, width);
  return static_cast<std::int64_t>(
      std::clamp(std::nearbyint(q), static_cast<double>(smallest()), static_cast<double>(largest())));
}

WeightGaps WeightCode::gaps(std::int64_t q) const {
  if (encoding == WeightEncoding::Binary) return {2, 2};
  if (encoding != WeightEncoding::PowerOfTwo || q == 0) return {1, 1};
  const std::int64_t magnitude = std::abs(q);
  const std::int64_t inwards = std::max<std::int64_t>(magnitude / 2, 1);
  const std::int64_t outwards = magnitude == largest() ? inwards : magnitude;
  return q > 0 ? WeightGaps{inwards, outwards} : WeightGaps{outwards, inwards};
}

std::int64_t WeightCode::stored_bits(std::int64_t count) const {
  if (encoding == WeightEncoding::Ternary) return (count + kTernaryPerByte - 1) / kTernaryPerByte * 8;
  return count * width;
}

int fixed_width(WeightEncoding encoding) {
  if (encoding == WeightEncoding::Ternary) return kTernaryWidth;
  return encoding == WeightEncoding::Binary ? 1 : 0;
}

Result<void> check_weight_code(const WeightCode& code) {
  const int only = fixed_width(code.encoding);
  const bool is_power = code.encoding == WeightEncoding::PowerOfTwo;
  const int low = only != 0 ? only : is_power ? kSmallestPowerWidth : 1;
  const int high = only != 0 ? only : is_power ? kLargestPowerWidth : kMaxFormatWidth;
  if (code.width >= low && code.width <= high) return {};
  return fail("{} weights of {} bits are impossible: {} to {}", to_text(code.encoding), code.width, low,
              high);
}

std::string describe(const WeightCode& code) {
  if (code.encoding == WeightEncoding::Integer) return fmt::format("{} bits", code.width);
  if (code.encoding == WeightEncoding::PowerOfTwo) return fmt::format("power of two, {} bits", code.width);
  return to_text(code.encoding);
}

std::string to_text(WeightEncoding encoding) {
  switch (encoding) {
    case WeightEncoding::Integer:
      return "integer";
    case WeightEncoding::Ternary:
      return "ternary";
    case WeightEncoding::Binary:
      return "binary";
    case WeightEncoding::PowerOfTwo:
      break;
  }
  return "power_of_two";
}

Result<WeightEncoding> parse_weight_encoding(std::string_view text) {
  for (const WeightEncoding encoding :
       {WeightEncoding::Integer, WeightEncoding::Ternary, WeightEncoding::Binary, WeightEncoding::PowerOfTwo})
    if (text == to_text(encoding)) return encoding;
  return fail("'{}' is no encoding of weights: expected integer, ternary, binary or power_of_two", text);
}

}  // namespace fixgate
