#include "numeric/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace fixgate {
namespace {

constexpr int kLimitBits = 120;

Wide limit() {
  return Wide{1} << kLimitBits;
}

int bits_of(Wide v) {
  return signed_width(v, v);
}

/// a * b, or the limit on the product's side where it lies beyond.
Wide bounded_product(Wide a, Wide b) {
  if (a == 0 || b == 0) return 0;
  if (bits_of(a) + bits_of(b) <= kLimitBits) return a * b;
  return (a < 0) == (b < 0) ? limit() : -limit();
}

}  // namespace

ExactRange exact_range(const Format& format) {
  return {range_of(format), format.fraction};
}

ExactRange exact_range(std::int64_t value, int fraction) {
  return {{value, value}, fraction};
}

ExactRange negated(const ExactRange& a) {
  return {{-a.range.high, -a.range.low}, a.fraction};
}

ExactRange product(const ExactRange& a, const ExactRange& b) {
  const auto corners = {bounded_product(a.range.low, b.range.low), bounded_product(a.range.low, b.range.high),
                        bounded_product(a.range.high, b.range.low),
                        bounded_product(a.range.high, b.range.high)};
  return {{std::min(corners), std::max(corners)}, a.fraction + b.fraction};
}

ExactRange row_product(std::span<const std::int32_t> weights, int row_fraction, const Format& input) {
  // As min <= 0 <= max for every format, positive weights reach below with min and above with max.
  std::int64_t positive = 0;
  std::int64_t negative = 0;
  for (const std::int32_t weight : weights) (weight > 0 ? positive : negative) += weight;
  const Wide low = Wide{positive} * input.min() + Wide{negative} * input.max();
  const Wide high = Wide{positive} * input.max() + Wide{negative} * input.min();
  return {{low, high}, row_fraction + input.fraction};
}

ExactSum add_up(std::span<const ExactRange> terms) {
  assert(!terms.empty());
  return add_up(terms, terms.front().fraction);
}

ExactSum add_up(std::span<const ExactRange> terms, int least_fraction) {
  assert(!terms.empty());
  const auto [low, high] = std::ranges::minmax_element(terms, {}, &ExactRange::fraction);
  const int fraction = sum_fraction(high->fraction, least_fraction);
  AccumulatorBound bound;
  for (const ExactRange& term : terms)
    bound.add_term(term.range.low, term.range.high, fraction - term.fraction);
  return {{{bound.low(), bound.high()}, fraction}, fraction - low->fraction};
}

}  // namespace fixgate
