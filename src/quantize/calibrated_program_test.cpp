#include "quantize/calibrated_program.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <numeric>

#include "fixed/footprint.h"
#include "quantize/calibrated.h"
#include "quantize/program_distance.h"
#include "quantize/testing/chain_floats.h"
#include "quantize/testing/same_integers.h"
#include "simulate/testing/random_float_program.h"

namespace fixgate::program {
namespace {

using testing_support::Random;

MetricSpec any_metric(std::uint64_t seed) {
  if (seed % 3 == 0) return {MetricKind::Rmse, Decision::Argmax};
  return {MetricKind::Accuracy, seed % 3 == 1 ? Decision::Argmax : Decision::Positive};
}

/// A chain network, as it is and as a program.
struct Both {
  Network network;
  DataSet data;
  FloatNetwork floats;
};

Both make_both(std::uint64_t seed) {
  Random random(seed);
  auto [network, data] = testing_support::random_network_with_data(random, 12, 20);
  data.is_stream = random.chance(0.3);
  const SignalProfile profile = *fixgate::calibrate(network, data);
  const FixedChain chain = fixgate::quantise(network, *preset_plan("default", {}), &profile)->network;
  FloatNetwork floats = testing_support::float_network_of(network, chain);
  return {std::move(network), std::move(data), std::move(floats)};
}

FixedNetwork by_chain(const Both& both, const FormatPlan& plan, std::uint64_t seed) {
  auto calibrated = CalibratedNetwork::make(both.network, both.data, any_metric(seed), seed);
  EXPECT_TRUE(calibrated) << calibrated.error().message;
  const auto made = calibrated->quantise(plan);
  EXPECT_TRUE(made) << made.error().message;
  return program_of(made->network);
}

FixedNetwork by_program(const Both& both, const FormatPlan& plan, std::uint64_t seed) {
  auto calibrated = CalibratedProgram::make(both.floats, recordings_of(both.data), any_metric(seed), seed);
  EXPECT_TRUE(calibrated) << calibrated.error().message;
  const auto made = calibrated->quantise(plan);
  EXPECT_TRUE(made) << made.error().message;
  return made->network;
}

struct Agreement {
  int networks = 0;
  int equal = 0;  // in every integer
  std::int64_t weights = 0;
  std::int64_t equal_weights = 0;

  void count(const FixedNetwork& got, const FixedNetwork& wanted) {
    ++networks;
    equal += got.formats == wanted.formats && got.weights == wanted.weights &&
                     got.constants == wanted.constants && got.initial == wanted.initial
                 ? 1
                 : 0;
    for (const MatrixId id : got.program.matrices.ids())
      for (std::size_t k = 0; k < got.weights[id].values.size(); ++k) {
        ++weights;
        equal_weights += got.weights[id].values[k] == wanted.weights[id].values[k] ? 1 : 0;
      }
  }
};

Agreement agreement(const std::string& preset, std::uint64_t seeds) {
  Agreement all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    const Both both = make_both(seed);
    const FormatPlan plan =
        *preset_plan(preset, {static_cast<int>(2 + seed % 4), static_cast<int>(4 + seed % 5)});
    all.count(by_program(both, plan, seed), by_chain(both, plan, seed));
    if (::testing::Test::HasFailure()) break;
  }
  return all;
}

// Sums are added up in another order, so that statistics and gradients differ in their last bits, and now and
// then a choice between two integers that are as good.
TEST(CalibratedProgram, CompensatesAsTheChainDoes) {
  const Agreement all = agreement("compensated", 12);
  EXPECT_GE(all.equal, all.networks - 2);
  EXPECT_GE(all.equal_weights, all.weights * 99 / 100);
}

TEST(CalibratedProgram, LearnsAsTheChainDoes) {
  const Agreement all = agreement("learned", 4);
  EXPECT_GE(all.equal_weights, all.weights * 90 / 100);
}

// --- programs that are no chains ---

/// A random program that can be quantised, with data; a recording has a sequence for each input.
struct AnyProgram {
  FloatNetwork network;
  std::vector<std::vector<Sequence>> data;

