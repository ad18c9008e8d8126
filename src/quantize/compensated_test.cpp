#include "quantize/compensated.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "quantize/curvature.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;
using testing_support::random_matrix;

const std::vector<WeightCode> kCodes = {{WeightEncoding::Integer, 2},    {WeightEncoding::Integer, 3},
                                        {WeightEncoding::Integer, 4},    {WeightEncoding::Integer, 8},
                                        {WeightEncoding::Ternary, 2},    {WeightEncoding::Binary, 1},
                                        {WeightEncoding::PowerOfTwo, 3}, {WeightEncoding::PowerOfTwo, 4}};

/// Moments of vectors whose elements depend on each other.
MatrixUse random_use(Random& random, Eigen::Index rows, Eigen::Index columns, bool has_bias) {
  const Eigen::MatrixXd mix = random_matrix(random, columns, columns, 1).cast<double>();
  MatrixUse use;
  use.mean = random_matrix(random, columns, 1, 0.5).cast<double>();
  use.moment = mix * mix.transpose() + use.mean * use.mean.transpose();
  use.cross = use.moment;
  use.harm = random_matrix(random, rows, 1, 1).cast<double>().cwiseAbs();
  use.has_bias = has_bias;
  return use;
}

double row_cost(const FloatMatrix& weights, const WeightMatrix& fixed, const Eigen::MatrixXd& curvature,
                int row) {
  const Eigen::VectorXd error = row_error(weights, fixed, row);
  return error.dot(curvature * error);
}

Eigen::MatrixXd damped(Eigen::MatrixXd curvature) {
  curvature.diagonal().array() += 0.01 * curvature.diagonal().mean();
  return curvature;
}

TEST(Compensated, NeverCostsMoreThanNearest) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    for (const WeightCode& code : kCodes) {
      SCOPED_TRACE(describe(code));
      Random random(seed);
      const FloatMatrix weights = random_matrix(random, 6, 9, 0.7);
      WeightOptions options;
      options.code = code;
      options.per_row = seed % 3 != 0;
      options.correct_bias = seed % 2 == 0;
      const std::vector<MatrixUse> uses = {random_use(random, 6, 9, true)};
      const WeightMatrix nearest = quantise_weights("W", weights, options);
      const WeightMatrix fixed = compensate_weights("W", weights, options, uses);
      const Eigen::MatrixXd curvature = damped(curvature_of(uses[0], options.correct_bias));
      for (int row = 0; row < 6; ++row)
        EXPECT_LE(row_cost(weights, fixed, curvature, row),
                  row_cost(weights, nearest, curvature, row) * (1 + 1e-9));
      for (const std::int32_t q : fixed.values) EXPECT_TRUE(code.contains(q)) << q;
      if (!options.per_row) EXPECT_EQ(fixed.row_fractions, nearest.row_fractions);
    }
}

/// OBQ as its paper states it: after each column the inverse of what is left of the curvature is computed
/// anew.
std::vector<double> plain_obq(Eigen::VectorXd left, const WeightCode& code, int fraction,
                              Eigen::MatrixXd curvature) {
  const Eigen::Index n = left.size();
  std::vector<Eigen::Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](Eigen::Index k) { return curvature(k, k); });
  std::vector<double> integers(static_cast<std::size_t>(n));
  std::vector<Eigen::Index> open = order;
  for (const Eigen::Index k : order) {
    const Eigen::MatrixXd inverse = Eigen::MatrixXd(curvature(open, open)).inverse();
    const auto q = static_cast<double>(code.nearest(std::ldexp(left[k], fraction)));
    integers[static_cast<std::size_t>(k)] = q;
    const double error = (left[k] - std::ldexp(q, -fraction)) / inverse(0, 0);
    for (std::size_t j = 0; j < open.size(); ++j)
      left[open[j]] -= error * inverse(static_cast<Eigen::Index>(j), 0);
    open.erase(open.begin());
  }
  return integers;
}

