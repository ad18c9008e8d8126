#include "cells/recurrent.h"

namespace fixgate::cells {

GateWeights declare_gate(program::LayerBuilder& layer, const RecurrentShape& shape, const Gate& gate) {
  GateWeights weights{layer.matrix("W_" + gate.letter, shape.hidden, shape.inputs),
                      layer.matrix("R_" + gate.letter, shape.hidden, shape.hidden), std::nullopt};
  if (gate.has_bias) weights.bias = layer.constant("b_" + gate.letter, shape.hidden);
  return weights;
}

program::Sum with_bias(program::Sum sum, const std::optional<program::ConstantId>& bias) {
  return bias ? std::move(sum) + program::constant(*bias) : std::move(sum);
}

}  // namespace fixgate::cells
