#include "quantize/output_distance.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include "calibrate/output_gradient.h"
#include "fixed/program_of.h"
#include "quantize/calibrated.h"
#include "simulate/fast/real_outputs.h"
#include "simulate/float_runner.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

struct Case : testing_support::NetworkWithData {
  FixedChain fixed;
};

Case make_case(std::uint64_t seed) {
  Random random(seed);
  Case one{testing_support::random_network_with_data(random, 11, 9), {}};
  const auto profile = calibrate(one.network, one.data);
  one.fixed = quantise(one.network, *preset_plan("default", {4, 5}), &*profile)->network;
  return one;
}

// Both networks one sequence after the other, the fixed one by the reference simulator; the pieces of a text
// as they are cut, from the initial state on in every part.
double plain_sum(const Case& one) {
  const FloatRunner real(one.network);
  const program::FixedNetwork fixed = program_of(one.fixed);
  const program::ProgramSimulator simulator(fixed);
  program::ValueCounts counts = simulator.no_counts();
  const Format& format = fixed.formats[fixed.program.outputs.front().value].format;
  double sum = 0;
  for (const SamplePart& part : cut_into_parts(one.data)) {
    FloatState real_state = real.initial_state();
    program::Memory memory = simulator.initial_memory();
    for (const Sequence& sequence : part.sequences) {
      if (!part.carries_on) real_state = real.initial_state();
      if (!part.carries_on) memory = simulator.initial_memory();
      const auto wanted = real.run(sequence, real_state);
      const auto integers = simulator.run({&sequence, 1}, memory, counts);
      sum += output_divergence(kClasses, *wanted, real_outputs(integers->front(), format));
    }
  }
  return sum;
}

TEST(OutputDistance, IsThatOfTheReferenceSimulatorForAnyNumberOfThreads) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = make_case(seed);
    const auto distance = OutputDistance::make(one.network, one.data, kClasses);
    ASSERT_TRUE(distance);
    const auto all = distance->of(one.fixed);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), one.data.samples.size());
    double sum = 0;
    for (const double divergence : *all) sum += divergence;
    EXPECT_NEAR(sum, plain_sum(one), 1e-9 * (1 + sum));
    const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 1);
    EXPECT_EQ(*distance->of(one.fixed), *all);
  }
}

// Every part of a text starts at the initial state and carries it through its pieces.
TEST(OutputDistance, CarriesTheStateThroughAText) {
  Case one = make_case(3);
  Random random(4);
  one.data.samples.resize(1);
  one.data.samples[0].sequence = testing_support::random_sequence(random, one.network, 20 * 64);
  const auto apart = OutputDistance::make(one.network, one.data, kClasses);
  one.data.is_stream = true;
  const auto stream = OutputDistance::make(one.network, one.data, kClasses);
  ASSERT_TRUE(apart && stream);
  EXPECT_EQ(apart->of(one.fixed)->size(), 1U);
  const auto all = *stream->of(one.fixed);
  ASSERT_EQ(all.size(), 20U);
  double sum = 0;
  for (const double divergence : all) sum += divergence;
  EXPECT_NEAR(sum, plain_sum(one), 1e-9 * (1 + sum));
}

TEST(OutputDistance, WantsData) {
  const Case one = make_case(1);
  const auto distance = OutputDistance::make(one.network, DataSet(), kClasses);
  ASSERT_FALSE(distance);
  EXPECT_NE(distance.error().message.find("no calibration data"), std::string::npos);
}

TEST(OutputDistance, ClearlyLessIsByAStandardError) {
  EXPECT_TRUE(is_clearly_less({1, 1, 1}, {2, 2, 2}));
  EXPECT_FALSE(is_clearly_less({1, 1, 1}, {1, 1, 1}));
  EXPECT_FALSE(is_clearly_less({2, 2, 2}, {1, 1, 1}));
  // Gains of 3, -1 and -1.9: a mean of 0.03 with a standard error of 1.2.
  EXPECT_FALSE(is_clearly_less({1, 5, 5}, {4, 4, 3.1}));
}

}  // namespace
}  // namespace fixgate
