// The scalar functions that tables stand for: those that an ONNX recurrent operator may name in its `activations`,
// and some between layers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// One function with its parameters; alpha and beta are 0 where the kind has none.
struct ActivationFunction {
  enum class Kind {
    Sigmoid,
    Tanh,
    Relu,
    Affine,           // alpha * x + beta
    LeakyRelu,        // x >= 0 ? x : alpha * x
    ThresholdedRelu,  // x > alpha ? x : 0  (the ONNX operator; RNN's text writes >=)
    ScaledTanh,       // alpha * tanh(beta * x)
    HardSigmoid,      // min(max(alpha * x + beta, 0), 1)
    Elu,              // x >= 0 ? x : alpha * (exp(x) - 1)
    Softsign,         // x / (1 + |x|)
    Softplus,         // log(1 + exp(x))
    Exp,              // from here on: not in `activations`
    Erf,
    Gelu,  // x * (1 + erf(x / sqrt(2))) / 2
    Mish   // x * tanh(log(1 + exp(x)))
  };

  Kind kind = Kind::Tanh;
  float alpha = 0;
  float beta = 0;

  friend bool operator==(const ActivationFunction&, const ActivationFunction&) = default;
};

/// Whether ONNX's LSTM, GRU and RNN may name it.
[[nodiscard]] bool is_recurrent_activation(ActivationFunction::Kind kind);

[[nodiscard]] bool takes_alpha(ActivationFunction::Kind kind);
[[nodiscard]] bool takes_beta(ActivationFunction::Kind kind);

/// The function's value; a NaN stays a NaN.
double evaluate(const ActivationFunction& function, double x);

/// The kind of an ONNX name; letter case does not matter (ONNX Runtime). Errors: unknown name.
Result<ActivationFunction::Kind> parse_activation_kind(std::string_view name);

/// The function of an ONNX name. A parameter left out gets the default of the ONNX operator of that name
/// (LeakyRelu 0.01, ThresholdedRelu 1, HardSigmoid 0.2 and 0.5, Elu 1). Errors: unknown name; a parameter
/// that the function does not take; Affine or ScaledTanh without both parameters (ONNX states no default); a
/// parameter that is not finite.
Result<ActivationFunction> parse_activation(std::string_view name, std::optional<float> alpha = {},
                                            std::optional<float> beta = {});

/// "Sigmoid", "LeakyRelu(0.01)", "HardSigmoid(0.2, 0.5)".
std::string to_text(const ActivationFunction& function);

/// The inverse of to_text(). Errors: not of that form; as parse_activation.
Result<ActivationFunction> parse_activation_text(std::string_view text);

}  // namespace fixgate
