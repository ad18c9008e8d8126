#include "data/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fixgate {
namespace {

constexpr MetricSpec kArgmax{MetricKind::Accuracy, Decision::Argmax};
constexpr MetricSpec kPositive{MetricKind::Accuracy, Decision::Positive};
constexpr MetricSpec kPerplexity{MetricKind::Perplexity, Decision::Argmax};
constexpr MetricSpec kRmse{MetricKind::Rmse, Decision::Argmax};
constexpr MetricSpec kMae{MetricKind::Mae, Decision::Argmax};

FloatMatrix row(std::initializer_list<float> values) {
  FloatMatrix matrix(1, static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), matrix.data());
  return matrix;
}

Target label(std::int64_t value) {
  return {value, {}, {}};
}
Target next(std::vector<std::int32_t> tokens) {
  return {0, std::move(tokens), {}};
}
Target values(FloatMatrix matrix) {
  return {0, {}, std::move(matrix)};
}

Score score(const MetricSpec& metric, const FloatMatrix& outputs, const Target& target) {
  const auto result = score_sample(metric, outputs, target);
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or(Score{});
}

std::string error(const MetricSpec& metric, const FloatMatrix& outputs, const Target& target) {
  const auto result = score_sample(metric, outputs, target);
  return result ? "" : result.error().message;
}

TEST(Accuracy, CountsTheGreatestOutput) {
  EXPECT_EQ(score(kArgmax, row({1, 3, 2}), label(1)), (Score{1, 1}));
  EXPECT_EQ(score(kArgmax, row({1, 3, 2}), label(2)), (Score{0, 1}));
}

TEST(Accuracy, TakesTheFirstOfEquals) {
  EXPECT_EQ(decide(Decision::Argmax, row({2, 5, 5}), 0), 1);
  EXPECT_EQ(decide(Decision::Argmax, row({-0.0F, 0.0F}), 0), 0);
}

TEST(Accuracy, IsPositiveAboveZeroOnly) {
  EXPECT_EQ(decide(Decision::Positive, row({std::numeric_limits<float>::denorm_min()}), 0), 1);
  EXPECT_EQ(decide(Decision::Positive, row({0}), 0), 0);
  EXPECT_EQ(decide(Decision::Positive, row({-1}), 0), 0);
  EXPECT_EQ(score(kPositive, row({0.5}), label(1)), (Score{1, 1}));
  EXPECT_EQ(score(kPositive, row({0.5}), label(0)), (Score{0, 1}));
}

TEST(Accuracy, CountsNextTokensByStep) {
  FloatMatrix outputs(3, 2);
  outputs << 0, 1, 1, 0, 0, 1;
  EXPECT_EQ(score(kArgmax, outputs, next({1, 1, 1})), (Score{2, 3}));
}

TEST(Accuracy, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error(kArgmax, row({1, 2, 3}), label(3)),
            "class 3 is not one of the 3 that the network's outputs tell apart");
  EXPECT_NE(error(kArgmax, row({1, 2, 3}), label(-1)), "");
  EXPECT_NE(error(kPositive, row({1}), label(2)), "");
  EXPECT_NE(error(kPositive, row({1, 2}), label(1)), "");
  EXPECT_NE(error(kArgmax, row({1}), label(0)), "");
  EXPECT_NE(error(kArgmax, FloatMatrix(0, 0), label(0)), "");
  EXPECT_NE(error(kPositive, row({1}), next({1})), "");
  EXPECT_EQ(error(kArgmax, FloatMatrix::Zero(4, 2), label(0)),
            "the network gives 4 rows of 2 outputs, the target is 1 class");
  EXPECT_EQ(error(kArgmax, row({1, 2}), values(row({1}))),
            "accuracy needs a class as the target, not real values");
}

TEST(Perplexity, IsTheNumberOfOutputsForEqualOutputs) {
  const Score sum = score(kPerplexity, FloatMatrix::Constant(3, 10, 7), next({0, 5, 9}));
  EXPECT_EQ(sum.count, 3);
  EXPECT_NEAR(finish(MetricKind::Perplexity, sum), 10, 1e-12);
}

TEST(Perplexity, FollowsTheDefinition) {
  const double z = std::exp(1.0) + std::exp(2.0) + std::exp(4.0);
  EXPECT_NEAR(score(kPerplexity, row({1, 2, 4}), next({1})).sum, -std::log(std::exp(2.0) / z), 1e-14);
}

TEST(Perplexity, DoesNotOverflow) {
  EXPECT_NEAR(score(kPerplexity, row({1e30F, 0}), next({0})).sum, 0, 1e-12);
  EXPECT_NEAR(score(kPerplexity, row({1000, 0}), next({1})).sum, 1000, 1e-9);
  const float most = std::numeric_limits<float>::max();
  EXPECT_TRUE(std::isfinite(score(kPerplexity, row({most, -most}), next({1})).sum));
}

TEST(Perplexity, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error(kPerplexity, FloatMatrix::Zero(2, 3), next({0, 3})),
            "step 1: token 3 is not one of the 3 that the network's outputs tell apart");
  EXPECT_EQ(error(kPerplexity, FloatMatrix::Zero(2, 3), next({0})),
            "the network gives 2 rows of 3 outputs, the target is 1 next tokens");
  EXPECT_EQ(error(kPerplexity, row({0, 1}), label(1)), "perplexity needs a next token for each step");
  EXPECT_NE(error(kPerplexity, FloatMatrix::Zero(1, 3), next({-1})), "");
}

TEST(Regression, SumsDifferences) {
  FloatMatrix outputs(2, 2);
  outputs << 1, 2, 3, 4;
  FloatMatrix target(2, 2);
  target << 1, 0, 6, 4;
  EXPECT_EQ(score(kRmse, outputs, values(target)), (Score{13, 4}));
  EXPECT_EQ(score(kMae, outputs, values(target)), (Score{5, 4}));
  EXPECT_DOUBLE_EQ(finish(MetricKind::Rmse, {13, 4}), std::sqrt(13.0 / 4));
  EXPECT_DOUBLE_EQ(finish(MetricKind::Mae, {5, 4}), 1.25);
}

TEST(Regression, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error(kRmse, row({1, 2}), values(row({1}))),
            "the network gives 1 rows of 2 outputs, the target is 1 rows of 1");
  EXPECT_EQ(error(kMae, row({1}), label(1)), "mae needs real-valued targets");
}

TEST(Metric, RefusesOutputsThatAreNotFinite) {
  FloatMatrix outputs = FloatMatrix::Zero(2, 2);
  outputs(1, 0) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error(kPerplexity, outputs, next({0, 0})), "output 0 of row 1 is nan, not a finite number");
  EXPECT_NE(error(kArgmax, row({0, std::numeric_limits<float>::infinity()}), label(0)), "");
}

TEST(Metric, SumsScores) {
  Score sum{1, 2};
  sum += {3, 4};
  EXPECT_EQ(sum, (Score{4, 6}));
  EXPECT_DOUBLE_EQ(finish(MetricKind::Accuracy, sum), 4.0 / 6);
  EXPECT_TRUE(std::isnan(finish(MetricKind::Accuracy, {})));
}

TEST(Metric, HasANameAndADirection) {
  EXPECT_EQ(metric_name(MetricKind::Rmse), "rmse");
  EXPECT_TRUE(higher_is_better(MetricKind::Accuracy));
  EXPECT_FALSE(higher_is_better(MetricKind::Perplexity));
}

}  // namespace
}  // namespace fixgate
