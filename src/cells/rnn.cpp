#include "cells/rnn.h"

namespace fixgate::cells {

program::ValueId add_rnn(program::Program& program, const RecurrentShape& shape,
                         const RnnAttributes& attributes) {
  program::LayerBuilder layer(program, shape.head);
  const GateWeights gate = declare_gate(layer, shape, {"i", attributes.has_bias});
  const program::ValueId pre = layer.value("pre_i", signal_size(shape), SignalRole::PreActivation);
  const program::ValueId h = layer.value("h", signal_size(shape), SignalRole::Hidden);
  layer.state(h, shape.is_carried);

  layer.sum(pre, with_bias(program::times(gate.input, shape.input) + program::times_before(gate.recurrent, h),
                           gate.bias));
  layer.table(h, attributes.function, pre);
  return h;
}

}  // namespace fixgate::cells
