#include "network/activation_function.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fixgate {
namespace {

using Kind = ActivationFunction::Kind;

double value(Kind kind, double x, float alpha = 0, float beta = 0) {
  return evaluate({kind, alpha, beta}, x);
}

TEST(ActivationFunction, ComputesEachKind) {
  EXPECT_DOUBLE_EQ(value(Kind::Sigmoid, 0), 0.5);
  EXPECT_NEAR(value(Kind::Sigmoid, 2), 0.8807970779778823, 1e-15);
  EXPECT_NEAR(value(Kind::Tanh, 0.5), 0.46211715726000973, 1e-15);
  EXPECT_NEAR(value(Kind::Exp, -1), 0.36787944117144233, 1e-15);
  EXPECT_NEAR(value(Kind::Erf, 0.5), 0.5204998778130465, 1e-15);
  EXPECT_NEAR(value(Kind::Gelu, 1), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(value(Kind::Mish, 1), 0.8650983882673103, 1e-14);
  EXPECT_EQ(value(Kind::Relu, -2), 0);
  EXPECT_EQ(value(Kind::Affine, 3, 2, 1), 7);
  EXPECT_EQ(value(Kind::LeakyRelu, -4, 0.5F), -2);
  EXPECT_EQ(value(Kind::ThresholdedRelu, 1, 1), 0);
  EXPECT_EQ(value(Kind::ThresholdedRelu, 1.5, 1), 1.5);
  EXPECT_NEAR(value(Kind::ScaledTanh, 1, 2, 0.5F), 2 * std::tanh(0.5), 1e-15);
  EXPECT_EQ(value(Kind::HardSigmoid, 10, 0.5F, 0.5F), 1);
  EXPECT_EQ(value(Kind::HardSigmoid, 0.5, 0.5F, 0.5F), 0.75);
  EXPECT_NEAR(value(Kind::Elu, -1, 2), 2 * (std::exp(-1) - 1), 1e-15);
  EXPECT_EQ(value(Kind::Softsign, -3), -0.75);
  EXPECT_NEAR(value(Kind::Softplus, 0), std::log(2), 1e-15);
}

TEST(ActivationFunction, StaysFiniteAtTheEnds) {
  EXPECT_EQ(value(Kind::Sigmoid, -1e300), 0);
  EXPECT_EQ(value(Kind::Sigmoid, 1e300), 1);
  EXPECT_EQ(value(Kind::Softplus, 1e300), 1e300);
  EXPECT_EQ(value(Kind::Softplus, -1e300), 0);
  EXPECT_EQ(value(Kind::Softsign, std::numeric_limits<double>::infinity()), 1);
}

TEST(ActivationFunction, KeepsNaN) {
  for (int kind = 0; kind <= static_cast<int>(Kind::Softplus); ++kind)
    EXPECT_TRUE(std::isnan(value(static_cast<Kind>(kind), std::nan(""), 1, 1))) << kind;
}

TEST(ActivationFunction, FillsInOnnxDefaults) {
  EXPECT_EQ(*parse_activation("LeakyRelu"), (ActivationFunction{Kind::LeakyRelu, 0.01F, 0}));
  EXPECT_EQ(*parse_activation("hardsigmoid"), (ActivationFunction{Kind::HardSigmoid, 0.2F, 0.5F}));
  EXPECT_EQ(*parse_activation("Elu", 3.0F), (ActivationFunction{Kind::Elu, 3, 0}));
  EXPECT_EQ(*parse_activation("Tanh"), (ActivationFunction{Kind::Tanh, 0, 0}));
}

TEST(ActivationFunction, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(is_recurrent_activation(Kind::Gelu));
  EXPECT_TRUE(is_recurrent_activation(Kind::Softplus));
  EXPECT_FALSE(parse_activation("Swish"));
  EXPECT_FALSE(parse_activation("Tanh", 1.0F));
  EXPECT_FALSE(parse_activation("Affine"));
  EXPECT_FALSE(parse_activation("ScaledTanh", 1.0F));
  EXPECT_FALSE(parse_activation("Elu", std::numeric_limits<float>::infinity()));
}

TEST(ActivationFunction, WritesItselfAsText) {
  EXPECT_EQ(to_text({Kind::Sigmoid, 0, 0}), "Sigmoid");
  EXPECT_EQ(to_text(*parse_activation("LeakyRelu")), "LeakyRelu(0.01)");
  EXPECT_EQ(to_text(*parse_activation("HardSigmoid")), "HardSigmoid(0.2, 0.5)");
}

}  // namespace
}  // namespace fixgate
