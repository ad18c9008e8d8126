#include "quantize/row_widths.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

#include "quantize/compensated.h"
#include "quantize/descent.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;
using testing_support::random_matrix;

double cost_of(const Eigen::MatrixXd& costs, const std::vector<int>& widths) {
  double cost = 0;
  for (std::size_t row = 0; row < widths.size(); ++row)
    cost += costs(static_cast<Eigen::Index>(row), widths[row] - kNarrowestRow);
  return cost;
}

/// The least cost of all widths of the rows that take at most `bits` more than the narrowest.
double least_of_all(const Eigen::MatrixXd& costs, std::int64_t bits) {
  std::vector<double> least(static_cast<std::size_t>(bits) + 1, 0);
  for (Eigen::Index row = 0; row < costs.rows(); ++row) {
    std::vector<double> with(least.size(), INFINITY);
    for (std::size_t have = 0; have < least.size(); ++have)
      for (Eigen::Index k = 0; k < costs.cols() && k <= static_cast<Eigen::Index>(have); ++k)
        with[have] = std::min(with[have], least[have - static_cast<std::size_t>(k)] + costs(row, k));
    least = std::move(with);
  }
  return least.back();
}

// Where each further bit helps less than the one before it, the way along the hulls is the best.
RC_GTEST_PROP(WidenRows, IsTheBestOfAllForConvexCosts, ()) {
  const int rows = *rc::gen::inRange(1, 6);
  Eigen::MatrixXd costs(rows, 5);
  for (int row = 0; row < rows; ++row) {
    std::vector<int> falls = *rc::gen::container<std::vector<int>>(4, rc::gen::inRange(0, 1000));
    std::ranges::sort(falls, std::greater<>());
    costs(row, 0) = 5000;
    for (int k = 1; k < 5; ++k) costs(row, k) = costs(row, k - 1) - falls[static_cast<std::size_t>(k) - 1];
  }
  const int bits = *rc::gen::inRange(0, 4 * rows + 1);
  const std::vector<int> widths = widen_rows(costs, bits);
  RC_ASSERT(std::accumulate(widths.begin(), widths.end(), 0) <= bits + kNarrowestRow * rows);
  RC_ASSERT(cost_of(costs, widths) == least_of_all(costs, bits));
}

TEST(WidenRows, TakesACostlyBitForTheOneBehindIt) {
  Eigen::MatrixXd costs(2, 3);
  costs << 10, 10, 0,  // the second bit helps, the first alone does not
      10, 7, 6;
  EXPECT_EQ(widen_rows(costs, 2), (std::vector<int>{4, 2}));
  EXPECT_EQ(widen_rows(costs, 1), (std::vector<int>{2, 3}));
  EXPECT_EQ(widen_rows(costs, 9), (std::vector<int>{4, 4}));
  EXPECT_EQ(widen_rows(costs, 0), (std::vector<int>{2, 2}));
}

/// Rows that matter more the lower their number, as words do.
struct Case {
  FloatMatrix weights;
  WeightOptions options;
  std::vector<MatrixUse> uses;
};

Case make_case(std::uint64_t seed, int width) {
  Random random(seed);
  Case one{random_matrix(random, 40, 24, 1), {}, {}};
  const Eigen::MatrixXd mix = random_matrix(random, 24, 24, 1).cast<double>();
  MatrixUse use;
  use.mean = Eigen::VectorXd::Zero(24);
  use.moment = use.cross = mix * mix.transpose();
  use.harm = Eigen::VectorXd::LinSpaced(40, 0, 39).unaryExpr([](double row) { return 1 / (1 + row * row); });
  one.uses = {use, use};
  one.options.code.width = width;
  one.options.mixed_rows = true;
  return one;
}

