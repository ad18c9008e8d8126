#include "quantize/real_network.h"

#include <gtest/gtest.h>

#include "calibrate/output_gradient.h"
#include "calibrate/parameter_gradients.h"
#include "quantize/calibrated.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

constexpr MetricSpec kValues{MetricKind::Rmse, Decision::Argmax};

struct Case : testing_support::NetworkWithData {
  FixedChain fixed;
};

Case make_case(std::uint64_t seed, int weights) {
  Random random(seed);
  Case one{testing_support::random_network_with_data(random, 4, 6), {}};
  auto calibrated = CalibratedNetwork::make(one.network, one.data, kValues, 1);
  one.fixed = calibrated->quantise(*preset_plan("compensated", {weights, 24}))->network;
  return one;
}

FloatMatrix outputs(const Network& network, const Sequence& sequence) {
  const FloatRunner runner(network);
  FloatState state = runner.initial_state();
  return *runner.run(sequence, state);
}

// With wide weights and signals all three networks are the same.
TEST(RealNetwork, WithWideWeightsIsTheFloatNetwork) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = make_case(seed, 20);
    const RealNetwork real(one.network, one.fixed);
    EXPECT_EQ(count_parameters(real.network()).whole, count_parameters(one.network).whole);
    for (const Sample& sample : one.data.samples) {
      const FloatMatrix expected = outputs(one.network, sample.sequence);
      const FloatMatrix got = outputs(real.network(), sample.sequence);
      EXPECT_LE((got - expected).cwiseAbs().maxCoeff(),
                2e-3F * std::max(1.0F, expected.cwiseAbs().maxCoeff()));
    }
  }
}

double scalar(const Network& network, const Sequence& sequence, const FloatMatrix& wanted) {
  return output_divergence(kValues, wanted, outputs(network, sequence));
}

/// Some parameters' derivatives against central differences.
void expect_derivatives(RealNetwork& real, const Sequence& sequence, const FloatMatrix& wanted,
                        ParameterBlock block, const float* gradient) {
  constexpr float kStep = 1e-2F;
  for (Eigen::Index k = 0; k < block.rows * block.columns; k += 3) {
    const float before = block.values[k];
    block.values[k] = before + kStep;
    const double up = scalar(real.network(), sequence, wanted);
    block.values[k] = before - kStep;
    const double down = scalar(real.network(), sequence, wanted);
    block.values[k] = before;
    EXPECT_NEAR(gradient[k], (up - down) / (2 * kStep), 0.02 * std::abs(gradient[k]) + 2e-3);
  }
}

TEST(RealNetwork, GradientsOfAllParametersAreDerivatives) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = make_case(seed, 3);
    RealNetwork real(one.network, one.fixed);
    const Sequence& sequence = one.data.samples[0].sequence;
    const FloatMatrix wanted = outputs(one.network, sequence);
    const CalibrationRunner runner(real.network(), nullptr);
    CalibrationState state = runner.initial_state();
    const auto run = runner.run(
        sequence, state, [&](const FloatMatrix& got) { return divergence_gradient(kValues, wanted, got); });
    ASSERT_TRUE(run);
    ParameterGradients gradients;
    gradients.add(runner, real.sites(), *run);
    ASSERT_EQ(gradients.weights.size(), one.fixed.weights.size());
    for (const auto& [name, gradient] : gradients.weights)
      expect_derivatives(real, sequence, wanted, real.weights(name), gradient.data());
    for (const auto& [signal, gradient] : gradients.sums)
      if (const ParameterBlock bias = real.bias(signal); bias.values != nullptr)
        expect_derivatives(real, sequence, wanted, bias, gradient.data());
  }
}

}  // namespace
}  // namespace fixgate
