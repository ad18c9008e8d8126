#include "cells/recurrent.h"

namespace fixgate::cells {
namespace {

program::Slide at_every_position(int inputs, int outputs, int positions) {
  program::Slide slide;
  slide.input_channels = inputs;
  slide.output_channels = outputs;
  slide.before = {program::SlideAxis{positions, positions}};
  return slide;
}

void slide_over_positions(program::LayerBuilder& layer, const RecurrentShape& shape,
                          const GateWeights& weights) {
  layer.shape(weights.input, at_every_position(shape.inputs, shape.hidden, shape.positions));
  layer.shape(weights.recurrent, at_every_position(shape.hidden, shape.hidden, shape.positions));
}

}  // namespace

GateWeights declare_gate(program::LayerBuilder& layer, const RecurrentShape& shape, const Gate& gate) {
  GateWeights weights{layer.matrix("W_" + gate.letter, shape.hidden, shape.inputs),
                      layer.matrix("R_" + gate.letter, shape.hidden, shape.hidden), std::nullopt};
  if (shape.positions > 1) slide_over_positions(layer, shape, weights);
  if (gate.has_bias) weights.bias = layer.constant("b_" + gate.letter, shape.hidden);
  return weights;
}

program::Sum with_bias(program::Sum sum, const std::optional<program::ConstantId>& bias) {
  return bias ? std::move(sum) + program::constant(*bias) : std::move(sum);
}

}  // namespace fixgate::cells