TEST(RowCosts, AddUpToTheRoundingCost) {
  const Case one = make_case(1, 4);
  const Eigen::MatrixXd costs = row_costs(one.weights, one.options, one.uses);
  ASSERT_EQ(costs.cols(), 6);  // 2 to 7 bits
  for (int width = 2; width <= 7; ++width) {
    WeightOptions alike;
    alike.code.width = width;
    const WeightMatrix fixed = quantise_weights("W", one.weights, alike);
    EXPECT_NEAR(costs.col(width - 2).sum(), rounding_cost(one.weights, fixed, one.uses, false),
                1e-9 * costs.col(0).sum());
  }
}

// Bits of the weights and of what tells the rows' widths.
std::int64_t bits_of(const WeightMatrix& matrix) {
  return matrix.stored_bits() + (matrix.row_widths.empty() ? 0 : 3 * matrix.rows);
}

TEST(RowWidths, CostLessThanOneWidthAndTakeNoMore) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (int width = 3; width <= 7; ++width) {
      SCOPED_TRACE(width);
      const Case one = make_case(seed, width);
      const std::vector<int> widths = choose_row_widths(one.weights, one.options, one.uses);
      ASSERT_EQ(widths.size(), 40U);
      EXPECT_GT(widths.front(), widths.back());
      const WeightMatrix alike = compensate_weights("W", one.weights, one.options, one.uses);
      const WeightMatrix mixed = compensate_weights("W", one.weights, one.options, one.uses, widths);
      EXPECT_EQ(mixed.row_widths, widths);
      EXPECT_EQ(mixed.width, std::ranges::max(widths));
      EXPECT_LE(bits_of(mixed), bits_of(alike));
      EXPECT_LT(rounding_cost(one.weights, mixed, one.uses, false),
                rounding_cost(one.weights, alike, one.uses, false));
      for (int row = 0; row < mixed.rows; ++row)
        for (const std::int32_t q : mixed.row(row))
          EXPECT_TRUE(mixed.row_code(static_cast<std::size_t>(row)).contains(q));
    }
}

TEST(RowWidths, AreLeftOutWhereNoneGains) {
  for (const int width : {1, 2, 8, 12}) {
    const Case one = make_case(3, width);
    EXPECT_TRUE(choose_row_widths(one.weights, one.options, one.uses).empty()) << width;
  }
  Case alike = make_case(4, 4);
  alike.weights = alike.weights.row(0).replicate(40, 1).eval();
  for (MatrixUse& use : alike.uses) use.harm.setOnes();
  EXPECT_TRUE(choose_row_widths(alike.weights, alike.options, alike.uses).empty());
  Case binary = make_case(5, 1);
  binary.options.code = {WeightEncoding::Binary, 1};
  EXPECT_TRUE(choose_row_widths(binary.weights, binary.options, binary.uses).empty());
}

// Without statistics a row's squared error counts: large rows get more.
TEST(RowWidths, GoByTheSquaredErrorWithoutStatistics) {
  Case one = make_case(6, 4);
  for (int row = 0; row < 40; ++row) one.weights.row(row) *= row < 10 ? 8 : 1;
  const std::vector<int> widths = choose_row_widths(one.weights, one.options, {});
  ASSERT_EQ(widths.size(), 40U);
  EXPECT_GT(std::accumulate(widths.begin(), widths.begin() + 10, 0) * 3,
            std::accumulate(widths.begin() + 10, widths.end(), 0));
}

TEST(RowWidths, AreKeptByLearnedRounding) {
  const Case one = make_case(7, 3);
  const WeightMatrix start =
      quantise_weights("W", one.weights, one.options, choose_row_widths(one.weights, one.options, one.uses));
  FloatMatrix real(40, 24);
  IntegerDescent descent(start, {real.data(), 40, 24});
  Random random(7);
  for (int update = 0; update < 100; ++update) descent.descend(random_matrix(random, 40, 24, 1), 0.1F);
  EXPECT_NE(descent.matrix().values, start.values);
  for (int row = 0; row < 40; ++row)
    for (const std::int32_t q : descent.matrix().row(row))
      EXPECT_TRUE(start.row_code(static_cast<std::size_t>(row)).contains(q));
}

}  // namespace
}  // namespace fixgate
