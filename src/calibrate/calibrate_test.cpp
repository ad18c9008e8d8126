#include "calibrate/calibrate.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <nlohmann/json.hpp>

#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::NetworkShape;
using testing_support::Random;

std::string profile_text(const Network& network, const DataSet& data, std::size_t threads) {
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
  const auto profile = calibrate(network, data);
  return profile ? to_json(*profile) : profile.error().message;
}

TEST(Calibrate, DoesNotDependOnTheNumberOfThreads) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const Network network = make_network(random, testing_support::random_shape(random));
    DataSet data = testing_support::random_data(random, network, 30, 40);
    const std::string one = profile_text(network, data, 1);
    EXPECT_EQ(profile_text(network, data, 4), one);
    std::reverse(data.samples.begin(), data.samples.end());
    EXPECT_EQ(profile_text(network, data, 4), one);
  }
}

TEST(Calibrate, SeesEverySignal) {
  Random random(3);
  NetworkShape shape;
  shape.dense_activation = true;
  const Network network = make_network(random, shape);
  const DataSet data = testing_support::random_data(random, network, 3, 10);
  const auto profile = calibrate(network, data);
  ASSERT_TRUE(profile) << profile.error().message;
  std::int64_t steps = 0;
  for (const Sample& sample : data.samples) steps += static_cast<std::int64_t>(sample.sequence.steps());
  const SignalList list = list_signals(network);
  ASSERT_EQ(profile->signals.size(), list.signals.size());
  ASSERT_EQ(profile->histograms.size(), list.signals.size());
  for (std::size_t s = 0; s < list.signals.size(); ++s) {
    const std::string& name = profile->signals[s].name;
    EXPECT_EQ(name, list.signals[s].name);
    const std::int64_t values = name == "input" ? 3 : name.starts_with("dense") ? 2 : 5;
    EXPECT_EQ(profile->histograms[s].count(), values * steps) << name;
    const bool is_sigmoid =
        list.signals[s].has_function && list.signals[s].function.kind == ActivationFunction::Kind::Sigmoid;
    EXPECT_EQ(is_sigmoid && profile->histograms[s].min() < 0, false) << name;
    EXPECT_GT(profile->histograms[s].max(), profile->histograms[s].min()) << name;
  }
}

// h <- h + x: a stream of ones counts up; separate samples all start from zero.
Network counter() {
  RecurrentCell cell;
  cell.input_weights = FloatMatrix::Constant(1, 1, 1);
  cell.recurrent_weights = FloatMatrix::Constant(1, 1, 1);
  cell.input_bias = FloatVector::Zero(1);
  cell.recurrent_bias = FloatVector::Zero(1);
  cell.initial_hidden = FloatVector::Zero(1);
  cell.activations = {{ActivationFunction::Kind::Relu, 0, 0}};
  RecurrentLayer layer;
  layer.name = "count";
  layer.kind = CellKind::Rnn;
  layer.cells = {cell};
  Network network;
  network.inputs = 1;
  network.layers = {layer};
  return network;
}

Sample ones(const std::string& name, Eigen::Index steps, float value = 1) {
  Sample sample;
  sample.name = name;
  sample.sequence.features = FloatMatrix::Constant(steps, 1, value);
  return sample;
}

TEST(Calibrate, CarriesTheStateOfAStream) {
  DataSet data;
  data.samples = {ones("a", 3), ones("b", 4)};
  const auto separate = calibrate(counter(), data);
  ASSERT_TRUE(separate);
  EXPECT_EQ(separate->histograms.back().max(), 4);
  data.is_stream = true;
  const auto stream = calibrate(counter(), data);
  ASSERT_TRUE(stream);
  EXPECT_EQ(stream->histograms.back().max(), 7);
}

// Else the format of h could be too narrow for the constant that it starts from.
TEST(Calibrate, SeesInitialStatesThatAreNotZero) {
  Random random(6);
  NetworkShape shape;
  shape.initial_states = true;
  Network network = make_network(random, shape);
  auto& cell = std::get<RecurrentLayer>(network.layers[0]).cells[0];
  cell.initial_hidden[2] = 7;
  cell.initial_cell[3] = -9;
  DataSet data = testing_support::random_data(random, network, 4, 3);
  for (const bool is_stream : {false, true}) {
    data.is_stream = is_stream;
    const auto profile = calibrate(network, data);
    ASSERT_TRUE(profile);
    for (std::size_t s = 0; s < profile->signals.size(); ++s) {
      const Histogram& histogram = profile->histograms[s];
      if (profile->signals[s].name == "layer0.h") {
        EXPECT_EQ(histogram.max(), 7);
      }
      if (profile->signals[s].name == "layer0.c") {
        EXPECT_EQ(histogram.min(), -9);
      }
    }
  }
}

TEST(Calibrate, RefusesNoData) {
  EXPECT_EQ(calibrate(counter(), {}).error().message, "there is no calibration data");
}

TEST(Calibrate, NamesTheSampleThatDoesNotFit) {
  DataSet data;
  data.samples = {ones("good", 3), ones("bad", 3)};
  data.samples[1].sequence.features = FloatMatrix::Zero(3, 2);
  for (const bool is_stream : {false, true}) {
    data.is_stream = is_stream;
    const auto profile = calibrate(counter(), data);
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().message, "bad: the network reads 1 features a step, the data has 2");
  }
}

// 3e38 twice is infinite. The message names the first sample and its first such signal, in any number of
// threads.
TEST(Calibrate, NamesTheSampleAndSignalThatAreNotFinite) {
  DataSet data;
  for (int k = 0; k < 40; ++k)
    data.samples.push_back(ones("sample " + std::to_string(k), 3, k < 15 ? 1 : 3e38F));
  for (const bool is_stream : {false, true}) {
    data.is_stream = is_stream;
    for (const std::size_t threads : {1U, 4U})
      EXPECT_EQ(profile_text(counter(), data, threads),
                "sample 15: signal 'count.pre_i' is not finite on the calibration data");
  }
}

TEST(Calibrate, WritesJson) {
  DataSet data;
  data.samples = {ones("a", 3)};
  const auto profile = calibrate(counter(), data);
  ASSERT_TRUE(profile);
  const auto json = nlohmann::json::parse(to_json(*profile));
  EXPECT_EQ(json["version"], 1);
  ASSERT_EQ(json["signals"].size(), 3U);
  const auto& input = json["signals"][0];
  EXPECT_EQ(input["name"], "input");
  EXPECT_EQ(input["role"], "input");
  EXPECT_EQ(input["count"], 3);
  EXPECT_EQ(input["max"], 1);
  EXPECT_EQ(input["range_exponent"], 1);  // 1 itself lies outside [-1, 1)
  ASSERT_EQ(input["bins"].size(), 1U);
  EXPECT_EQ(input["bins"][0][1], 3);
}

}  // namespace
}  // namespace fixgate
