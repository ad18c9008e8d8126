#include "quantize/allocated_bits.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <numeric>

#include "fixed/footprint.h"
#include "fixed/program_of.h"
#include "quantize/calibrated.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

struct Case : testing_support::NetworkWithData {
  SignalProfile profile;

  [[nodiscard]] MakeNetwork make() const {
    return [this](const FormatPlan& plan) { return quantise(network, plan, &profile); };
  }
  [[nodiscard]] double footprint(const FormatPlan& plan) const {
    return measure_footprint(program_of(make()(plan)->network)).whole;
  }
  [[nodiscard]] double divergence(const FormatPlan& plan) const {
    const auto all = *OutputDistance::make(network, data, kClasses)->of(make()(plan)->network);
    return std::accumulate(all.begin(), all.end(), 0.0);
  }
};

Case make_case(std::uint64_t seed) {
  Random random(seed);
  Case one{testing_support::random_network_with_data(random, 24, 10), {}};
  one.profile = *calibrate(one.network, one.data);
  return one;
}

/// A footprint between that of the narrowest weights and that of the widest.
double footprint_between(const Case& one, double place) {
  const double narrow = one.footprint(*preset_plan("default", {2, 8}));
  const double wide = one.footprint(*preset_plan("default", {8, 8}));
  return narrow + place * (wide - narrow);
}

Result<FormatPlan> allocate(const Case& one, const FormatPlan& plan, double footprint) {
  const auto distance = OutputDistance::make(one.network, one.data, kClasses);
  return allocate_bits(plan, footprint, one.make(), *distance);
}

// Every choice of levels, one after the other.
double least_harm_by_trial(const std::vector<HarmCurve>& curves, double budget) {
  std::vector<std::size_t> levels(curves.size(), 0);
  double least = INFINITY;
  while (true) {
    double harm = 0;
    double cost = 0;
    for (std::size_t c = 0; c < curves.size(); ++c) {
      harm += curves[c].harm[levels[c]];
      cost += curves[c].cost[levels[c]];
    }
    if (cost <= budget) least = std::min(least, harm);
    std::size_t c = 0;
    while (c < curves.size() && ++levels[c] == curves[c].harm.size()) levels[c++] = 0;
    if (c == curves.size()) return least;
  }
}

RC_GTEST_PROP(LeastHarmWithin, IsThatOfAllChoices, ()) {
  std::vector<HarmCurve> curves(static_cast<std::size_t>(*rc::gen::inRange(1, 5)));
  for (HarmCurve& curve : curves)
    for (int level = *rc::gen::inRange(1, 6); level > 0; --level) {
      curve.harm.push_back(*rc::gen::inRange(0, 1000));
      curve.cost.push_back(*rc::gen::inRange(-20, 200));
    }
  const double budget = *rc::gen::inRange(-50, 600);
  const std::vector<int> levels = least_harm_within(curves, budget);
  const double wanted = least_harm_by_trial(curves, budget);
  RC_ASSERT(levels.empty() == std::isinf(wanted));
  if (levels.empty()) return;
  double harm = 0;
  double cost = 0;
  for (std::size_t c = 0; c < curves.size(); ++c) {
    harm += curves[c].harm[static_cast<std::size_t>(levels[c])];
    cost += curves[c].cost[static_cast<std::size_t>(levels[c])];
  }
  RC_ASSERT(cost <= budget);
  // Costs are whole here, the rounding to units is not: a choice that uses the budget up may be missed.
  RC_ASSERT(harm >= wanted);
  RC_ASSERT(harm <= least_harm_by_trial(curves, budget - 1));
}

