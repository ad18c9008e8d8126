#include "numeric/accumulator.h"

#include <algorithm>

namespace fixgate {
namespace {

constexpr Wide kBoundLimit = Wide{1} << 120;

}  // namespace

int signed_width(Wide low, Wide high) {
  int width = 1;
  while (width < 127 && (low < -(Wide{1} << (width - 1)) || high > (Wide{1} << (width - 1)) - 1)) ++width;
  return width;
}

void AccumulatorBound::add_term(Wide low, Wide high, int shift) {
  low_ = std::max(low_ + std::min<Wide>(0, shift_left(low, shift, kBoundLimit)), -kBoundLimit);
  high_ = std::min(high_ + std::max<Wide>(0, shift_left(high, shift, kBoundLimit)), kBoundLimit);
}

void AccumulatorBound::add_product(std::int64_t weight, const Format& input, int shift) {
  const Interval range = product_range({weight, weight}, range_of(input));
  add_term(range.low, range.high, shift);
}

void AccumulatorBound::add_row(std::span<const std::int32_t> weights, const Format& input, int shift) {
  for (const std::int32_t weight : weights) add_product(weight, input, shift);
}

Interval product_range(const Interval& a, const Interval& b) {
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return {low, high};
}

Interval range_of(const Format& format) {
  return {format.min(), format.max()};
}

}  // namespace fixgate
