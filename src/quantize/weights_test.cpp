#include "quantize/weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

WeightOptions options(int width, bool per_row, bool has_fraction, int fraction) {
  WeightOptions all;
  all.code.width = width;
  all.per_row = per_row;
  all.has_fraction = has_fraction;
  all.fraction = fraction;
  return all;
}

double squared_row_error(const FloatMatrix& weights, const WeightMatrix& fixed, int row) {
  const Format format{true, fixed.width, fixed.row_fractions[static_cast<std::size_t>(row)]};
  double sum = 0;
  for (int k = 0; k < fixed.columns; ++k) {
    const double error =
        static_cast<double>(weights(row, k)) - format.value(fixed.row(row)[static_cast<std::size_t>(k)]);
    sum += error * error;
  }
  return sum;
}

// Rows of very different sizes, some all zero.
FloatMatrix uneven_matrix(Random& random) {
  FloatMatrix matrix = testing_support::random_matrix(random, random.in(1, 8), random.in(1, 12), 1);
  for (Eigen::Index row = 0; row < matrix.rows(); ++row)
    matrix.row(row) *= random.chance(0.1) ? 0 : std::ldexp(1.0F, random.number(-20, 5));
  return matrix;
}

TEST(QuantiseWeights, PerRowIsNeverWorseThanPerMatrix) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const FloatMatrix weights = uneven_matrix(random);
    const int width = random.number(1, 24);
    const WeightMatrix by_row = quantise_weights("W", weights, options(width, true, false, 0));
    const WeightMatrix whole = quantise_weights("W", weights, options(width, false, false, 0));
    for (int row = 0; row < by_row.rows; ++row) {
      ASSERT_LE(squared_row_error(weights, by_row, row), squared_row_error(weights, whole, row));
      ASSERT_EQ(whole.row_fractions[static_cast<std::size_t>(row)], whole.row_fractions[0]);
    }
  }
}

void expect_least_error(const FloatMatrix& row, int width, bool per_row) {
  const double error =
      squared_row_error(row, quantise_weights("W", row, options(width, per_row, false, 0)), 0);
  for (int fraction = -30; fraction <= 40; ++fraction)
    ASSERT_LE(error,
              squared_row_error(row, quantise_weights("W", row, options(width, false, true, fraction)), 0))
        << fraction;
}

TEST(QuantiseWeights, TakesTheLeastErrorOfAllBinaryPoints) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const FloatMatrix weights =
        testing_support::random_matrix(random, 1, 40, std::ldexp(random.real(0.5, 1), random.number(-8, 8)));
    expect_least_error(weights, random.number(2, 12), true);
  }
}

// A few weights far beyond the others: much is to be clipped.
FloatMatrix heavy_tailed_row(Random& random) {
  FloatMatrix row(1, random.in(1, 60));
  const double spread = random.real(0.1, 3);
  for (Eigen::Index k = 0; k < row.size(); ++k)
    row(k) =
        static_cast<float>((random.chance(0.5) ? 1 : -1) * std::exp(spread * (8 * random.real(0, 1) - 4)));
  return row;
}

TEST(QuantiseWeights, TakesTheLeastErrorOfHeavyTailsInFewBits) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const FloatMatrix weights = heavy_tailed_row(random);
    const int width = random.number(1, 5);
    for (const bool per_row : {false, true}) expect_least_error(weights, width, per_row);
  }
}

TEST(QuantiseWeights, RoundsToNearestEvenAndClips) {
  FloatMatrix weights(1, 8);
  weights << 0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 2.4F, 9, -9;
  const WeightMatrix fixed = quantise_weights("a.W", weights, options(4, false, true, 0));
  EXPECT_EQ(fixed.values, (std::vector<std::int32_t>{0, 2, 2, 0, -2, 2, 7, -8}));
  EXPECT_EQ(fixed.name, "a.W");
  EXPECT_EQ(fixed.width, 4);
  EXPECT_EQ(fixed.rows, 1);
  EXPECT_EQ(fixed.columns, 8);
  EXPECT_EQ(fixed.row_fractions, (std::vector<int>{0}));
}

TEST(QuantiseWeights, HoldsTheWidestFormat) {
  FloatMatrix weights(1, 2);
  weights << 1e9F, -1e9F;
  const WeightMatrix fixed = quantise_weights("W", weights, options(32, false, true, 3));
  EXPECT_EQ(fixed.values, (std::vector<std::int32_t>{2147483647, -2147483647 - 1}));
}

TEST(QuantiseWeights, GivesZeroAndTinyRowsNoFarBinaryPoint) {
  FloatMatrix weights = FloatMatrix::Constant(3, 2, 0.9F);
  weights.row(1).setZero();
  weights.row(2).setConstant(1e-30F);
  const WeightMatrix fixed = quantise_weights("W", weights, options(8, true, false, 0));
  for (const int fraction : fixed.row_fractions) EXPECT_LE(std::abs(fraction - fixed.row_fractions[0]), 12);
  for (int k = 2; k < 6; ++k) EXPECT_EQ(fixed.values[static_cast<std::size_t>(k)], 0);
}

TEST(QuantiseBias, RoundsToNearestEven) {
  EXPECT_EQ(quantise_bias(0.5, 0), 0);
  EXPECT_EQ(quantise_bias(1.5, 0), 2);
  EXPECT_EQ(quantise_bias(-2.5, 0), -2);
  EXPECT_EQ(quantise_bias(1.0 / 3, 10), 341);
  EXPECT_EQ(quantise_bias(3, -1), 2);
  EXPECT_EQ(quantise_bias(0, 128), 0);
}

TEST(QuantiseBias, RefusesWhatIsTooWide) {
  EXPECT_TRUE(quantise_bias(1, 62));
  EXPECT_EQ(quantise_bias(4, 61).error().message, "a bias of 4 at 61 fraction bits needs more than 62 bits");
  EXPECT_FALSE(quantise_bias(1e300, 300));
}

}  // namespace
}  // namespace fixgate
