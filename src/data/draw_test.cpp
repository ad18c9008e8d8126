#include "data/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace fixgate {
namespace {

// The reference implementation's first outputs (prng.di.unimi.it/splitmix64.c) for the seed 1234567.
TEST(SplitMix64, IsTheReference) {
  SplitMix64 random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(SplitMix64, StaysBelowTheBoundAndReachesAll) {
  SplitMix64 random(1);
  std::array<int, 5> counts{};
  for (int i = 0; i < 5000; ++i) ++counts.at(random.below(5));
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(SplitMix64, CopesWithTheGreatestBounds) {
  SplitMix64 random(1);
  EXPECT_EQ(random.below(1), 0U);
  EXPECT_LT(random.below(~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(Draw, GivesDifferentIndices) {
  SplitMix64 random(7);
  const auto drawn = draw(50, 60, random);
  EXPECT_EQ(std::set<std::size_t>(drawn.begin(), drawn.end()).size(), 50U);
  EXPECT_LT(*std::max_element(drawn.begin(), drawn.end()), 60U);
}

TEST(Draw, GivesAllOrNone) {
  SplitMix64 random(7);
  EXPECT_EQ(draw(4, 4, random).size(), 4U);
  EXPECT_TRUE(draw(0, 4, random).empty());
  EXPECT_TRUE(draw(0, 0, random).empty());
}

TEST(Draw, ASmallerDrawStartsALargerOne) {
  SplitMix64 a(3);
  SplitMix64 b(3);
  const auto few = draw(10, 1000, a);
  const auto many = draw(500, 1000, b);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(Draw, DependsOnTheSeed) {
  SplitMix64 a(3);
  SplitMix64 b(4);
  EXPECT_NE(draw(10, 1000, a), draw(10, 1000, b));
}

// Frozen: published results name a seed.
TEST(Draw, IsTheSameOnEveryPlatform) {
  SplitMix64 random(1);
  EXPECT_EQ(draw(5, 25000, random), (std::vector<std::size_t>{22465, 19013, 6276, 2789, 5413}));
}

}  // namespace
}  // namespace fixgate
