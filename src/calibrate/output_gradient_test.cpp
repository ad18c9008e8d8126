#include "calibrate/output_gradient.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

/// Mean and mean square of many sampled gradients of the same outputs.
void expect_fisher(const MetricSpec& metric, const FloatMatrix& outputs) {
  constexpr int kDraws = 40000;
  std::mt19937_64 random(7);
  FloatMatrix sum = FloatMatrix::Zero(outputs.rows(), outputs.cols());
  FloatMatrix squares = sum;
  for (int draw = 0; draw < kDraws; ++draw) {
    const FloatMatrix gradient = sampled_output_gradient(metric, outputs, random);
    sum += gradient;
    squares += gradient.cwiseAbs2();
  }
  const FloatMatrix expected = expected_output_square(metric, outputs);
  for (Eigen::Index k = 0; k < outputs.size(); ++k) {
    EXPECT_NEAR(sum.data()[k] / kDraws, 0, 0.02);
    EXPECT_NEAR(squares.data()[k] / kDraws, expected.data()[k], 0.03 * expected.data()[k] + 0.002);
  }
}

TEST(OutputGradient, HasTheFisherInformationOfTheOutputs) {
  FloatMatrix outputs(2, 3);
  outputs << 1, -0.5F, 0.25F, -2, 3, 0;
  expect_fisher({MetricKind::Perplexity, Decision::Argmax}, outputs);
  expect_fisher({MetricKind::Accuracy, Decision::Argmax}, outputs);
  expect_fisher({MetricKind::Rmse, Decision::Argmax}, outputs);
  expect_fisher({MetricKind::Accuracy, Decision::Positive}, outputs.leftCols(1));
}

TEST(OutputGradient, IsTheSameForTheSameSeed) {
  const FloatMatrix outputs = FloatMatrix::Constant(3, 4, 0.5F);
  std::mt19937_64 one(3), other(3);
  EXPECT_EQ(sampled_output_gradient({MetricKind::Perplexity, Decision::Argmax}, outputs, one),
            sampled_output_gradient({MetricKind::Perplexity, Decision::Argmax}, outputs, other));
}

/// The gradient against central differences of the divergence, which is zero at what is wanted.
void expect_derivative(const MetricSpec& metric, const FloatMatrix& wanted, const FloatMatrix& outputs) {
  constexpr float kStep = 1e-2F;
  EXPECT_NEAR(output_divergence(metric, wanted, wanted), 0, 1e-12);
  EXPECT_GT(output_divergence(metric, wanted, outputs), 0);
  const FloatMatrix gradient = divergence_gradient(metric, wanted, outputs);
  for (Eigen::Index k = 0; k < outputs.size(); ++k) {
    FloatMatrix up = outputs, down = outputs;
    up.data()[k] += kStep;
    down.data()[k] -= kStep;
    const double slope =
        (output_divergence(metric, wanted, up) - output_divergence(metric, wanted, down)) / (2 * kStep);
    EXPECT_NEAR(gradient.data()[k], slope, 1e-4);
  }
}

TEST(OutputGradient, IsTheDivergencesDerivative) {
  FloatMatrix wanted(2, 3), outputs(2, 3);
  wanted << 1, -0.5F, 0.25F, -2, 3, 0;
  outputs << 0.5F, -0.25F, 1, -1, 2, 0.5F;
  expect_derivative({MetricKind::Perplexity, Decision::Argmax}, wanted, outputs);
  expect_derivative({MetricKind::Accuracy, Decision::Argmax}, wanted, outputs);
  expect_derivative({MetricKind::Rmse, Decision::Argmax}, wanted, outputs);
  expect_derivative({MetricKind::Accuracy, Decision::Positive}, wanted.leftCols(1), outputs.leftCols(1));
}

}  // namespace
}  // namespace fixgate
