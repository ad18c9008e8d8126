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

}  // namespace
}  // namespace fixgate
