#include "quantize/learned.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>

#include "quantize/calibrated.h"
#include "quantize/descent.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

// Kingma and Ba's algorithm 1, one parameter at a time.
TEST(Adam, EqualsThePlainMethod) {
  Random random(1);
  Eigen::ArrayXf parameters = testing_support::random_vector(random, 7, 1).array();
  Eigen::ArrayXd plain = parameters.cast<double>();
  Eigen::ArrayXd mean = Eigen::ArrayXd::Zero(7), square = mean;
  Adam adam(7);
  for (int update = 1; update <= 50; ++update) {
    const FloatVector gradient = testing_support::random_vector(random, 7, 1e-3);
    parameters -= adam.step(gradient.data(), 0.01F);
    const Eigen::ArrayXd by = gradient.cast<double>().array();
    mean = 0.9 * mean + 0.1 * by;
    square = 0.99 * square + 0.01 * by * by;
    plain -=
        0.01 * (mean / (1 - std::pow(0.9, update))) / (square / (1 - std::pow(0.99, update)) + 1e-20).sqrt();
  }
  EXPECT_LE((parameters.cast<double>() - plain).abs().maxCoeff(), 1e-4);
}

/// The weight next to `q` against the gradient; `q` where there is none.
std::int64_t next_weight(const WeightCode& code, std::int64_t q, float gradient) {
  const WeightGaps gaps = code.gaps(q);
  const std::int64_t next = gradient > 0 ? q - gaps.below : q + gaps.above;
  return code.contains(next) ? next : q;
}

TEST(IntegerDescent, MovesWeightsToTheNextOfTheirCodeInEitherDirection) {
  Random random(2);
  for (const WeightCode& code :
       {WeightCode{WeightEncoding::Integer, 3}, WeightCode{WeightEncoding::Ternary, 2},
        WeightCode{WeightEncoding::Binary, 1}, WeightCode{WeightEncoding::PowerOfTwo, 4}}) {
    SCOPED_TRACE(describe(code));
    const FloatMatrix weights = testing_support::random_matrix(random, 4, 9, 1);
    WeightOptions options;
    options.code = code;
    const WeightMatrix start = quantise_weights("W", weights, options);
    FloatMatrix real(4, 9);
    IntegerDescent descent(start, {real.data(), 4, 9});
    const FloatMatrix gradient = testing_support::random_matrix(random, 4, 9, 1);
    for (int update = 0; update < 200; ++update) descent.descend(gradient, 0.02F);
    for (std::size_t k = 0; k < start.values.size(); ++k) {
      const std::int32_t q = descent.matrix().values[k];
      EXPECT_EQ(q, next_weight(code, start.values[k], gradient.data()[k]));
      const float row = std::ldexp(1.0F, -start.row_fractions[k / 9]);
      EXPECT_EQ(real.data()[k], static_cast<float>(q) * row);
    }
    descent.set_integers(start.values);
    EXPECT_EQ(descent.matrix(), start);
  }
}

struct Case : testing_support::NetworkWithData {
  FixedChain start;
  LearningScope scope;
};

Case make_case(std::uint64_t seed) {
  Random random(seed);
  Case one{testing_support::random_network_with_data(random, 12, 10), {}, {}};
  auto calibrated = CalibratedNetwork::make(one.network, one.data, kClasses, 1);
  one.start = calibrated->quantise(*preset_plan("compensated", {2, 8}))->network;
  for (const WeightMatrix& matrix : one.start.weights) one.scope.matrices.push_back(matrix.name);
  one.scope.biased = one.scope.matrices;
  return one;
}

// A softmax over one output has nothing to learn.
TEST(LearnedRounding, IsNeverFartherFromTheFloatNetworkAndMostlyNearer) {
  int judged = 0;
  int nearer = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = make_case(seed);
    const auto learned = learn_rounding(one.network, one.start, one.scope, kClasses, one.data, one.data);
    ASSERT_TRUE(learned) << learned.error().message;
    EXPECT_LE(learned->outcome.divergence, learned->outcome.divergence_before);
    judged += learned->outcome.divergence_before > 0 ? 1 : 0;
    nearer += learned->outcome.divergence < learned->outcome.divergence_before ? 1 : 0;
    EXPECT_EQ(learned->weights.size(), one.start.weights.size());
  }
  EXPECT_GE(judged, 6);
  EXPECT_GE(nearer, judged - 1);
}

TEST(LearnedRounding, DoesNotDependOnTheNumberOfThreads) {
  const Case one = make_case(10);
  const auto many = learn_rounding(one.network, one.start, one.scope, kClasses, one.data, one.data);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 1);
  const auto alone = learn_rounding(one.network, one.start, one.scope, kClasses, one.data, one.data);
  EXPECT_LT(many->outcome.divergence, many->outcome.divergence_before);
  EXPECT_EQ(many->weights, alone->weights);
  EXPECT_EQ(many->outcome.divergence, alone->outcome.divergence);
}

TEST(LearnedRounding, LeavesWhatIsNotInItsScope) {
  Case one = make_case(4);
  one.scope.matrices.resize(1);
  one.scope.biased.clear();
  const auto learned = learn_rounding(one.network, one.start, one.scope, kClasses, one.data, one.data);
  for (std::size_t k = 1; k < one.start.weights.size(); ++k)
    EXPECT_EQ(learned->weights.at(one.start.weights[k].name), one.start.weights[k]);
}

TEST(LearnedRounding, RefusesToLearnFromNothing) {
  const Case one = make_case(5);
  EXPECT_FALSE(learn_rounding(one.network, one.start, one.scope, kClasses, DataSet(), one.data));
}

}  // namespace
}  // namespace fixgate
