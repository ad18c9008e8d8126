#include "numeric/exact_sum.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace fixgate {
namespace {

// numerics.md, section 2: 3 at fraction 2 plus 5 at fraction 4 is 17 at fraction 4.
TEST(ExactSum, TakesTheLargestFraction) {
  const std::vector<ExactRange> terms{exact_range(3, 2), exact_range(5, 4)};
  const ExactSum sum = add_up(terms);
  EXPECT_EQ(sum.result.fraction, 4);
  EXPECT_EQ(sum.shift_of(2), 2);
  EXPECT_EQ(sum.alignment, 2);
  EXPECT_TRUE(sum.result.range.low == 0 && sum.result.range.high == 17);
}

// numerics.md, section 5: W row (3, -2), x in sfix4, bias 5: signed 7 bits.
TEST(ExactSum, BoundsARowWithItsBias) {
  const std::vector<std::int32_t> row{3, -2};
  const std::vector<ExactRange> terms{row_product(row, 1, {true, 4, 2}), exact_range(5, 3)};
  const ExactSum sum = add_up(terms);
  EXPECT_TRUE(sum.result.range.low == -38 && sum.result.range.high == 42);
  EXPECT_EQ(sum.width(), 7);
}

TEST(ExactSum, HoldsEveryProduct) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> any(-20, 20);
  for (int trial = 0; trial < 2000; ++trial) {
    const auto [a, b] = std::minmax({any(random), any(random)});
    const auto [c, d] = std::minmax({any(random), any(random)});
    const ExactRange both = product({{a, b}, 1}, {{c, d}, 2});
    EXPECT_EQ(both.fraction, 3);
    int low = a * c;
    int high = a * c;
    for (int x = a; x <= b; ++x)
      for (int y = c; y <= d; ++y) {
        low = std::min(low, x * y);
        high = std::max(high, x * y);
      }
    EXPECT_TRUE(both.range.low == low && both.range.high == high);
  }
}

TEST(ExactSum, EndsAtALimitInsteadOfOverflowing) {
  const Wide huge = Wide{1} << 119;
  const ExactRange both = product({{-huge, huge}, 0}, {{-huge, huge}, 0});
  EXPECT_TRUE(both.range.high == Wide{1} << 120 && both.range.low == -(Wide{1} << 120));
  const std::vector<ExactRange> terms{both, both};
  EXPECT_GT(add_up(terms).width(), kMaxAccumulatorWidth);
}

}  // namespace
}  // namespace fixgate
