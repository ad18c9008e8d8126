#include "numeric/weight_code.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fixgate {
namespace {

std::vector<WeightCode> all_codes(int widest) {
  std::vector<WeightCode> codes = {{WeightEncoding::Ternary, 2}, {WeightEncoding::Binary, 1}};
  for (int width = 2; width <= 5; ++width) codes.push_back({WeightEncoding::PowerOfTwo, width});
  for (int width = 1; width <= widest; ++width) codes.push_back({WeightEncoding::Integer, width});
  return codes;
}

std::vector<std::int64_t> members(const WeightCode& code) {
  std::vector<std::int64_t> list;
  for (std::int64_t q = -70000; q <= 70000; ++q)
    if (code.contains(q)) list.push_back(q);
  return list;
}

// numerics.md, section 4
TEST(WeightCode, HoldsTheIntegersOfTheContract) {
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(members({WeightEncoding::Integer, 2}), (List{-2, -1, 0, 1}));
  EXPECT_EQ(members({WeightEncoding::Ternary, 2}), (List{-1, 0, 1}));
  EXPECT_EQ(members({WeightEncoding::Binary, 1}), (List{-1, 1}));
  EXPECT_EQ(members({WeightEncoding::PowerOfTwo, 2}), (List{-1, 0, 1}));
  EXPECT_EQ(members({WeightEncoding::PowerOfTwo, 3}), (List{-4, -2, -1, 0, 1, 2, 4}));
  EXPECT_EQ(members({WeightEncoding::PowerOfTwo, 5}).size(), 31U);
  EXPECT_EQ(members({WeightEncoding::PowerOfTwo, 5}).back(), 16384);
}

TEST(WeightCode, PlainWidthIsTheSmallestThatHoldsAll) {
  for (const WeightCode& code : all_codes(16)) {
    const std::int64_t half = std::int64_t{1} << (code.plain_width() - 1);
    EXPECT_GE(code.smallest(), -half) << describe(code);
    EXPECT_LT(code.largest(), half) << describe(code);
    EXPECT_TRUE(code.largest() >= half / 2 || code.plain_width() == 1) << describe(code);
  }
}

TEST(WeightCode, NearestIsNearest) {
  for (const WeightCode& code : all_codes(6)) {
    const auto list = members(code);
    for (double q = -40; q <= 40; q += 0.0625) {
      const std::int64_t chosen = code.nearest(q);
      ASSERT_TRUE(code.contains(chosen)) << describe(code) << " " << q;
      for (const std::int64_t other : list)
        ASSERT_LE(std::abs(static_cast<double>(chosen) - q), std::abs(static_cast<double>(other) - q))
            << describe(code) << " " << q;
    }
  }
}

// Against trying all integers.
TEST(WeightCode, GapsLeadToTheNextWeights) {
  for (const WeightCode& code :
       {WeightCode{WeightEncoding::Integer, 1}, WeightCode{WeightEncoding::Integer, 4},
        WeightCode{WeightEncoding::Ternary, 2}, WeightCode{WeightEncoding::Binary, 1},
        WeightCode{WeightEncoding::PowerOfTwo, 2}, WeightCode{WeightEncoding::PowerOfTwo, 4}})
    for (std::int64_t q = code.smallest(); q <= code.largest(); ++q) {
      if (!code.contains(q)) continue;
      std::int64_t below = q - 1, above = q + 1;
      while (below >= code.smallest() && !code.contains(below)) --below;
      while (above <= code.largest() && !code.contains(above)) ++above;
      const bool has_below = below >= code.smallest(), has_above = above <= code.largest();
      const WeightGaps gaps = code.gaps(q);
      EXPECT_EQ(gaps.below, has_below ? q - below : above - q) << describe(code) << " " << q;
      EXPECT_EQ(gaps.above, has_above ? above - q : q - below) << describe(code) << " " << q;
    }
}

TEST(WeightCode, TernaryTakesAByteForFive) {
  EXPECT_EQ((WeightCode{WeightEncoding::Ternary, 2}).stored_bits(10), 16);
  EXPECT_EQ((WeightCode{WeightEncoding::Ternary, 2}).stored_bits(11), 24);
  EXPECT_EQ((WeightCode{WeightEncoding::Binary, 1}).stored_bits(11), 11);
  EXPECT_EQ((WeightCode{WeightEncoding::Integer, 3}).stored_bits(11), 33);
}

TEST(WeightCode, RefusesWidthsThatTheEncodingLacks) {
  EXPECT_TRUE(check_weight_code({WeightEncoding::PowerOfTwo, 5}));
  for (const WeightCode& code : std::vector<WeightCode>{{WeightEncoding::Ternary, 3},
                                                        {WeightEncoding::Binary, 2},
                                                        {WeightEncoding::PowerOfTwo, 1},
                                                        {WeightEncoding::PowerOfTwo, 6},
                                                        {WeightEncoding::Integer, 0},
                                                        {WeightEncoding::Integer, 33}})
    EXPECT_FALSE(check_weight_code(code)) << describe(code);
}

TEST(WeightCode, TextsComeBack) {
  for (const WeightCode& code : all_codes(1))
    EXPECT_EQ(*parse_weight_encoding(to_text(code.encoding)), code.encoding);
  EXPECT_FALSE(parse_weight_encoding("trits"));
}

}  // namespace
}  // namespace fixgate
