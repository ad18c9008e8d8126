#include "quantize/measured_formats.h"

#include <gtest/gtest.h>

#include <numeric>

#include "quantize/calibrated.h"
#include "quantize/output_distance.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

double total(const std::vector<double>& divergences) {
  return std::accumulate(divergences.begin(), divergences.end(), 0.0);
}

FormatPlan measured_plan(const PresetOptions& widths) {
  FormatPlan plan = *preset_plan("default", widths);
  plan.signals.front().range = RangeMethod::Measured;
  return plan;
}

struct Case : testing_support::NetworkWithData {
  SignalProfile profile;
};

Case make_case(std::uint64_t seed) {
  Random random(seed);
  Case one{testing_support::random_network_with_data(random, 30, 10), {}};
  one.profile = *calibrate(one.network, one.data);
  return one;
}

// The outputs are never farther off, and mostly nearer; no width, sign or rounding
// changes.
TEST(MeasuredFormats, OutputsComeNearerAndOnlyBinaryPointsMove) {
  int nearer = 0;
  constexpr int kNetworks = 20;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = make_case(seed);
    const FormatPlan plan = measured_plan({6, 4});
    const auto start = quantise(one.network, plan, &one.profile);
    const auto measured = measure_formats(one.network, plan, *start, one.data, kClasses);
    ASSERT_TRUE(measured) << measured.error().message;
    EXPECT_EQ(measured->network.weights, start->network.weights);
    const auto distance = OutputDistance::make(one.network, one.data, kClasses);
    const double before = total(*distance->of(start->network));
    const double after = total(*distance->of(measured->network));
    EXPECT_LE(after, before * (1 + 1e-12));
    if (after < before) ++nearer;
    for (std::size_t s = 0; s < start->network.signals.size(); ++s) {
      SignalFormat from = start->network.signals[s].format;
      SignalFormat to = measured->network.signals[s].format;
      from.format.fraction = to.format.fraction = 0;
      EXPECT_EQ(from, to);
    }
  }
  EXPECT_GE(nearer, kNetworks / 2);
}

TEST(MeasuredFormats, LeaveOtherSignalsAlone) {
  const Case one = make_case(5);
  FormatPlan plan = measured_plan({6, 3});
  for (SignalRule& rule : plan.signals)
    if (rule.role) rule.range = RangeMethod::SquaredError;
  const auto start = quantise(one.network, plan, &one.profile);
  const auto measured = measure_formats(one.network, plan, *start, one.data, kClasses);
  for (std::size_t s = 0; s < start->network.signals.size(); ++s) {
    const FixedSignal& signal = start->network.signals[s];
    if (signal.role == SignalRole::PreActivation || signal.role == SignalRole::Output) {
      EXPECT_EQ(signal, measured->network.signals[s]);
    }
  }
}

TEST(MeasuredFormats, AreWhatAPlanAsksFor) {
  EXPECT_FALSE(measures_formats(*preset_plan("default", {})));
  EXPECT_FALSE(measures_formats(*preset_plan("paper", {})));
  EXPECT_TRUE(measures_formats(*preset_plan("compensated", {})));
  EXPECT_TRUE(measures_formats(*preset_plan("learned", {})));
  const FormatPlan plan = *parse_plan(to_toml(measured_plan({})));
  EXPECT_TRUE(measures_formats(plan));
}

}  // namespace
}  // namespace fixgate
