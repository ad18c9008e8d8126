// Blocks quantised by the default plan: both simulators give the same integers, and they are near the real numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "blocks/convolution.h"
#include "blocks/normalisation.h"
#include "blocks/pooling.h"
#include "quantize/quantise_program.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate::blocks {
namespace {

using program::ClockId;
using program::ClockKind;
using program::FloatNetwork;

constexpr int kSteps = 24;

Sequence random_sequence(int size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> number(-2, 2);
  Sequence sequence;
  sequence.features.resize(kSteps, size);
  for (Eigen::Index i = 0; i < sequence.features.size(); ++i) sequence.features.data()[i] = number(random);
  return sequence;
}

FloatMatrix random_weights(std::int64_t rows, std::int64_t columns, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> number(0, 0.3F);
  FloatMatrix weights(rows, columns);
  for (Eigen::Index i = 0; i < weights.size(); ++i) weights.data()[i] = number(random);
  return weights;
}

/// A network of one input [channels 2, positions 6] a step.
struct Bench {
  FloatNetwork network;
  ClockId step{0};
  ValueId x{0};

  Bench() {
    network.program.name = "bench";
    step = network.program.clocks.add({"step"});
    x = network.program.values.add({"x", std::nullopt, step, 12, std::nullopt, SignalRole::Input});
  }
  ClockId add_clock(program::Clock clock, const char* name) {
    clock.name = name;
    return network.program.clocks.add(std::move(clock));
  }
  ClockId once() { return add_clock({"", ClockKind::Once, step}, "end"); }
};

double squares(const FloatMatrix& matrix) {
  return matrix.cast<double>().squaredNorm();
}

/// The outputs as real numbers.
FloatMatrix reals_of(const program::FixedNetwork& network, const IntegerMatrix& integers) {
  const int fraction = network.formats[network.program.outputs.front().value].format.fraction;
  FloatMatrix reals(integers.rows, integers.columns);
  for (Eigen::Index i = 0; i < reals.size(); ++i)
    reals.data()[i] = std::ldexp(static_cast<float>(integers.values[static_cast<std::size_t>(i)]), -fraction);
  return reals;
}

/// Quantises the network with `y` as its output, runs it on new data by both simulators and returns the SQNR in dB.
double sqnr_of(FloatNetwork& network, ValueId y) {
  network.program.outputs = {{"y", y}};
  const auto verified = program::verify(network);
  EXPECT_TRUE(verified) << verified.error().message;
  if (!verified) return -1;
  const program::FloatRunner runner(network);
  std::vector<Sequence> calibration;
  for (std::uint32_t seed = 100; seed < 150; ++seed) calibration.push_back(random_sequence(12, seed));
  program::Recordings recordings;
  for (const Sequence& sequence : calibration)
    recordings.recordings.push_back({"calibration", {&sequence, 1}});
  const auto profile = program::calibrate(runner, recordings);
  EXPECT_TRUE(profile) << profile.error().message;
  const FormatPlan plan = *preset_plan("default", {12, 16});
  const auto made = program::quantise(network, plan, {.profile = &*profile});
  EXPECT_TRUE(made) << made.error().message;
  if (!made) return -1;
  const std::vector<Sequence> data{random_sequence(12, 2)};
  program::FloatMemory real = runner.initial_memory();
  const FloatMatrix expected = runner.run(data, real)->front();
  const program::ProgramSimulator simulator(made->network);
  program::Memory memory = simulator.initial_memory();
  program::ValueCounts counts = simulator.no_counts();
  const auto integers = simulator.run(data, memory, counts);
  EXPECT_TRUE(integers) << integers.error().message;
  const program::VectorSimulator fast(made->network);
  std::vector<program::Memory> memories{fast.initial_memory()};
  program::ValueCounts other_counts = fast.no_counts();
  const std::vector<std::vector<Sequence>> batch{data};
  const auto again = fast.run(batch, memories, other_counts);
  EXPECT_TRUE(again) << again.error().message;
  EXPECT_EQ(integers->front().values, again->front().front().values);
  return 10 * std::log10(squares(expected) / squares(reals_of(made->network, integers->front()) - expected));
}

program::Slide slide_2_to_3() {
  return {2, 3, 1, {}, {{6, 6, 3, 1, 1, 1}}, false};
}

TEST(QuantisedBlocks, ConvolutionOverTimeAndPositions) {
  Bench bench;
  LayerWriter layer(bench.network, {"conv", "convolution", bench.step, false});
  std::vector<ConvolvedTick> ticks;
  for (int offset = -1; offset <= 1; ++offset)
    ticks.push_back({{bench.x, {program::Tick::From::Here, offset}},
                     random_weights(3, 6, static_cast<std::uint32_t>(offset + 5))});
  const ValueId y = add_convolution(layer, slide_2_to_3(), std::move(ticks), Eigen::Vector3d(0.5, -1, 2));
  EXPECT_GT(sqnr_of(bench.network, y), 45);
}

TEST(QuantisedBlocks, Pools) {
  for (const bool largest : {true, false}) {
    Bench bench;
    const WindowAxis time{kSteps, kSteps / 2, 2, 2, 1, 0, 0};
    const ClockId half = bench.add_clock(*windows_clock(bench.step, time), "half");
    LayerWriter layer(bench.network, {"pool", "pool", half, false});
    Pool pool{2, {{6, 3, 3, 2, 1, 1, 0}}, {}};
    for (const int offset : tick_offsets(time))
      pool.ticks.push_back({bench.x, {program::Tick::From::Here, offset}});
    const ValueId y = largest ? add_max_pool(layer, pool) : *add_average_pool(layer, pool, true);
    EXPECT_GT(sqnr_of(bench.network, y), 45);
  }
}

TEST(QuantisedBlocks, LayerNormalisation) {
  Bench bench;
  LayerWriter layer(bench.network, {"norm", "layer normalisation", bench.step, false});
  const Eigen::VectorXd scale = Eigen::VectorXd::LinSpaced(6, 0.5, 2);
  const Eigen::VectorXd shift = Eigen::VectorXd::LinSpaced(6, -1, 1);
  const ValueId y = add_layer_normalisation(layer, {bench.x}, {{2, 6}, {1}}, 1e-5, {scale, shift});
  EXPECT_GT(sqnr_of(bench.network, y), 40);
}

TEST(QuantisedBlocks, MeansAndExtremesOverTime) {
  for (const std::string kind : {"mean", "counted", "largest", "smallest"}) {
    SCOPED_TRACE(kind);
    Bench bench;
    const OverTime over{"pool", bench.step, bench.once(), {bench.x}};
    const ValueId y = kind == "mean"      ? add_mean_over_time(bench.network, over, kSteps)
                      : kind == "counted" ? add_mean_over_time(bench.network, over, std::nullopt)
                                          : add_extreme_over_time(bench.network, over, kind == "largest");
    EXPECT_GT(sqnr_of(bench.network, y), 40);
  }
}

TEST(QuantisedBlocks, Magnitude) {
  Bench bench;
  LayerWriter layer(bench.network, {"magnitude", "magnitude", bench.step, false});
  const ValueId re = layer.value("re", 6);
  layer.add(program::View{re, {bench.x}, 0, {6}, {1}});
  const ValueId im = layer.value("im", 6);
  layer.add(program::View{im, {bench.x}, 6, {6}, {1}});
  EXPECT_GT(sqnr_of(bench.network, add_magnitude(layer, {re}, {im})), 40);
}

}  // namespace
}  // namespace fixgate::blocks
