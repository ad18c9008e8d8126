// A cell that no file of the program knows, written as text: everything that reads statements works on it.
#include <gtest/gtest.h>

#include <cmath>

#include "calibrate/program_profile.h"
#include "fixed/footprint.h"
#include "program/exact_sums.h"
#include "program_files.h"
#include "quantize/quantise_program.h"
#include "simulate/float/float_gradients.h"
#include "simulate/program_inputs.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/random.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate::program {
namespace {

using testing_support::Random;

constexpr std::uint64_t kSeed = 7;

/// The program of mgu.txt with random real numbers.
FloatNetwork minimal_gated_unit() {
  Random random(kSeed);
  FloatNetwork network{random_network_of("mgu", kSeed).program, {}, {}, {}};
  for (const Matrix& matrix : network.program.matrices) {
    FloatMatrix weights(matrix.rows, matrix.columns);
    for (Eigen::Index k = 0; k < weights.size(); ++k)
      weights.data()[k] = static_cast<float>(random.real(-0.8, 0.8));
    network.weights.add(std::make_shared<const FloatMatrix>(std::move(weights)));
  }
  for (const Constant& constant : network.program.constants)
    network.constants.add(
        Eigen::VectorXd::NullaryExpr(constant.size, [&](auto...) { return random.real(-0.3, 0.3); }));
  network.initial.add(FloatVector());
  return network;
}

Sequence any_input(std::uint64_t seed, int steps) {
  Random random(seed);
  Sequence sequence;
  sequence.features =
      FloatMatrix::NullaryExpr(steps, 6, [&](auto...) { return static_cast<float>(random.real(-1.5, 1.5)); });
  return sequence;
}

FixedNetwork quantised(const FloatNetwork& network, int weights, int activations) {
  const FloatRunner runner(network);
  const std::vector<Sequence> sequences{any_input(1, 200)};
  const auto profile = calibrate(runner, {{{"calibration", sequences}}});
  EXPECT_TRUE(profile) << profile.error().message;
  const auto made = quantise(network, *preset_plan("default", {weights, activations}), {&*profile});
  EXPECT_TRUE(made) << made.error().message;
  return made->network;
}

/// As numpy would compute it, in double.
FloatMatrix by_hand(const FloatNetwork& network, const FloatMatrix& inputs) {
  using Vector = Eigen::VectorXd;
  const auto matrix = [&](std::size_t k) { return network.weights[MatrixId(k)]->cast<double>().eval(); };
  const auto constant = [&](std::size_t k) -> const Vector& { return network.constants[ConstantId(k)]; };
  Vector h = Vector::Zero(8);
  FloatMatrix outputs(inputs.rows(), 3);
  for (Eigen::Index t = 0; t < inputs.rows(); ++t) {
    const Vector x = inputs.row(t).transpose().cast<double>();
    const Vector f = (1 + (-(matrix(0) * x + matrix(1) * h + constant(0)).array()).exp()).inverse();
    const Vector n = (matrix(2) * x + matrix(3) * f.cwiseProduct(h) + constant(1)).array().tanh();
    h = (1 - f.array()) * h.array() + f.array() * n.array();
    outputs.row(t) = (matrix(4) * h + constant(2)).transpose().cast<float>();
  }
  return outputs;
}

FloatMatrix float_outputs(const FloatNetwork& network, const Sequence& sequence) {
  const FloatRunner runner(network);
  FloatMemory memory = runner.initial_memory();
  const auto outputs = runner.run(std::span(&sequence, 1), memory);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs->front();
}

TEST(NewCell, RunsInRealNumbers) {
  const FloatNetwork network = minimal_gated_unit();
  ASSERT_TRUE(verify(network)) << verify(network).error().message;
  const Sequence sequence = any_input(2, 50);
  const FloatMatrix expected = by_hand(network, sequence.features);
  EXPECT_LT((float_outputs(network, sequence) - expected).cwiseAbs().maxCoeff(), 2e-6F);
}

TEST(NewCell, IsQuantisedAndAllSimulatorsGiveTheSameIntegers) {
  const FloatNetwork network = minimal_gated_unit();
  double last = -6;  // decibels; at 4 bits everything, the outputs apart, has 16 steps
  for (const int bits : {4, 8, 12}) {
    const FixedNetwork fixed = quantised(network, bits, bits);
    const std::vector<Sequence> inputs{any_input(3, 300)};
    const ProgramSimulator reference(fixed);
    const VectorSimulator vectors(fixed);
    Memory memory = reference.initial_memory();
    Memory memories = vectors.initial_memory();
    ValueCounts counts = reference.no_counts();
    const auto outputs = reference.run(inputs, memory, counts);
    ASSERT_TRUE(outputs) << outputs.error().message;
    ValueCounts vector_counts = vectors.no_counts();
    const auto same = vectors.run(std::span(&inputs, 1), std::span(&memories, 1), vector_counts);
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_EQ(same->front().front().values, outputs->front().values);
    EXPECT_EQ(memories, memory);
    EXPECT_EQ(vector_counts, counts);

    const FloatMatrix real = float_outputs(network, inputs.front());
    const Format& format = fixed.formats[fixed.program.outputs.front().value].format;
    double noise = 0;
    for (Eigen::Index k = 0; k < real.size(); ++k)
      noise +=
          std::pow(format.value(outputs->front().values[static_cast<std::size_t>(k)]) - real.data()[k], 2);
    const double sqnr = 10 * std::log10(real.cast<double>().squaredNorm() / noise);
    EXPECT_GT(sqnr, last + 12) << bits << " bits";
    last = sqnr;
  }
}

TEST(NewCell, IsProvenAndCounted) {
  const FloatNetwork network = minimal_gated_unit();
  const FixedNetwork fixed = quantised(network, 8, 8);
  const auto proven = prove_sums(fixed);
  ASSERT_TRUE(proven) << proven.error().message;
  EXPECT_EQ(proven->size(), 5U);
  const Footprint footprint = measure_footprint(fixed);
  EXPECT_GT(footprint.whole, 0.24);
  EXPECT_LT(footprint.whole, 0.6);
}

// Half the squared outputs, differentiated by each bias, against differences of runs.
TEST(NewCell, HasGradients) {
  FloatNetwork network = minimal_gated_unit();
  const Sequence sequence = any_input(4, 12);
  const auto loss = [&] { return float_outputs(network, sequence).cast<double>().squaredNorm() / 2; };
  ValueGradients gradients;
  {
    const std::span<const Sequence> inputs(&sequence, 1);
    const FloatRunner runner(network);
    FloatMemory memory = runner.initial_memory();
    FloatTrace trace = empty_trace(network.program, inputs, *InputCheck(network.program).count_ticks(inputs),
                                   memory, memory);
    TraceKeeper keeper(trace);
    const auto outputs = runner.run(inputs, memory, &keeper);
    ASSERT_TRUE(outputs) << outputs.error().message;
    gradients = FloatGradients(network).run(trace, *outputs);
  }
  for (const ConstantId id : network.constants.ids())
    for (Eigen::Index k = 0; k < network.constants[id].size(); ++k) {
      const double kept = network.constants[id][k];
      network.constants[id][k] = kept + 1e-2;
      const double above = loss();
      network.constants[id][k] = kept - 1e-2;
      const double below = loss();
      network.constants[id][k] = kept;
      EXPECT_NEAR(gradients.constants[id][k], (above - below) / 2e-2, 2e-2 * (1 + std::abs(above - below)));
    }
}

}  // namespace
}  // namespace fixgate::program
