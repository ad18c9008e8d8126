#include "evaluate/outcome.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>

#include "calibrate/program_profile.h"
#include "quantize/quantise_program.h"
#include "simulate/float/float_runner.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/random_chain.h"

namespace fixgate {
namespace {

using testing_support::ChainShape;
using testing_support::make_chain;
using testing_support::Random;

constexpr MetricSpec kAccuracy{MetricKind::Accuracy, Decision::Argmax};
constexpr MetricSpec kPerplexity{MetricKind::Perplexity, Decision::Argmax};
constexpr MetricSpec kRmse{MetricKind::Rmse, Decision::Argmax};
constexpr MetricSpec kMae{MetricKind::Mae, Decision::Argmax};

/// A network with data whose targets are random: next tokens, or values.
struct Case {
  program::FloatNetwork network;
  program::FixedNetwork fixed;
  DataSet data;
};

program::FixedNetwork quantised(const program::FloatNetwork& network, const DataSet& data) {
  const program::FloatRunner runner(network);
  const auto profile = program::calibrate(runner, program::recordings_of(data));
  EXPECT_TRUE(profile) << profile.error().message;
  auto result = program::quantise(network, *preset_plan("default", {6, 6}), {.profile = &*profile});
  EXPECT_TRUE(result) << result.error().message;
  return std::move(result->network);
}

Case make_case(std::uint64_t seed, const MetricSpec& metric, ChainShape shape = {}) {
  Random random(seed);
  shape.outputs = 4;
  Case one;
  one.network = make_chain(random, shape);
  one.data = testing_support::drawn_data(random, one.network.program, 25, 30);
  for (Sample& sample : one.data.samples) {
    const auto rows = shape.select ? 1 : static_cast<Eigen::Index>(sample.sequence.steps());
    sample.target.label = random.in(0, 3);
    if (metric.kind == MetricKind::Rmse || metric.kind == MetricKind::Mae)
      sample.target.values = testing_support::drawn_sequence(random, false, 4, rows).features;
    else if (!shape.select)
      for (Eigen::Index t = 0; t < rows; ++t)
        sample.target.next_tokens.push_back(static_cast<std::int32_t>(random.in(0, 3)));
  }
  one.fixed = quantised(one.network, one.data);
  return one;
}

void expect_same(const std::vector<Outcome>& a, const std::vector<Outcome>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].score, b[k].score);
    EXPECT_EQ(a[k].decisions, b[k].decisions);
    EXPECT_EQ(a[k].outputs, b[k].outputs);
  }
}

TEST(RunNetworks, DoNotDependOnTheNumberOfThreads) {
  for (const MetricSpec& metric : {kAccuracy, kPerplexity, kRmse, kMae}) {
    for (const bool is_stream : {false, true}) {
      Case one = make_case(11, metric);
      one.data.is_stream = is_stream;
      std::vector<FloatOutcomes> floats;
      std::vector<FixedOutcomes> fixeds;
      for (const std::size_t threads : {1U, 4U}) {
        const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
        floats.push_back(*run_float(one.network, one.data, metric));
        fixeds.push_back(*run_fixed(one.fixed, one.data, metric));
      }
      EXPECT_EQ(floats[0].metric, floats[1].metric);
      expect_same(floats[0].samples, floats[1].samples);
      EXPECT_EQ(fixeds[0].metric, fixeds[1].metric);
      expect_same(fixeds[0].samples, fixeds[1].samples);
      EXPECT_TRUE(fixeds[0].counts == fixeds[1].counts);
    }
  }
}

TEST(RunNetworks, GiveTheSameWithEitherSimulator) {
  for (const bool is_stream : {false, true}) {
    Case one = make_case(15, kPerplexity);
    one.data.is_stream = is_stream;
    const auto fast = run_fixed(one.fixed, one.data, kPerplexity, Simulator::Fast);
    const auto reference = run_fixed(one.fixed, one.data, kPerplexity, Simulator::Reference);
    EXPECT_EQ(fast->metric, reference->metric);
    expect_same(fast->samples, reference->samples);
    EXPECT_TRUE(fast->counts == reference->counts);
  }
}