double cost_of(const Eigen::VectorXd& weights, const std::vector<double>& q, int fraction,
               const Eigen::MatrixXd& curvature) {
  Eigen::VectorXd error = weights;
  for (Eigen::Index k = 0; k < error.size(); ++k)
    error[k] -= std::ldexp(q[static_cast<std::size_t>(k)], -fraction);
  return error.dot(curvature * error);
}

/// Every single change that could still help, tried one after the other.
void plain_descent(const Eigen::VectorXd& weights, std::vector<double>& q, const WeightCode& code,
                   int fraction, const Eigen::MatrixXd& curvature) {
  for (int pass = 0; pass < 8; ++pass) {
    bool changed = false;
    for (double& one : q) {
      const double before = one;
      double best = before;
      double least = cost_of(weights, q, fraction, curvature);
      for (std::int64_t other = code.smallest(); other <= code.largest(); ++other) {
        if (!code.contains(other)) continue;
        one = static_cast<double>(other);
        const double cost = cost_of(weights, q, fraction, curvature);
        if (cost < least * (1 - 1e-12)) {
          least = cost;
          best = one;
        }
      }
      one = best;
      changed = changed || best != before;
    }
    if (!changed) break;
  }
}

TEST(Compensated, EqualsThePlainMethod) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const WeightCode& code : kCodes) {
      SCOPED_TRACE(fmt::format("{}, seed {}", describe(code), seed));
      Random random(seed);
      const FloatMatrix weights = random_matrix(random, 1, 7, 0.7);
      WeightOptions options;
      options.code = code;
      options.has_fraction = true;
      options.per_row = false;
      options.fraction = code.plain_width() - 1;
      const std::vector<MatrixUse> uses = {random_use(random, 1, 7, false)};
      const Eigen::MatrixXd curvature = damped(uses[0].moment);
      const Eigen::VectorXd row = weights.row(0).cast<double>().transpose();
      std::vector<double> plain = plain_obq(row, code, options.fraction, curvature);
      plain_descent(row, plain, code, options.fraction, curvature);
      const WeightMatrix nearest = quantise_weights("W", weights, options);
      const double plain_cost = std::min(cost_of(row, plain, options.fraction, curvature),
                                         row_cost(weights, nearest, curvature, 0));
      const WeightMatrix fixed = compensate_weights("W", weights, options, uses);
      EXPECT_NEAR(row_cost(weights, fixed, curvature, 0), plain_cost, 1e-9 * (1 + plain_cost));
    }
}

TEST(Compensated, AimsAtTheRowThatMakesUpForTheReadersErrors) {
  Random random(5);
  MatrixUse use = random_use(random, 1, 5, false);
  use.cross = 1.25 * use.moment;  // the reader's weights all came out too small
  const FloatMatrix weights = random_matrix(random, 1, 5, 0.5);
  WeightOptions options;
  options.code = {WeightEncoding::Integer, 16};
  const WeightMatrix fixed = compensate_weights("E", weights, options, {use});
  for (Eigen::Index k = 0; k < 5; ++k)
    EXPECT_NEAR(std::ldexp(fixed.values[static_cast<std::size_t>(k)], -fixed.row_fractions[0]),
                1.25 * weights(0, k), 0.02);
}

TEST(Curvature, GroupsRowsOfTiedMatricesByTheWeightOfTheirUses) {
  Random random(9);
  MatrixUse first = random_use(random, 40, 3, false);
  MatrixUse second = random_use(random, 40, 3, false);
  for (Eigen::Index row = 0; row < 40; ++row) first.harm[row] = row < 20 ? 1000 : 0.001;
  second.harm.setOnes();
  const auto groups = group_rows({first, second}, 40, false);
  std::size_t rows = 0;
  for (const CurvatureGroup& group : groups) {
    rows += group.rows.size();
    const bool early = group.rows.front() < 20;
    const double share = early ? 1000.0 / 1001 : 0.001 / 1.001;
    EXPECT_TRUE(group.curvature.isApprox(share * first.moment + (1 - share) * second.moment, 0.01));
    for (const Eigen::Index row : group.rows) EXPECT_EQ(row < 20, early);
  }
  EXPECT_EQ(rows, 40U);
}

}  // namespace
}  // namespace fixgate
