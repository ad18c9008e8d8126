// The networks of tests/data/kinds, one for each kind of graph that real files have: what ONNX Runtime answers in
// float, and the same integers from all simulators.
#include <gtest/gtest.h>

#include <cmath>

#include "data/array_file.h"
#include "import/test_cases.h"
#include "quantize/calibrated_program.h"
#include "run/run_program.h"
#include "sweep/load_program.h"

namespace fixgate {
namespace {

constexpr double kTolerance = 1e-5;  // of the outputs' range
constexpr double kLeastSqnr = 30;    // dB, with 12-bit weights and 16-bit values
constexpr MetricSpec kRegression{MetricKind::Rmse, Decision::Argmax};

std::filesystem::path kinds_folder() {
  return std::filesystem::path(FIXGATE_SOURCE_DIR) / "tests/data/kinds";
}

/// The arrays whose names begin with the word, without it.
Arrays arrays_of(const Arrays& all, const std::string& word) {
  Arrays arrays;
  for (const auto& [name, array] : all)
    if (name.starts_with(word + ":")) arrays.emplace(name.substr(word.size() + 1), array);
  return arrays;
}

double number_at(const NpyArray& array, std::int64_t index) {
  return array.is_float() ? array.float_at(index) : static_cast<double>(array.integer_at(index));
}

std::int64_t count_of(const NpyArray& array) {
  return element_count(array.shape);
}

/// The largest difference as a share of the range.
double difference_of(const NpyArray& got, const NpyArray& wanted) {
  double range = 1e-30;
  double largest = 0;
  for (std::int64_t index = 0; index < count_of(wanted); ++index) {
    range = std::max(range, std::abs(number_at(wanted, index)));
    largest = std::max(largest, std::abs(number_at(got, index) - number_at(wanted, index)));
  }
  return largest / range;
}

/// Signal-to-quantisation-noise ratio of all outputs, in dB.
double sqnr(const Arrays& exact, const Arrays& rounded) {
  double signal = 0;
  double noise = 0;
  for (const auto& [name, array] : exact)
    for (std::int64_t index = 0; index < count_of(array); ++index) {
      signal += std::pow(number_at(array, index), 2);
      noise += std::pow(number_at(rounded.at(name), index) - number_at(array, index), 2);
    }
  return noise == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(signal / noise);
}

class Kind : public testing::TestWithParam<std::filesystem::path> {
 protected:
  void SetUp() override {
    auto arrays = read_arrays(std::filesystem::path(GetParam()).replace_extension(".npz"));
    ASSERT_TRUE(arrays) << arrays.error().message;
    arrays_ = std::move(*arrays);
    auto lowered = load_program(GetParam(), {});
    ASSERT_TRUE(lowered) << lowered.error().message;
    network_ = std::move(lowered->network);
  }

  [[nodiscard]] RunData data_of(const std::string& word) const {
    auto data = run_data_of(arrays_of(arrays_, word), network_.program);
    EXPECT_TRUE(data) << data.error().message;
    return data ? std::move(*data) : RunData{};
  }

  [[nodiscard]] program::QuantisedProgram quantised(int weights, int activations) const {
    const RunData data = data_of("calibration");
    program::Recordings recordings;
    for (const auto& sequence : data.sequences) recordings.recordings.push_back({"calibration", sequence});
    auto calibrated = program::CalibratedProgram::make(network_, recordings, kRegression, 1);
    EXPECT_TRUE(calibrated) << calibrated.error().message;
    if (!calibrated) return {};
    auto made = calibrated->quantise(*preset_plan("default", {weights, activations}));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : program::QuantisedProgram{};
  }

  Arrays arrays_;
  program::FloatNetwork network_;
};

TEST_P(Kind, ComputesInFloatWhatOnnxRuntimeDoes) {
  const auto result = run_program(network_, data_of("input"), {});
  ASSERT_TRUE(result) << result.error().message;
  const Arrays wanted = arrays_of(arrays_, "output");
  ASSERT_FALSE(wanted.empty());
  for (const auto& [name, array] : wanted) {
    ASSERT_TRUE(result->outputs.contains(name)) << name;
    ASSERT_EQ(count_of(result->outputs.at(name)), count_of(array)) << name;
    EXPECT_LT(difference_of(result->outputs.at(name), array), kTolerance) << name;
  }
}

TEST_P(Kind, GivesTheSameIntegersInAllSimulators) {
  const RunData data = data_of("input");
  for (const int weights : {8, 4}) {
    const auto network = quantised(weights, 8);
    ASSERT_FALSE(network.network.program.outputs.empty());
    RunOptions options;
    options.integers = true;
    const auto fast = run_program(network.network, data, options);
    options.simulator = Simulator::Reference;
    const auto reference = run_program(network.network, data, options);
    ASSERT_TRUE(fast && reference);
    for (const auto& [name, array] : reference->outputs)
      EXPECT_EQ(fast->outputs.at(name).data, array.data) << name;
    for (const auto& [name, array] : reference->states)
      EXPECT_EQ(fast->states.at(name).data, array.data) << name;
  }
}

TEST_P(Kind, ComesCloseToFloatWithManyBits) {
  const RunData data = data_of("input");
  const auto exact = run_program(network_, data, {});
  const auto network = quantised(12, 16);
  ASSERT_FALSE(network.network.program.outputs.empty());
  const auto rounded = run_program(network.network, data, {});
  ASSERT_TRUE(exact && rounded);
  EXPECT_GT(sqnr(exact->outputs, rounded->outputs), kLeastSqnr);
}

INSTANTIATE_TEST_SUITE_P(Networks, Kind, testing::ValuesIn(test_cases::paths_in(kinds_folder(), "", ".onnx")),
                         [](const auto& model) { return test_cases::test_name(model.param); });

}  // namespace
}  // namespace fixgate
