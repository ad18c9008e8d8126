// From the float network to the fixed-point one: every lowered network of tests/data/models at wide and at
// narrow widths, and the examples with the figures that their cards state.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "calibrate/program_profile.h"
#include "data/load.h"
#include "data/task.h"
#include "evaluate/outcome.h"
#include "fixed/file.h"
#include "import/test_cases.h"
#include "quantize/quantise_program.h"
#include "simulate/fast/simulator.h"
#include "simulate/float/float_runner.h"
#include "simulate/reference/program_simulator.h"
#include "sweep/load_program.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

constexpr int kSequences = 6;
constexpr Eigen::Index kSteps = 12;
constexpr double kWideSqnr = 50;  // dB, at 20 bits for weights and activations

fs::path source(const std::string& path) {
  return fs::path(FIXGATE_SOURCE_DIR) / path;
}

using program::FloatNetwork;
using program::QuantisedProgram;

/// Those that convert, with one input.
std::vector<fs::path> lowered_models() {
  std::vector<fs::path> lowered;
  for (const fs::path& model : test_cases::stored_models()) {
    const auto loaded = load_program(model, {});
    if (loaded && inputs_of(loaded->network.program).size() == 1) lowered.push_back(model);
  }
  return lowered;
}

DataSet random_data(const FloatNetwork& network) {
  const program::Value& input = network.program.values[inputs_of(network.program).front()];
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  DataSet data;
  for (int index = 0; index < kSequences; ++index) {
    Sample& sample = data.samples.emplace_back();
    sample.name = fmt::format("sequence {}", index);
    if (input.vocabulary)
      for (Eigen::Index step = 0; step < kSteps; ++step)
        sample.sequence.tokens.push_back(
            static_cast<std::int32_t>(random() % static_cast<unsigned>(*input.vocabulary)));
    else
      sample.sequence.features = FloatMatrix::NullaryExpr(kSteps, input.size, [&] { return normal(random); });
  }
  return data;
}

Result<QuantisedProgram> quantised(const FloatNetwork& network, const DataSet& data,
                                   const PresetOptions& widths) {
  FIXGATE_ASSIGN(const FormatPlan plan, preset_plan("default", widths));
  const program::FloatRunner runner(network);
  FIXGATE_ASSIGN(const program::GroupProfile profile,
                 program::calibrate(runner, program::recordings_of(data)));
  return program::quantise(network, plan, {.profile = &profile});
}

const SignalFormat& format_of_outputs(const program::FixedNetwork& fixed) {
  return fixed.formats[fixed.program.outputs.front().value];
}

// In dB, over all outputs of all sequences.
Result<double> output_sqnr(const FloatNetwork& network, const program::FixedNetwork& fixed,
                           const DataSet& data) {
  const program::FloatRunner runner(network);
  const program::ProgramSimulator simulator(fixed);
  const double step = std::ldexp(1.0, -format_of_outputs(fixed).format.fraction);
  double signal = 0;
  double noise = 0;
  for (const Sample& sample : data.samples) {
    program::FloatMemory float_memory = runner.initial_memory();
    FIXGATE_ASSIGN(const auto floats, runner.run({&sample.sequence, 1}, float_memory));
    const FloatMatrix& wanted = floats.front();
    program::Memory memory = simulator.initial_memory();
    program::ValueCounts counts = simulator.no_counts();
    FIXGATE_ASSIGN(const auto outputs, simulator.run({&sample.sequence, 1}, memory, counts));
    const IntegerMatrix& got = outputs.front();
    if (got.rows != wanted.rows() || got.columns != wanted.cols()) return fail("outputs of another shape");
    for (Eigen::Index k = 0; k < wanted.size(); ++k) {
      const double value = static_cast<double>(wanted.data()[k]);
      const double difference = static_cast<double>(got.values[static_cast<std::size_t>(k)]) * step - value;
      signal += value * value;
      noise += difference * difference;
    }
  }
  return 10 * std::log10(signal / noise);
}

class EndToEnd : public testing::TestWithParam<fs::path> {};