// The footprint is kept, and no single width that keeps it does better; matrices only get narrower.
TEST(AllocatedBits, KeepTheFootprintAndBeatOneWidthForAll) {
  int better = 0;
  constexpr int kNetworks = 10;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = make_case(seed);
    const double footprint = footprint_between(one, 0.1 * static_cast<double>(seed % 8));
    const auto allocated = allocate(one, *preset_plan("default", {8, 8}), footprint);
    ASSERT_TRUE(allocated) << allocated.error().message;
    EXPECT_LE(one.footprint(*allocated), footprint);
    double uniform = INFINITY;
    for (int width = 2; width <= 8; ++width) {
      const FormatPlan plan = *preset_plan("default", {width, 8});
      if (one.footprint(plan) <= footprint) uniform = std::min(uniform, one.divergence(plan));
    }
    const double divergence = one.divergence(*allocated);
    EXPECT_LE(divergence, uniform * (1 + 1e-12));
    if (divergence < uniform) ++better;
  }
  EXPECT_GE(better, kNetworks / 2);
}

TEST(AllocatedBits, AreAtMostThePlansAndLeaveEncodingsAlone) {
  const Case one = make_case(3);
  FormatPlan plan = *preset_plan("default", {5, 8});
  const std::string kept = one.make()(plan)->network.weights.front().name;
  WeightRule rule;
  rule.match = kept;
  rule.encoding = WeightEncoding::PowerOfTwo;
  rule.width = 4;
  plan.weights.push_back(rule);
  const auto allocated = allocate(one, plan, footprint_between(one, 0.3));
  ASSERT_TRUE(allocated) << allocated.error().message;
  const auto made = one.make()(*allocated);
  for (const WeightMatrix& matrix : made->network.weights) {
    EXPECT_LE(matrix.width, 5);
    EXPECT_EQ(matrix.encoding == WeightEncoding::PowerOfTwo, matrix.name == kept);
  }
}

TEST(AllocatedBits, AreThoseOfThePlanWhereTheyFit) {
  const Case one = make_case(4);
  const auto allocated = allocate(one, *preset_plan("default", {6, 8}), 1);
  ASSERT_TRUE(allocated) << allocated.error().message;
  EXPECT_LE(one.divergence(*allocated), one.divergence(*preset_plan("default", {6, 8})));
}

TEST(AllocatedBits, TellWhatCannotBeReached) {
  const Case one = make_case(5);
  const auto allocated = allocate(one, *preset_plan("default", {8, 8}), 0.001);
  ASSERT_FALSE(allocated);
  EXPECT_NE(allocated.error().message.find("0.10 % cannot be reached"), std::string::npos)
      << allocated.error().message;
}

TEST(AllocatedBits, AreTheSameForAnyNumberOfThreads) {
  const Case one = make_case(6);
  const FormatPlan plan = *preset_plan("default", {8, 8});
  const double footprint = footprint_between(one, 0.4);
  const std::string many = to_toml(*allocate(one, plan, footprint));
  const tbb::global_control single(tbb::global_control::max_allowed_parallelism, 1);
  EXPECT_EQ(to_toml(*allocate(one, plan, footprint)), many);
}

// Through all steps of a plan that learns its rounding: the finished network keeps the footprint.
TEST(AllocatedBits, AreWhatAPlanWithAGreatestFootprintGets) {
  const Case one = make_case(7);
  auto calibrated = CalibratedNetwork::make(one.network, one.data, kClasses, 1);
  const auto footprint_at = [&](int width) {
    return measure_footprint(program_of(calibrated->quantise(*preset_plan("learned", {width, 8}))->network))
        .whole;
  };
  FormatPlan plan = *preset_plan("learned", {8, 8});
  plan.max_footprint = 0.6 * footprint_at(2) + 0.4 * footprint_at(8);
  const auto quantised = calibrated->quantise(*parse_plan(to_toml(plan)));
  ASSERT_TRUE(quantised) << quantised.error().message;
  EXPECT_LE(measure_footprint(program_of(quantised->network)).whole, *plan.max_footprint);
  EXPECT_FALSE(quantised->resolved.max_footprint);
  const auto refused = quantise(one.network, plan, &one.profile);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("max_footprint"), std::string::npos);
}

}  // namespace
}  // namespace fixgate