  [[nodiscard]] Recordings recordings() const {
    Recordings all;
    for (const std::vector<Sequence>& inputs : data) all.recordings.push_back({"a recording", inputs});
    return all;
  }
};

AnyProgram next_program_with_data(std::uint64_t& seed) {
  for (;;) {
    AnyProgram one{next_float_program(seed), {}};
    Random random(seed);
    for (int k = 0; k < 12; ++k) one.data.push_back(random_inputs(random, one.network.program, 6));
    auto calibrated = CalibratedProgram::make(one.network, one.recordings(), any_metric(0), 1);
    if (calibrated && calibrated->quantise(*preset_plan("default", {3, 6}))) return one;
  }
}

Result<QuantisedProgram> quantised(const AnyProgram& one, const FormatPlan& plan) {
  auto calibrated = CalibratedProgram::make(one.network, one.recordings(), any_metric(0), 1);
  return calibrated->quantise(plan);
}

double divergence_of(const AnyProgram& one, const FixedNetwork& fixed) {
  const auto distance = OutputDistance::make(one.network, one.recordings(), any_metric(0));
  const std::vector<double> divergences = *distance->of(fixed);
  return std::accumulate(divergences.begin(), divergences.end(), 0.0);
}

// Convolutions, look-ups, windows, inner clocks, several inputs and outputs.
TEST(CalibratedProgram, EveryPresetWorksForAnyProgram) {
  int better = 0;
  int networks = 0;
  for (std::uint64_t seed = 1; networks < 12; ++networks) {
    SCOPED_TRACE(seed);
    const AnyProgram one = next_program_with_data(seed);
    const auto nearest = quantised(one, *preset_plan("default", {3, 6}));
    const auto compensated = quantised(one, *preset_plan("compensated", {3, 6}));
    ASSERT_TRUE(compensated) << compensated.error().message;
    better += divergence_of(one, compensated->network) <= divergence_of(one, nearest->network) ? 1 : 0;
    if (networks % 4 != 0) continue;
    const auto learned = quantised(one, *preset_plan("learned", {3, 6}));
    ASSERT_TRUE(learned) << learned.error().message;
    ASSERT_TRUE(learned->learning);
    EXPECT_LE(learned->learning->divergence, learned->learning->divergence_before);
    EXPECT_TRUE(quantised(one, *preset_plan("paper", {3, 6})));
  }
  EXPECT_GE(better, networks - 2);
}

TEST(CalibratedProgram, DoesNotDependOnTheNumberOfThreads) {
  std::uint64_t seed = 40;
  const AnyProgram one = next_program_with_data(seed);
  const auto many = quantised(one, *preset_plan("learned", {3, 6}));
  const tbb::global_control single(tbb::global_control::max_allowed_parallelism, 1);
  const auto alone = quantised(one, *preset_plan("learned", {3, 6}));
  ASSERT_TRUE(many && alone);
  EXPECT_EQ(many->network, alone->network);
}

TEST(CalibratedProgram, KeepsAFootprint) {
  const Both both = make_both(4);
  FormatPlan plan = *preset_plan("default", {8, 8});
  const double before = measure_footprint(by_program(both, plan, 4)).whole;
  plan.max_footprint = before * 0.8;
  const FixedNetwork narrow = by_program(both, plan, 4);
  EXPECT_LE(measure_footprint(narrow).whole, before * 0.8);
  EXPECT_FALSE(narrow.weights.empty());
  plan.max_footprint = 1e-4;
  auto calibrated = CalibratedProgram::make(both.floats, recordings_of(both.data), any_metric(4), 4);
  EXPECT_NE(calibrated->quantise(plan).error().message.find("cannot be reached"), std::string::npos);
}

}  // namespace
}  // namespace fixgate::program