TEST(RunNetworks, ScoreTheOutputsOfTheRunners) {
  for (const MetricSpec& metric : {kPerplexity, kRmse}) {
    const Case one = make_case(12, metric);
    const program::FloatRunner runner(one.network);
    const program::ProgramSimulator simulator(one.fixed);
    const Format& format = one.fixed.formats[one.fixed.program.outputs.front().value].format;
    Score float_score;
    Score fixed_score;
    program::ValueCounts counts = simulator.no_counts();
    for (const Sample& sample : one.data.samples) {
      program::FloatMemory float_memory = runner.initial_memory();
      program::Memory memory = simulator.initial_memory();
      float_score +=
          *score_sample(metric, runner.run({&sample.sequence, 1}, float_memory)->front(), sample.target);
      const IntegerMatrix integers = simulator.run({&sample.sequence, 1}, memory, counts)->front();
      FloatMatrix real(integers.rows, integers.columns);
      for (Eigen::Index k = 0; k < real.size(); ++k)
        real.data()[k] = static_cast<float>(format.value(integers.values[static_cast<std::size_t>(k)]));
      fixed_score += *score_sample(metric, real, sample.target);
    }
    EXPECT_EQ(run_float(one.network, one.data, metric)->metric, finish(metric.kind, float_score));
    const auto outcomes = run_fixed(one.fixed, one.data, metric);
    EXPECT_EQ(outcomes->metric, finish(metric.kind, fixed_score));
    EXPECT_TRUE(outcomes->counts == counts);
  }
}

TEST(RunNetworks, ScoreLabelsOfWholeSequences) {
  ChainShape shape;
  shape.select = SelectKind::FinalState;
  shape.reverse = true;
  const Case one = make_case(13, kAccuracy, shape);
  const auto outcomes = run_float(one.network, one.data, kAccuracy);
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(outcomes->samples.front().decisions.size(), 1U);
  EXPECT_GE(outcomes->metric, 0);
  EXPECT_LE(outcomes->metric, 1);
}

// The samples of a stream joined into one give the same outputs.
TEST(RunNetworks, CarryTheStateOfAStream) {
  Case one = make_case(14, kRmse);
  one.data.is_stream = true;
  Sample joined;
  Eigen::Index rows = 0;
  for (const Sample& sample : one.data.samples) rows += sample.sequence.features.rows();
  joined.sequence.features.resize(rows, 3);
  joined.target.values.resize(rows, 4);
  rows = 0;
  for (const Sample& sample : one.data.samples) {
    const Eigen::Index count = sample.sequence.features.rows();
    joined.sequence.features.middleRows(rows, count) = sample.sequence.features;
    joined.target.values.middleRows(rows, count) = sample.target.values;
    rows += count;
  }
  const auto pieces = run_fixed(one.fixed, one.data, kRmse);
  const auto whole = run_fixed(one.fixed, {{joined}, true}, kRmse);
  rows = 0;
  for (const Outcome& outcome : pieces->samples) {
    ASSERT_EQ(outcome.outputs, whole->samples[0].outputs.middleRows(rows, outcome.outputs.rows()));
    rows += outcome.outputs.rows();
  }
  EXPECT_TRUE(pieces->counts.overflows == whole->counts.overflows);
  const auto float_pieces = run_float(one.network, one.data, kRmse);
  const auto float_whole = run_float(one.network, {{joined}, true}, kRmse);
  EXPECT_NEAR(float_pieces->metric, float_whole->metric, 1e-5);
  one.data.is_stream = false;
  EXPECT_NE(run_fixed(one.fixed, one.data, kRmse)->metric, pieces->metric);
}

TEST(RunNetworks, NameTheFirstSampleThatDoesNotFit) {
  Case one = make_case(15, kRmse);
  one.data.samples[7].sequence.features = FloatMatrix::Zero(3, 2);
  one.data.samples[9].sequence.features = FloatMatrix::Zero(3, 5);
  const std::string message = "sample 7: the network reads 3 features a step, the data has 2";
  EXPECT_EQ(run_float(one.network, one.data, kRmse).error().message, message);
  EXPECT_EQ(run_fixed(one.fixed, one.data, kRmse).error().message, message);
}

