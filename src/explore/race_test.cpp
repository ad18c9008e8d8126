#include "explore/race.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/draw.h"

namespace fixgate {
namespace {

constexpr std::size_t kSamples = 2400;

LossMeasure accuracy() {
  return {MetricKind::Accuracy, std::vector<Score>(kSamples, Score{1, 1})};
}

/// Decisions of which a share is lost and another one won, drawn.
std::vector<double> decisions(double lost, double won, SplitMix64& random) {
  std::vector<double> all;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double u = static_cast<double>(random.below(1U << 30)) / (1U << 30);
    all.push_back(u < lost ? 1 : u < lost + won ? -1 : 0);
  }
  return all;
}

/// Whether a candidate of these answers is dropped at any look before the last.
bool is_dropped(const std::vector<double>& numerators, const RaceRules& rules, const Rival* rival) {
  const LossMeasure measure = accuracy();
  const auto looks = race_looks(kSamples, 100);
  for (std::size_t look = 0; look + 1 < looks.size(); ++look) {
    const std::span<const double> seen(numerators.data(), looks[look]);
    if (judge_race(rules, measure, seen, looks.size(), rival) != Verdict::GoesOn) return true;
  }
  return false;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(Race, LooksGrowAndEndWithAll) {
  EXPECT_EQ(race_looks(2400, 100), (std::vector<std::size_t>{300, 600, 1200, 2400}));
  EXPECT_EQ(race_looks(300, 100), (std::vector<std::size_t>{150, 300}));
  EXPECT_EQ(race_looks(60, 100), (std::vector<std::size_t>{60}));
}

// Candidates that keep the limit on the whole set are dropped in at most one of twenty races, bad ones nearly
// always.
TEST(Race, SeldomDropsWhatKeepsTheLimit) {
  SplitMix64 random(3);
  const RaceRules rules{0.01, true, 0.05};
  int good = 0;
  int dropped_good = 0;
  int dropped_bad = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    const std::vector<double> answers = decisions(0.03, 0.02, random);
    if (mean(answers) <= rules.max_loss) {
      ++good;
      dropped_good += is_dropped(answers, rules, nullptr) ? 1 : 0;
    }
    dropped_bad += is_dropped(decisions(0.08, 0.02, random), rules, nullptr) ? 1 : 0;
  }
  EXPECT_GT(good, 300);
  EXPECT_LE(dropped_good, good / 20);
  EXPECT_GE(dropped_bad, 950);
}

TEST(Race, IsBeatenByARivalThatIsBetterOnTheSameSamples) {
  SplitMix64 random(5);
  Rival rival{"rival", {0.1}, decisions(0.01, 0.01, random)};
  std::vector<double> worse = rival.numerators;
  for (std::size_t i = 0; i < worse.size(); i += 12) worse[i] += 1;
  EXPECT_TRUE(is_dropped(worse, {}, &rival));
  EXPECT_FALSE(is_dropped(rival.numerators, {}, &rival)) << "its equal";
  EXPECT_FALSE(is_dropped(worse, {}, nullptr));
}

TEST(Race, OnlyRivalsThatCostNoMoreCount) {
  const std::vector<Rival> rivals = {
      {"small", {0.1, 5}, {1, 1}}, {"better", {0.2, 5}, {0, 1}}, {"large", {0.3, 5}, {0, 0}}};
  EXPECT_EQ(strongest_rival(rivals, {0.05, 9}), nullptr);
  EXPECT_EQ(strongest_rival(rivals, {0.15, 9})->key, "small");
  EXPECT_EQ(strongest_rival(rivals, {0.2, 5})->key, "better");
  EXPECT_EQ(strongest_rival(rivals, {0.9, 4}), nullptr);
}

}  // namespace
}  // namespace fixgate
