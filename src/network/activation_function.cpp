#include "network/activation_function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace fixgate {
namespace {

using Kind = ActivationFunction::Kind;

struct KindEntry {
  Kind kind;
  std::string_view name;
  int parameters;  // 0: none, 1: alpha, 2: alpha and beta
  std::optional<float> alpha;
  std::optional<float> beta;
};

constexpr std::array<KindEntry, 15> kKinds{{{Kind::Sigmoid, "Sigmoid", 0, {}, {}},
                                            {Kind::Tanh, "Tanh", 0, {}, {}},
                                            {Kind::Relu, "Relu", 0, {}, {}},
                                            {Kind::Affine, "Affine", 2, {}, {}},
                                            {Kind::LeakyRelu, "LeakyRelu", 1, 0.01F, {}},
                                            {Kind::ThresholdedRelu, "ThresholdedRelu", 1, 1.0F, {}},
                                            {Kind::ScaledTanh, "ScaledTanh", 2, {}, {}},
                                            {Kind::HardSigmoid, "HardSigmoid", 2, 0.2F, 0.5F},
                                            {Kind::Elu, "Elu", 1, 1.0F, {}},
                                            {Kind::Softsign, "Softsign", 0, {}, {}},
                                            {Kind::Softplus, "Softplus", 0, {}, {}},
                                            {Kind::Exp, "Exp", 0, {}, {}},
                                            {Kind::Erf, "Erf", 0, {}, {}},
                                            {Kind::Gelu, "Gelu", 0, {}, {}},
                                            {Kind::Mish, "Mish", 0, {}, {}}}};

const KindEntry& entry_of(Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

double sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

/// x times a weight that is 0 for the lowest x.
double weighted(double x, double weight) {
  return weight == 0 ? 0 : x * weight;
}

double relu(double x) {
  return x < 0 ? 0 : x;
}  // not std::max: a NaN stays a NaN

Result<float> parameter(const KindEntry& entry, std::string_view which, bool taken,
                        std::optional<float> given, std::optional<float> standard) {
  if (!taken && given) return fail("activation {} takes no {}", entry.name, which);
  if (!taken) return 0.0F;
  if (!given && !standard) return fail("activation {} needs {}: ONNX states no default", entry.name, which);
  const float value = given ? *given : *standard;
  if (!std::isfinite(value)) return fail("activation {}: {} is not a finite number", entry.name, which);
  return value;
}

}  // namespace

bool is_recurrent_activation(Kind kind) {
  return kind < Kind::Exp;
}

bool takes_alpha(Kind kind) {
  return entry_of(kind).parameters >= 1;
}

bool takes_beta(Kind kind) {
  return entry_of(kind).parameters >= 2;
}

double evaluate(const ActivationFunction& function, double x) {
  const double alpha = static_cast<double>(function.alpha);
  const double beta = static_cast<double>(function.beta);
  switch (function.kind) {
    case Kind::Sigmoid:
      return sigmoid(x);
    case Kind::Tanh:
      return std::tanh(x);
    case Kind::Relu:
      return relu(x);
    case Kind::Affine:
      return alpha * x + beta;
    case Kind::LeakyRelu:
      return x < 0 ? alpha * x : x;
    case Kind::ThresholdedRelu:
      return x <= alpha ? 0 : x;
    case Kind::ScaledTanh:
      return alpha * std::tanh(beta * x);
    case Kind::HardSigmoid:
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case Kind::Elu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case Kind::Softsign:
      return std::isinf(x) ? std::copysign(1.0, x) : x / (1 + std::abs(x));
    case Kind::Softplus:
      return softplus(x);
    case Kind::Exp:
      return std::exp(x);
    case Kind::Erf:
      return std::erf(x);
    case Kind::Gelu:
      return weighted(x, (1 + std::erf(x / std::numbers::sqrt2)) / 2);
    case Kind::Mish:
      return weighted(x, std::tanh(softplus(x)));
  }
  return x;
}

Result<Kind> parse_activation_kind(std::string_view name) {
  for (const KindEntry& entry : kKinds)
    if (equal_ignoring_case(entry.name, name)) return entry.kind;
  return fail(
      "activation '{}' is unknown; ONNX has Sigmoid, Tanh, Relu, Affine, LeakyRelu, ThresholdedRelu, "
      "ScaledTanh, HardSigmoid, Elu, Softsign and Softplus, tables also Exp, Erf, Gelu and Mish",
      name);
}

Result<ActivationFunction> parse_activation(std::string_view name, std::optional<float> alpha,
                                            std::optional<float> beta) {
  ActivationFunction function;
  FIXGATE_ASSIGN(function.kind, parse_activation_kind(name));
  const KindEntry& entry = entry_of(function.kind);
  FIXGATE_ASSIGN(function.alpha, parameter(entry, "alpha", takes_alpha(entry.kind), alpha, entry.alpha));
  FIXGATE_ASSIGN(function.beta, parameter(entry, "beta", takes_beta(entry.kind), beta, entry.beta));
  return function;
}

std::string to_text(const ActivationFunction& function) {
  const KindEntry& entry = entry_of(function.kind);
  if (entry.parameters == 0) return std::string(entry.name);
  if (entry.parameters == 1) return fmt::format("{}({})", entry.name, function.alpha);
  return fmt::format("{}({}, {})", entry.name, function.alpha, function.beta);
}

Result<ActivationFunction> parse_activation_text(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return parse_activation(text);
  const std::string name(text.substr(0, open));
  const std::string parameters(text.substr(open));
  float alpha = 0;
  float beta = 0;
  int end = -1;
  const int count = std::sscanf(parameters.c_str(), "(%f, %f)%n", &alpha, &beta, &end);
  if (count == 2 && end == static_cast<int>(parameters.size())) return parse_activation(name, alpha, beta);
  if (std::sscanf(parameters.c_str(), "(%f)%n", &alpha, &end) == 1 &&
      end == static_cast<int>(parameters.size()))
    return parse_activation(name, alpha);
  return fail("'{}' is no activation: expected the form HardSigmoid(0.2, 0.5)", text);
}

}  // namespace fixgate