// docs/numerics.md, section 8: a Softmax at the end of the file is applied in float.
TEST(RunNetworks, ApplyTheOutputFunctionToValues) {
  Case one = make_case(16, kRmse);
  const FloatMatrix plain = run_float(one.network, one.data, kRmse)->samples[0].outputs;
  const auto outputs_of = [&](OutputFunction function) {
    one.network.program.outputs.front().function = one.fixed.program.outputs.front().function = function;
    return run_float(one.network, one.data, kRmse)->samples[0].outputs;
  };
  const FloatMatrix softmax = outputs_of(OutputFunction::Softmax);
  for (Eigen::Index row = 0; row < plain.rows(); ++row) {
    const double sum = plain.row(row).cast<double>().array().exp().sum();
    for (Eigen::Index k = 0; k < 4; ++k)
      EXPECT_NEAR(softmax(row, k), std::exp(static_cast<double>(plain(row, k))) / sum, 1e-6);
  }
  const FloatMatrix log_softmax = outputs_of(OutputFunction::LogSoftmax);
  EXPECT_LT((log_softmax.array().exp() - softmax.array()).abs().maxCoeff(), 1e-6F);
  one.network.program.outputs.front().function = OutputFunction::Softmax;
  one.fixed.program.outputs.front().function = OutputFunction::Softmax;
  const FloatMatrix fixed = run_fixed(one.fixed, one.data, kRmse)->samples[0].outputs;
  EXPECT_LT((fixed.rowwise().sum().array() - 1).abs().maxCoeff(), 1e-5F);
  for (Sample& sample : one.data.samples)
    sample.target.values = FloatMatrix::Zero(sample.target.values.rows(), 1);
  const FloatMatrix classes = outputs_of(OutputFunction::ArgMax);
  ASSERT_EQ(classes.cols(), 1);
  for (Eigen::Index row = 0; row < plain.rows(); ++row)
    EXPECT_EQ(static_cast<std::int64_t>(classes(row, 0)), decide(Decision::Argmax, plain, row));
}

TEST(RunNetworks, TakeDecisionsFromPlainOutputs) {
  Case one = make_case(17, kPerplexity);
  const double plain = run_float(one.network, one.data, kPerplexity)->metric;
  one.network.program.outputs.front().function = OutputFunction::Softmax;  // the metric has it already
  EXPECT_EQ(run_float(one.network, one.data, kPerplexity)->metric, plain);
}

// --- agreement ---

Outcome decided(std::vector<std::int64_t> decisions) {
  return {{}, std::move(decisions), {}};
}

Outcome valued(FloatMatrix outputs) {
  return {{}, {}, std::move(outputs)};
}

TEST(Agreement, IsTheShareOfEqualDecisions) {
  const std::vector<Outcome> a{decided({1, 2, 3}), decided({4})};
  const std::vector<Outcome> b{decided({1, 0, 3}), decided({0})};
  EXPECT_EQ(agreement(kAccuracy, a, a), 1);
  EXPECT_EQ(agreement(kAccuracy, a, b), 0.5);
  EXPECT_EQ(agreement(kPerplexity, b, a), 0.5);
}

TEST(Agreement, IsTheRootMeanSquaredDifferenceOfValues) {
  const std::vector<Outcome> a{valued(FloatMatrix::Constant(2, 1, 1)),
                               valued(FloatMatrix::Constant(1, 2, 5))};
  const std::vector<Outcome> b{valued(FloatMatrix::Constant(2, 1, 4)),
                               valued(FloatMatrix::Constant(1, 2, 5))};
  EXPECT_EQ(agreement(kRmse, a, a), 0);
  EXPECT_DOUBLE_EQ(agreement(kMae, a, b), std::sqrt(18.0 / 4));
}

TEST(CountSteps, AddsThemUp) {
  DataSet data;
  EXPECT_EQ(count_steps(data), 0);
  data.samples.resize(2);
  data.samples[0].sequence.tokens = {1, 2, 3};
  data.samples[1].sequence.features = FloatMatrix::Zero(4, 2);
  EXPECT_EQ(count_steps(data), 7);
}

}  // namespace
}  // namespace fixgate
