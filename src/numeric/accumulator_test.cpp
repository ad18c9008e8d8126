#include "numeric/accumulator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

#include "numeric/arbitrary_test.h"

namespace fixgate {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

TEST(Section5, ProvenWidthOfARow) {
  AccumulatorBound bound;
  bound.add_row(std::array{3, -2}, {true, 4, 0}, 0);
  bound.add_term(5, 5, 0);
  EXPECT_TRUE(bound.low() == -38 && bound.high() == 42);
  EXPECT_EQ(bound.width(), 7);
}

TEST(SignedWidth, EverySmallPair) {
  for (int low = -70; low <= 70; ++low)
    for (int high = low; high <= 70; ++high) {
      int width = 1;
      int half = 1;  // 2^(width - 1)
      for (; low < -half || high >= half; half *= 2) ++width;
      ASSERT_EQ(signed_width(low, high), width) << low << ' ' << high;
    }
}

TEST(SignedWidth, Around64Bits) {
  EXPECT_EQ(signed_width(0, 0), 1);
  EXPECT_EQ(signed_width(-1, 0), 1);
  EXPECT_EQ(signed_width(kLowest, kHighest), 64);
  EXPECT_EQ(signed_width(0, Wide{kHighest} + 1), 65);
  EXPECT_EQ(signed_width(Wide{kLowest} - 1, 0), 65);
}

TEST(AccumulatorBound, NothingAddedIsZero) {
  const AccumulatorBound bound;
  EXPECT_TRUE(bound.low() == 0 && bound.high() == 0);
  EXPECT_EQ(bound.width(), 1);
}

TEST(AccumulatorBound, HostileNumbersEndBeyond64Bits) {
  for (const int shift : {0, 1, 60, 119, 120, 121, 200, 1000}) {
    AccumulatorBound bound;
    for (int term = 0; term < 100; ++term) bound.add_term(kLowest, kHighest, shift);
    EXPECT_GT(bound.width(), kMaxAccumulatorWidth) << shift;
    EXPECT_LE(bound.width(), 127) << shift;
    EXPECT_TRUE(bound.low() >= -(Wide{1} << 120) && bound.high() <= Wide{1} << 120) << shift;
  }
}

TEST(AccumulatorBound, ZeroWeightsCostNothingAtAnyBinaryPoint) {
  AccumulatorBound bound;
  bound.add_row(std::array{0, 0}, {true, 32, 0}, 256);
  EXPECT_EQ(bound.width(), 1);
}

TEST(AccumulatorBound, LimitIsExactUpTo120Bits) {
  AccumulatorBound bound;
  bound.add_term(-3, 3, 118);
  EXPECT_TRUE(bound.high() == Wide{3} << 118 && bound.low() == -(Wide{3} << 118));
  bound.add_term(-3, 3, 118);
  EXPECT_TRUE(bound.high() == Wide{1} << 120 && bound.low() == -(Wide{1} << 120));
}

// --- every sum of small rows ---

struct Extremes {
  Wide low = 0;
  Wide high = 0;
};

void visit_partial_sums(const std::vector<Wide>& terms, Extremes& seen) {
  std::vector<std::size_t> order(terms.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    Wide sum = 0;
    for (const std::size_t k : order) {
      sum += terms[k];
      seen.low = std::min(seen.low, sum);
      seen.high = std::max(seen.high, sum);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

Extremes every_partial_sum(const std::array<std::int32_t, 2>& weights, const Format& x, int shift, int bias) {
  Extremes seen;
  for (std::int64_t first = x.min(); first <= x.max(); ++first)
    for (std::int64_t second = x.min(); second <= x.max(); ++second)
      visit_partial_sums({Wide{weights[0] * first} << shift, Wide{weights[1] * second} << shift, bias}, seen);
  return seen;
}

TEST(AccumulatorBound, IsExactlyTheExtremesOfEveryPartialSum) {
  for (const bool is_signed : {false, true})
    for (int width = 1; width <= 3; ++width)
      for (int first = -4; first <= 4; ++first)
        for (int second = -4; second <= 4; ++second)
          for (const int bias : {-5, 0, 3}) {
            const Format x{is_signed, width, 0};
            AccumulatorBound bound;
            bound.add_row(std::array{first, second}, x, 1);
            bound.add_term(bias, bias, 0);
            const Extremes seen = every_partial_sum({first, second}, x, 1, bias);
            ASSERT_TRUE(bound.low() == seen.low && bound.high() == seen.high)
                << to_text(x) << ' ' << first << ' ' << second << ' ' << bias;
          }
}

TEST(ProductRange, EverySmallPairOfIntervals) {
  for (int a = -4; a <= 4; ++a)
    for (int b = a; b <= 4; ++b)
      for (int c = -4; c <= 4; ++c)
        for (int d = c; d <= 4; ++d) {
          int low = a * c;
          int high = a * c;
          for (int x = a; x <= b; ++x)
            for (int y = c; y <= d; ++y) {
              low = std::min(low, x * y);
              high = std::max(high, x * y);
            }
          const Interval got = product_range({a, b}, {c, d});
          ASSERT_TRUE(got.low == low && got.high == high) << a << ' ' << b << ' ' << c << ' ' << d;
        }
}

TEST(ProductRange, WidestSignals) {
  const Interval lowest = product_range(range_of({true, 32, 0}), range_of({true, 32, 0}));
  EXPECT_TRUE(lowest.high == Wide{1} << 62);
  EXPECT_TRUE(lowest.low == -(Wide{1} << 31) * ((Wide{1} << 31) - 1));
  const Interval range = range_of({false, 5, 3});
  EXPECT_TRUE(range.low == 0 && range.high == 31);
}

// --- properties ---

struct Row {
  std::vector<std::int32_t> weights;
  std::vector<std::int32_t> recurrent;
  Format x, h;
  int x_shift = 0;
  int h_shift = 0;
  std::int64_t bias = 0;

  [[nodiscard]] AccumulatorBound bound() const {
    AccumulatorBound bound;
    bound.add_row(weights, x, x_shift);
    bound.add_row(recurrent, h, h_shift);
    bound.add_term(bias, bias, 0);
    return bound;
  }
};

Row any_row() {
  Row row;
  row.weights = *rc::gen::arbitrary<std::vector<std::int32_t>>();
  row.recurrent = *rc::gen::arbitrary<std::vector<std::int32_t>>();
  row.x = *rc::gen::arbitrary<Format>();
  row.h = *rc::gen::arbitrary<Format>();
  const int shift = *rc::gen::inRange(-20, 21);  // as in section 5, one of the two parts is shifted
  row.x_shift = std::max(shift, 0);
  row.h_shift = std::max(-shift, 0);
  row.bias = *any_integer();
  return row;
}

Wide shifted(Wide v, int shift) {
  return v * (Wide{1} << shift);
}

std::vector<Wide> terms_with_random_inputs(const Row& row) {
  std::vector<Wide> terms{row.bias};
  const auto any_of = [](const Format& f) {
    return *rc::gen::oneOf(rc::gen::inRange(f.min(), f.max() + 1), rc::gen::element(f.min(), f.max()));
  };
  for (const std::int32_t w : row.weights) terms.push_back(shifted(Wide{w} * any_of(row.x), row.x_shift));
  for (const std::int32_t w : row.recurrent) terms.push_back(shifted(Wide{w} * any_of(row.h), row.h_shift));
  return terms;
}

RC_GTEST_PROP(AccumulatorProperty, HoldsEveryPartialSumInAnyOrder, ()) {
  const Row row = any_row();
  std::vector<Wide> terms = terms_with_random_inputs(row);
  for (std::size_t k = terms.size(); k > 1; --k)
    std::swap(terms[k - 1], terms[*rc::gen::inRange<std::size_t>(0, k)]);
  const AccumulatorBound bound = row.bound();
  Wide sum = 0;
  for (const Wide term : terms) {
    sum += term;
    RC_ASSERT(sum >= bound.low() && sum <= bound.high());
    RC_ASSERT(signed_width(sum, sum) <= bound.width());
  }
}

// The inputs that make every term largest, the positive terms first: the partial sum is the bound itself.
RC_GTEST_PROP(AccumulatorProperty, IsAttained, ()) {
  const Row row = any_row();
  Wide highest = std::max<Wide>(row.bias, 0);
  Wide lowest = std::min<Wide>(row.bias, 0);
  const auto extremes = [&](const std::vector<std::int32_t>& weights, const Format& input, int shift) {
    for (const std::int32_t w : weights) {
      highest += shifted(std::max<Wide>(Wide{w} * (w > 0 ? input.max() : input.min()), 0), shift);
      lowest += shifted(std::min<Wide>(Wide{w} * (w > 0 ? input.min() : input.max()), 0), shift);
    }
  };
  extremes(row.weights, row.x, row.x_shift);
  extremes(row.recurrent, row.h, row.h_shift);
  const AccumulatorBound bound = row.bound();
  RC_ASSERT(bound.low() == lowest);
  RC_ASSERT(bound.high() == highest);
  const int width = bound.width();
  const Wide half = Wide{1} << (width - 1);
  RC_ASSERT(lowest >= -half && highest < half);
  RC_ASSERT(width == 1 || lowest < -half / 2 || highest >= half / 2);  // one bit less would not do
}

RC_GTEST_PROP(AccumulatorProperty, DoesNotDependOnOrder, ()) {
  Row row = any_row();
  const AccumulatorBound bound = row.bound();
  std::reverse(row.weights.begin(), row.weights.end());
  AccumulatorBound other;
  other.add_term(row.bias, row.bias, 0);
  for (const std::int32_t w : row.recurrent) other.add_product(w, row.h, row.h_shift);
  other.add_row(row.weights, row.x, row.x_shift);
  RC_ASSERT(bound.low() == other.low());
  RC_ASSERT(bound.high() == other.high());
}

}  // namespace
}  // namespace fixgate
