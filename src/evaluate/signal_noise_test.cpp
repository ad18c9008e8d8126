#include "evaluate/signal_noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "calibrate/program_profile.h"
#include "quantize/quantise_program.h"
#include "simulate/testing/random_chain.h"

namespace fixgate {
namespace {

using program::FloatNetwork;
using testing_support::ChainShape;
using testing_support::make_chain;
using testing_support::Random;

constexpr std::int64_t kAll = 1'000'000;

program::FixedNetwork quantised_by(const FloatNetwork& network, const DataSet& data, const FormatPlan& plan) {
  const program::FloatRunner runner(network);
  const auto profile = program::calibrate(runner, program::recordings_of(data));
  auto result = program::quantise(network, plan, {.profile = &*profile});
  EXPECT_TRUE(result) << result.error().message;
  return std::move(result->network);
}

program::FixedNetwork quantised(const FloatNetwork& network, const DataSet& data, int width) {
  return quantised_by(network, data, *preset_plan("default", {width, width}));
}

TEST(MeasureNoise, MeasuresEverySignal) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const FloatNetwork network = make_chain(random, testing_support::random_chain_shape(random));
    const DataSet data = testing_support::drawn_data(random, network.program, 10, 30);
    const program::FixedNetwork coarse = quantised(network, data, 6);
    const program::FixedNetwork fine = quantised(network, data, 12);
    const auto noise = measure_noise(network, coarse, data, kAll);
    const auto less = measure_noise(network, fine, data, kAll);
    ASSERT_TRUE(noise) << noise.error().message;
    const std::vector<program::ValueId> values = written_values(coarse.program);
    ASSERT_EQ(noise->size(), values.size());
    for (std::size_t s = 0; s < noise->size(); ++s) {
      EXPECT_EQ((*noise)[s].name, full_name(coarse.program, coarse.program.values[values[s]]));
      EXPECT_EQ((*noise)[s].signal_power, (*less)[s].signal_power);
      EXPECT_GT((*noise)[s].sqnr(), 5) << (*noise)[s].name;
      EXPECT_GT((*less)[s].sqnr(), (*noise)[s].sqnr()) << (*noise)[s].name;
    }
  }
}

// Uniform features at a step of 2^-7: noise of step^2 / 12.
TEST(MeasureNoise, OfTheInputIsThatOfRounding) {
  Random random(3);
  const FloatNetwork network = make_chain(random, {});
  const DataSet data = testing_support::drawn_data(random, network.program, 200, 40);
  FormatPlan plan = *preset_plan("default", {8, 8});
  SignalRule rule;
  rule.match = "input";
  rule.format = Format{true, 9, 7};
  plan.signals.push_back(rule);
  const auto noise = measure_noise(network, quantised_by(network, data, plan), data, kAll);
  EXPECT_NEAR((*noise)[0].signal_power, 1.0 / 3, 0.02);
  EXPECT_NEAR((*noise)[0].noise_power * 12 * 128 * 128, 1, 0.05);
}

TEST(MeasureNoise, StopsAfterTheSteps) {
  Random random(4);
  const FloatNetwork network = make_chain(random, {});
  DataSet data = testing_support::drawn_data(random, network.program, 3, 1);
  const program::FixedNetwork fixed = quantised(network, data, 8);
  const auto first = measure_noise(network, fixed, {{data.samples[0]}, false}, kAll);
  const auto stopped = measure_noise(network, fixed, data, 1);
  const auto all = measure_noise(network, fixed, data, kAll);
  EXPECT_EQ((*stopped)[0].signal_power, (*first)[0].signal_power);
  EXPECT_NE((*all)[0].signal_power, (*first)[0].signal_power);
}

TEST(MeasureNoise, RefusesNetworksThatDoNotBelongTogether) {
  Random random(5);
  ChainShape shape;
  const FloatNetwork network = make_chain(random, shape);
  const DataSet data = testing_support::drawn_data(random, network.program, 3, 10);
  shape.hidden = 6;
  const FloatNetwork larger = make_chain(random, shape);
  shape.kind = CellKind::Gru;
  const FloatNetwork other = make_chain(random, shape);
  for (const FloatNetwork& wrong : {larger, other}) {
    const auto noise = measure_noise(network, quantised(wrong, data, 8), data, kAll);
    ASSERT_FALSE(noise);
    EXPECT_NE(noise.error().message.find("was not made from the float network 'random'"), std::string::npos);
  }
  EXPECT_FALSE(measure_noise(larger, quantised(network, data, 8), data, kAll));
}

TEST(SignalNoise, InDecibels) {
  EXPECT_DOUBLE_EQ((SignalNoise{"a", 1, 0.01}.sqnr()), 20);
  EXPECT_TRUE(std::isinf(SignalNoise{"a", 1, 0}.sqnr()));
}

}  // namespace
}  // namespace fixgate
