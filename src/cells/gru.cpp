#include "cells/gru.h"

namespace fixgate::cells {
namespace {

using program::before;
using program::constant;
using program::LayerBuilder;
using program::now;
using program::Sum;
using program::times;
using program::times_before;
using program::ValueId;

struct Values {
  ValueId pre_z, z, pre_r, r;
  ValueId recurrent;  // rec = R h + Rb, or rh = r * h
  ValueId pre_h, n, h;
};

Values declare_values(LayerBuilder& layer, int size, bool linear_before_reset) {
  const auto value = [&](const char* name, SignalRole role) { return layer.value(name, size, role); };
  const ValueId pre_z = value("pre_z", SignalRole::PreActivation);
  const ValueId z = value("z", SignalRole::Gate);
  const ValueId pre_r = value("pre_r", SignalRole::PreActivation);
  const ValueId r = value("r", SignalRole::Gate);
  const ValueId recurrent =
      linear_before_reset ? value("rec", SignalRole::Recurrent) : value("rh", SignalRole::ResetHidden);
  const ValueId pre_h = value("pre_h", SignalRole::PreActivation);
  const ValueId n = value("n", SignalRole::Gate);
  return {pre_z, z, pre_r, r, recurrent, pre_h, n, value("h", SignalRole::Hidden)};
}

}  // namespace

ValueId add_gru(program::Program& program, const RecurrentShape& shape, const GruAttributes& attributes) {
  LayerBuilder layer(program, shape.head);
  const ValueId x = shape.input;
  const GateWeights z = declare_gate(layer, shape, {"z", attributes.has_bias[0]});
  const GateWeights r = declare_gate(layer, shape, {"r", attributes.has_bias[1]});
  const GateWeights h = declare_gate(layer, shape, {"h", attributes.has_bias[2]});
  std::optional<program::ConstantId> recurrent_bias;
  if (attributes.has_recurrent_bias) recurrent_bias = layer.constant("b_rec", shape.hidden);
  const Values v = declare_values(layer, signal_size(shape), attributes.linear_before_reset);
  layer.state(v.h, shape.is_carried);

  layer.sum(v.pre_z, with_bias(times(z.input, x) + times_before(z.recurrent, v.h), z.bias));
  layer.table(v.z, attributes.gate_function, v.pre_z);
  layer.sum(v.pre_r, with_bias(times(r.input, x) + times_before(r.recurrent, v.h), r.bias));
  layer.table(v.r, attributes.gate_function, v.pre_r);
  if (attributes.linear_before_reset) {
    layer.sum(v.recurrent, with_bias(times_before(h.recurrent, v.h), recurrent_bias));
    // Wb_h is at the fraction of W x, whatever that of r * rec is.
    const Sum input = times(h.input, x);
    layer.sum(v.pre_h, (h.bias ? bracket(with_bias(input, h.bias)) : input) + now(v.r) * now(v.recurrent));
  } else {
    layer.sum(v.recurrent, now(v.r) * before(v.h));
    layer.sum(v.pre_h, with_bias(times(h.input, x) + times(h.recurrent, v.recurrent), h.bias));
  }
  layer.table(v.n, attributes.candidate_function, v.pre_h);
  layer.sum(v.h, now(v.n) + now(v.z) * (before(v.h) - now(v.n)));
  return v.h;
}

}  // namespace fixgate::cells