TEST_P(EndToEnd, FixedFollowsFloatWhereWidthsAreWide) {
  const auto loaded = load_program(GetParam(), {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const FloatNetwork* network = &loaded->network;
  const DataSet data = random_data(*network);
  const auto wide = quantised(*network, data, {20, 20});
  ASSERT_TRUE(wide) << wide.error().message;
  const auto again = deserialise(serialise(wide->network));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(*again == wide->network);
  const auto sqnr = output_sqnr(*network, wide->network, data);
  ASSERT_TRUE(sqnr) << sqnr.error().message;
  EXPECT_GT(*sqnr, kWideSqnr);
}

TEST_P(EndToEnd, RunsWhereWidthsAreNarrow) {
  const auto loaded = load_program(GetParam(), {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const FloatNetwork* network = &loaded->network;
  const DataSet data = random_data(*network);
  const auto narrow = quantised(*network, data, {4, 6});
  ASSERT_TRUE(narrow) << narrow.error().message;
  const auto sqnr = output_sqnr(*network, narrow->network, data);
  ASSERT_TRUE(sqnr) << sqnr.error().message;
  EXPECT_TRUE(std::isfinite(*sqnr));
}

INSTANTIATE_TEST_SUITE_P(Stored, EndToEnd, testing::ValuesIn(lowered_models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

TEST(StoredNetworks, CountsTheLoweredAndTheRefused) {
  std::size_t lowered = 0;
  std::size_t refused = 0;
  for (const fs::path& model : test_cases::stored_models()) ++(load_program(model, {}) ? lowered : refused);
  fmt::print("lowered: {} of {}, refused: {}\n", lowered, lowered + refused, refused);
  EXPECT_EQ(refused, 6U) << "lowering's models_test lists them";
}

struct Example {
  const char* model;
  const char* task;
  double figure;        // of the card, four decimals
  double allowed_loss;  // at 8/8
};

constexpr Example kExamples[] = {
    {"digits/digits-gru", "digits/digits", 0.9799, 0.01},
    {"digits/digits-lstm", "digits/digits", 0.9732, 0.01},
    {"ecg/ecg-lstm", "ecg/ecg", 0.0810, 0.02},
    {"characters/characters-gru", "characters/characters", 3.6904, 0.05},
};

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, HaveTheFiguresOfTheirCards) {
  const auto loaded = load_program(source(fmt::format("examples/{}.onnx", GetParam().model)), {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const FloatNetwork* network = &loaded->network;
  const auto task = read_task(source(fmt::format("examples/{}.toml", GetParam().task)));
  ASSERT_TRUE(task) << task.error().message;
  const auto test = load_data(*task, Part::Test, {});
  ASSERT_TRUE(test) << test.error().message;
  const auto reference = run_float(*network, *test, task->metric);
  ASSERT_TRUE(reference) << reference.error().message;
  EXPECT_NEAR(reference->metric, GetParam().figure, 0.5001e-4);

  const auto calibration = load_data(*task, Part::Calibration, {});
  ASSERT_TRUE(calibration) << calibration.error().message;
  const auto fixed = quantised(*network, *calibration, {8, 8});
  ASSERT_TRUE(fixed) << fixed.error().message;
  const auto outcomes = run_fixed(fixed->network, *test, task->metric);
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  const double loss = higher_is_better(task->metric.kind) ? reference->metric - outcomes->metric
                                                          : outcomes->metric - reference->metric;
  EXPECT_LE(loss, GetParam().allowed_loss);
  fmt::print("{}: float {:.4f}, 8/8 {:.4f}\n", GetParam().model, reference->metric, outcomes->metric);
}

// Real data through the fast simulator, in batches, and through the reference simulator: the same integers.
TEST_P(Examples, RunTheSameInBothSimulators) {
  const auto loaded = load_program(source(fmt::format("examples/{}.onnx", GetParam().model)), {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const FloatNetwork* network = &loaded->network;
  const auto task = read_task(source(fmt::format("examples/{}.toml", GetParam().task)));
  const auto test = load_data(*task, Part::Validation, {});
  ASSERT_TRUE(test) << test.error().message;
  const auto calibration = load_data(*task, Part::Calibration, {});
  for (const PresetOptions& widths : {PresetOptions{8, 8}, PresetOptions{4, 6}, PresetOptions{8, 12}}) {
    const auto fixed = quantised(*network, *calibration, widths);
    ASSERT_TRUE(fixed) << fixed.error().message;
    const program::FixedNetwork made = fixed->network;
    EXPECT_EQ(FastSimulator(made).not_covered(), "");
    const auto fast = run_fixed(made, *test, task->metric, Simulator::Fast);
    const auto reference = run_fixed(made, *test, task->metric, Simulator::Reference);
    ASSERT_TRUE(fast) << fast.error().message;
    EXPECT_EQ(fast->metric, reference->metric);
    EXPECT_TRUE(fast->counts == reference->counts);
    for (std::size_t k = 0; k < fast->samples.size(); ++k) {
      ASSERT_EQ(fast->samples[k].decisions, reference->samples[k].decisions);
      ASSERT_EQ(fast->samples[k].outputs, reference->samples[k].outputs);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Examples, testing::ValuesIn(kExamples),
                         [](const auto& example) { return test_cases::test_name(example.param.model); });

}  // namespace
}  // namespace fixgate
