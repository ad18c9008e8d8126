#include "simulate/float_gradients.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::NetworkShape;
using testing_support::Random;

/// A network, a sequence, and the scalar that is differentiated: the outputs' sum, weighted at random.
struct Case {
  Network network;
  Sequence sequence;
  FloatMatrix weights;

  [[nodiscard]] double scalar() const {
    const FloatRunner runner(network);
    FloatState state = runner.initial_state();
    const FloatMatrix outputs = *runner.run(sequence, state);
    return (outputs.cast<double>().array() * weights.cast<double>().array()).sum();
  }
};

Case make_case(Random& random, const NetworkShape& shape) {
  Case one;
  one.network = make_network(random, shape);
  one.sequence.features = testing_support::random_matrix(random, 5, shape.inputs, 1);
  const FloatRunner runner(one.network);
  FloatState state = runner.initial_state();
  const FloatMatrix outputs = *runner.run(one.sequence, state);
  one.weights = testing_support::random_matrix(random, outputs.rows(), outputs.cols(), 1);
  return one;
}

SignalGradients gradients_of(const Case& one) {
  const FloatRunner runner(one.network);
  const FloatState start = runner.initial_state();
  FloatState state = start;
  FloatTrace trace(runner.signals().signals.size());
  EXPECT_TRUE(runner.run(one.sequence, state, &trace));
  return FloatGradients(one.network).run(start, trace, one.sequence.steps(), one.weights);
}

/// The derivative by one float of the case, by a central difference.
double difference(Case& one, float& value) {
  constexpr float kStep = 0x1p-6F;
  const float before = value;
  value = before + kStep;
  const double above = one.scalar();
  value = before - kStep;
  const double below = one.scalar();
  value = before;
  return (above - below) / (2 * kStep);
}

void expect_close(double got, double want, const char* what) {
  EXPECT_NEAR(got, want, 2e-3 + 0.01 * std::abs(want)) << what;
}

// A bias is added at every step: its derivative is the sum of its signal's.
void check_biases(Case& one, const SignalGradients& gradients, const SignalList& signals, std::size_t layer) {
  auto& recurrent = std::get<RecurrentLayer>(one.network.layers[layer]);
  for (std::size_t c = 0; c < recurrent.cells.size(); ++c) {
    RecurrentCell& cell = recurrent.cells[c];
    const CellSignals& names = signals.layers[layer].cells[c];
    for (Eigen::Index row = 0; row < cell.input_bias.size(); ++row) {
      const auto gate = static_cast<std::size_t>(row / recurrent.hidden());
      const auto pre = static_cast<std::size_t>(names.pre_activation[gate]);
      const double got = gradients[pre].col(row % recurrent.hidden()).sum();
      expect_close(got, difference(one, cell.input_bias[row]), "a bias of the inputs");
      const bool through_rec = gate == 2 && names.recurrent >= 0;
      const auto signal = through_rec ? static_cast<std::size_t>(names.recurrent) : pre;
      expect_close(gradients[signal].col(row % recurrent.hidden()).sum(),
                   difference(one, cell.recurrent_bias[row]), "a bias of the recurrence");
    }
  }
}

TEST(FloatGradients, EqualDifferencesOfTheOutputs) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    NetworkShape shape = testing_support::random_shape(random);
    shape.tokens = false;
    shape.any_activations = false;
    shape.kind = static_cast<CellKind>(seed % 3);
    Case one = make_case(random, shape);
    const SignalGradients gradients = gradients_of(one);
    const SignalList signals = list_signals(one.network);
    const FloatMatrix& by_inputs = gradients[static_cast<std::size_t>(signals.input)];
    ASSERT_EQ(by_inputs.size(), one.sequence.features.size());
    for (Eigen::Index k = 0; k < by_inputs.size(); ++k)
      expect_close(by_inputs.data()[k], difference(one, one.sequence.features.data()[k]), "an input");
    for (std::size_t layer = 0; layer < one.network.layers.size(); ++layer)
      if (std::holds_alternative<RecurrentLayer>(one.network.layers[layer]))
        check_biases(one, gradients, signals, layer);
  }
}

TEST(FloatGradients, DerivativesOfEveryFunction) {
  Random random(3);
  for (int kind = 0; kind <= 10; ++kind) {
    ActivationFunction function;
    function.kind = static_cast<ActivationFunction::Kind>(kind);
    if (takes_alpha(function.kind)) function.alpha = 0.3F;
    if (takes_beta(function.kind)) function.beta = 0.6F;
    for (const float x : {-1.7F, -0.6F, 0.2F, 0.55F, 1.9F}) {
      const double difference = (evaluate(function, x + 1e-4) - evaluate(function, x - 1e-4)) / 2e-4;
      EXPECT_NEAR(derivative(function, x, static_cast<float>(evaluate(function, x))), difference, 2e-3)
          << to_text(function) << " at " << x;
    }
  }
}

}  // namespace
}  // namespace fixgate
