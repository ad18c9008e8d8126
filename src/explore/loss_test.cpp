#include "explore/loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/draw.h"

namespace fixgate {
namespace {

double uniform(SplitMix64& random) {
  return static_cast<double>(random.below(1U << 30)) / (1U << 30);
}

TEST(NormalQuantile, KnownValues) {
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-12);
  EXPECT_NEAR(normal_quantile(0.9), 1.2815515655, 1e-9);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845, 1e-9);
  EXPECT_NEAR(normal_quantile(0.001), -3.0902323062, 1e-9);
}

TEST(Loss, AccuracyIsLostInPoints) {
  const LossMeasure measure(MetricKind::Accuracy, {{1, 1}, {1, 1}, {0, 1}, {1, 1}});
  std::vector<double> numerators;
  for (const double right : {1.0, 0.0, 1.0, 0.0})
    numerators.push_back(measure.numerator(numerators.size(), {right, 1}));
  EXPECT_EQ(numerators, (std::vector<double>{0, 1, -1, 1}));
  EXPECT_DOUBLE_EQ(measure.estimate(numerators, 1, false).loss, 0.25);
}

TEST(Loss, TheOthersRelatively) {
  const LossMeasure perplexity(MetricKind::Perplexity, {{10, 5}, {20, 5}});
  const std::vector<double> more = {perplexity.numerator(0, {11, 5}), perplexity.numerator(1, {21, 5})};
  EXPECT_NEAR(perplexity.estimate(more, 1, false).loss, std::exp(3.2) / std::exp(3.0) - 1, 1e-12);
  const LossMeasure rmse(MetricKind::Rmse, {{4, 2}, {12, 2}});
  EXPECT_DOUBLE_EQ(rmse.estimate(std::vector<double>{9, 27}, 1, false).loss, 0.5);
  const LossMeasure mae(MetricKind::Mae, {{4, 2}, {12, 2}});
  EXPECT_DOUBLE_EQ(mae.estimate(std::vector<double>{5, 15}, 1, false).loss, 0.25);
}

TEST(Loss, RatioIsTheInverseOfTheLoss) {
  for (const MetricKind kind :
       {MetricKind::Accuracy, MetricKind::Perplexity, MetricKind::Rmse, MetricKind::Mae}) {
    const LossMeasure measure(kind, std::vector<Score>(100, Score{1, 1}));
    const std::vector<double> same(100, measure.ratio_at(0.07));
    EXPECT_NEAR(measure.estimate(same, 0, false).loss, 0.07, 1e-12) << metric_name(kind);
  }
}

TEST(Loss, NoErrorAtAllInFloatMakesAnyLossInfinite) {
  const LossMeasure rmse(MetricKind::Rmse, {{0, 2}, {0, 2}});
  EXPECT_EQ(rmse.estimate(std::vector<double>{0, 0}, 1, false).loss, 0);
  EXPECT_TRUE(std::isinf(rmse.estimate(std::vector<double>{0, 1}, 1, false).loss));
}

TEST(Loss, DecisionsThatAllAgreeLeaveADoubt) {
  const LossMeasure measure(MetricKind::Accuracy, std::vector<Score>(200, Score{1, 1}));
  const LossEstimate estimate = measure.estimate(std::vector<double>(200, 0), normal_quantile(0.9), false);
  EXPECT_EQ(estimate.loss, 0);
  EXPECT_GT(estimate.high, 0.005);
  EXPECT_LT(estimate.high, 0.015);
}

TEST(Loss, AGainIsNotBelieved) {
  const LossMeasure measure(MetricKind::Accuracy, std::vector<Score>(200, Score{1, 1}));
  std::vector<double> numerators(200, 0);
  for (std::size_t i = 0; i < 4; ++i) numerators[i] = -1;
  const LossEstimate gain = measure.estimate(numerators, 1, false);
  for (std::size_t i = 0; i < 2; ++i) numerators[i] = 1;
  const LossEstimate even = measure.estimate(numerators, 1, false);
  EXPECT_EQ(gain.loss, -0.02);
  EXPECT_EQ(even.loss, 0);
  EXPECT_GT(gain.high, 0.9 * even.high) << "what differs from float is a risk either way";
}

TEST(Loss, NothingIsLeftInDoubtOfSamplesThatAllWereSeen) {
  const LossMeasure measure(MetricKind::Perplexity, std::vector<Score>(50, Score{10, 5}));
  std::vector<double> numerators;
  for (int i = 0; i < 50; ++i) numerators.push_back(i % 3);
  const LossEstimate all = measure.estimate(numerators, 3, true);
  EXPECT_EQ(all.low, all.loss);
  EXPECT_EQ(all.high, all.loss);
  numerators.resize(25);
  const LossEstimate half = measure.estimate(numerators, 3, true);
  EXPECT_LT(half.low, half.high);
}

// What a bound of 90 % promises: in nine of ten validation sets the true loss is below it.
TEST(Loss, BoundsKeepTheirConfidence) {
  SplitMix64 random(7);
  constexpr int kSets = 2000;
  constexpr std::size_t kSamples = 300;
  const double score = normal_quantile(0.9);
  int accuracy_held = 0;
  int perplexity_held = 0;
  for (int set = 0; set < kSets; ++set) {
    std::vector<double> decisions;
    std::vector<double> likelihoods;
    for (std::size_t i = 0; i < kSamples; ++i) {
      const double u = uniform(random);
      decisions.push_back(u < 0.06 ? 1 : u < 0.07 ? -1 : 0);  // 5 % lost
      likelihoods.push_back(10 * 0.02 + 4 * (uniform(random) - 0.5));
    }
    const LossMeasure accuracy(MetricKind::Accuracy, std::vector<Score>(kSamples, Score{1, 1}));
    const LossMeasure perplexity(MetricKind::Perplexity, std::vector<Score>(kSamples, Score{50, 10}));
    accuracy_held += accuracy.estimate(decisions, score, false).high >= 0.05 ? 1 : 0;
    perplexity_held += perplexity.estimate(likelihoods, score, false).high >= std::expm1(0.02) ? 1 : 0;
  }
  EXPECT_GE(accuracy_held, kSets * 88 / 100);
  EXPECT_LE(accuracy_held, kSets * 96 / 100);
  EXPECT_GE(perplexity_held, kSets * 88 / 100);
  EXPECT_LE(perplexity_held, kSets * 92 / 100);
}

}  // namespace
}  // namespace fixgate
