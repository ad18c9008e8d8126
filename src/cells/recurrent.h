// What the recurrent cells of ONNX have in common, and the parts from which each is written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "program/layer_builder.h"

namespace fixgate::cells {

/// One direction of an ONNX LSTM, GRU or RNN.
struct RecurrentShape {
  program::LayerHead head;
  program::ValueId input{0};  // x, on the layer's clock
  int inputs = 0;
  int hidden = 0;
  bool is_carried = false;  // the states are graph inputs and outputs
  int positions = 1;  // cells side by side that share their weights: x has so many times `inputs` elements
};

/// A gate: its weights, and what its pre-activation adds to them.
struct Gate {
  std::string letter;  // ONNX's
  bool has_bias = false;
};

/// The matrices and the bias of one gate, declared in a layer.
struct GateWeights {
  program::MatrixId input;      // W
  program::MatrixId recurrent;  // R
  std::optional<program::ConstantId> bias;
};

GateWeights declare_gate(program::LayerBuilder& layer, const RecurrentShape& shape, const Gate& gate);

/// Elements of a signal: hidden units at every position.
inline int signal_size(const RecurrentShape& shape) {
  return shape.hidden * shape.positions;
}

/// sum + bias, if there is one.
program::Sum with_bias(program::Sum sum, const std::optional<program::ConstantId>& bias);

}  // namespace fixgate::cells
