#include "calibrate/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulate/testing/random.h"

namespace fixgate {
namespace {

using testing_support::Random;

// Of all sizes: a range of its own for each list.
std::vector<float> random_values(Random& random, int count) {
  const int size = random.number(-30, 40);
  std::vector<float> values;
  for (int k = 0; k < count; ++k) {
    const int drop = random.chance(0.3) ? random.number(0, 12) : 0;
    float value = std::ldexp(random.value(-1, 1), size - drop);
    if (random.chance(0.05)) value = std::ldexp(random.pick({-1.0F, 1.0F}), size - drop);
    if (random.chance(0.05)) value = random.pick({0.0F, -0.0F});
    values.push_back(value);
  }
  return values;
}

Histogram histogram_of(const std::vector<float>& values) {
  Histogram histogram;
  for (const float value : values) histogram.add(value);
  return histogram;
}

void expect_same(const Histogram& a, const Histogram& b) {
  ASSERT_EQ(a.exponent(), b.exponent());
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  EXPECT_EQ(std::signbit(a.min()), std::signbit(b.min()));  // as text, -0 and 0 differ
  EXPECT_EQ(std::signbit(a.max()), std::signbit(b.max()));
  for (int bin = 0; bin < Histogram::kBins; ++bin) ASSERT_EQ(a.bin_count(bin), b.bin_count(bin)) << bin;
}

TEST(Histogram, StartsEmpty) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.exponent(), Histogram::kSmallestExponent);
  EXPECT_EQ(histogram.largest_magnitude(), 0);
}

// Every value lies in the bin that the definition gives it, in the smallest range that holds all.
TEST(Histogram, CountsEachValueInItsBin) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const std::vector<float> values = random_values(random, random.number(1, 60));
    const Histogram histogram = histogram_of(values);
    int exponent = Histogram::kSmallestExponent;
    const auto outside = [&](double v) {
      return v >= std::ldexp(1, exponent) || v < -std::ldexp(1, exponent);
    };
    while (std::ranges::any_of(values, outside)) ++exponent;
    ASSERT_EQ(histogram.exponent(), exponent);
    std::vector<std::int64_t> bins(Histogram::kBins);
    const double width = std::ldexp(1, exponent - 11);
    for (const double value : values) ++bins[static_cast<std::size_t>(std::floor(value / width) + 2048)];
    for (int bin = 0; bin < Histogram::kBins; ++bin)
      ASSERT_EQ(histogram.bin_count(bin), bins[static_cast<std::size_t>(bin)]);
    EXPECT_EQ(histogram.bin_center(2048), width / 2);
    EXPECT_EQ(histogram.bin_center(0), (0.5 - 2048) * width);
    const auto [low, high] = std::ranges::minmax(values);
    EXPECT_EQ(histogram.min(), static_cast<double>(low));
    EXPECT_EQ(histogram.max(), static_cast<double>(high));
    EXPECT_EQ(histogram.largest_magnitude(),
              std::max(std::abs(static_cast<double>(low)), std::abs(static_cast<double>(high))));
  }
}

TEST(Histogram, DoesNotDependOnOrderAndGrouping) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    std::vector<float> values = random_values(random, 40);
    const Histogram whole = histogram_of(values);
    for (std::size_t k = values.size() - 1; k > 0; --k)
      std::swap(values[k], values[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(k)))]);
    std::vector<Histogram> parts(static_cast<std::size_t>(random.number(1, 6)));
    for (const float value : values)
      parts[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(parts.size()) - 1))].add(value);
    Histogram merged;
    for (const Histogram& part : parts) merged.merge(part);
    expect_same(merged, whole);
  }
}

TEST(Histogram, TakesMinusZeroForZero) {
  Histogram first;
  first.add(-0.0F);
  first.add(0.0F);
  Histogram second;
  second.add(0.0F);
  second.add(-0.0F);
  expect_same(first, second);
}

TEST(Histogram, HoldsTheLargestAndSmallestFloats) {
  const Histogram histogram = histogram_of({3.4028234e38F, -3.4028234e38F, 1e-45F});
  EXPECT_EQ(histogram.exponent(), 128);
  EXPECT_EQ(histogram.count(), 3);
}

TEST(Histogram, PercentileBoundsItsShare) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const std::vector<float> values = random_values(random, random.number(1, 80));
    const Histogram histogram = histogram_of(values);
    const double share = random.chance(0.2) ? 1 : random.real(0.01, 1);
    const double bound = histogram.magnitude_percentile(share);
    const double width = std::ldexp(1, histogram.exponent() - 11);
    const auto within = [&](double limit) {
      return static_cast<double>(
          std::ranges::count_if(values, [&](double v) { return std::abs(v) <= limit; }));
    };
    EXPECT_GE(within(bound), share * static_cast<double>(values.size()));
    // Two bins less, and it is too few: a value on an edge belongs to the bin above.
    if (bound > 2 * width) {
      EXPECT_LT(within(bound - 2 * width), share * static_cast<double>(values.size()));
    }
    EXPECT_LE(bound, histogram.largest_magnitude());
  }
}

TEST(Histogram, PercentileOfNothingButZerosIsZero) {
  EXPECT_EQ(histogram_of({0, 0, 0}).magnitude_percentile(0.999), 0);
}

}  // namespace
}  // namespace fixgate
