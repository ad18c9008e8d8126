// The attributes of ONNX's LSTM, GRU and RNN with their defaults filled in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/activation_function.h"
#include "network/graph.h"
#include "network/kinds.h"

namespace fixgate {

enum class RecurrentDirection { Forward, Reverse, Bidirectional };

std::string to_text(RecurrentDirection direction);  // "forward"

struct RecurrentAttributes {
  CellKind kind = CellKind::Lstm;
  RecurrentDirection direction = RecurrentDirection::Forward;
  std::optional<std::int64_t> hidden_size;  // as stated; R's shape says it too
  std::optional<float> clip;                // bound of every pre-activation, above 0
  std::int64_t layout = 0;                  // 0: X is [time, batch, input]; 1: [batch, time, input]
  bool linear_before_reset = false;         // GRU
  bool input_forget = false;                // LSTM: forget gate = 1 - input gate
  /// For each direction: RNN {f}, GRU {f, g}, LSTM {f, g, h}.
  std::vector<std::vector<ActivationFunction>> activations;

  [[nodiscard]] std::size_t directions() const { return activations.size(); }
  [[nodiscard]] std::int64_t gates() const;  // rows of W and R per hidden unit: 1, 3 or 4
};

/// ONNX LSTM, GRU and RNN of operator sets 7 to 22. activation_alpha and activation_beta are consumed in the
/// order of the activations by those that take one (ONNX Runtime). Errors: not one of the three operators; a
/// value out of range; a wrong count of activations; more alphas or betas than the activations take.
Result<RecurrentAttributes> parse_recurrent_attributes(const Node& node);

}  // namespace fixgate
