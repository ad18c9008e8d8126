// LSTM, GRU and RNN nodes.
#include <algorithm>

#include "network/lowering/lowering.h"

namespace fixgate {
namespace {

bool is_given(const Node& node, std::size_t input) {
  return input < node.inputs.size() && !node.inputs[input].empty();
}

// Block `direction` of a [directions, rows, columns] tensor.
FloatMatrix block(const Tensor& tensor, std::size_t direction) {
  const std::int64_t rows = tensor.shape[1];
  const std::int64_t columns = tensor.shape[2];
  return Eigen::Map<const FloatMatrix>(
      tensor.floats().data() + static_cast<std::int64_t>(direction) * rows * columns, rows, columns);
}

// A constant initial state [directions, batch, hidden] (layout 1: [batch, directions, hidden]), the same for
// every sequence.
Result<FloatVector> initial_state(const Tensor& tensor, std::size_t direction, std::size_t directions,
                                  bool batch_first, std::int64_t hidden) {
  const auto count = static_cast<std::int64_t>(directions);
  if (tensor.shape[batch_first ? 0 : 1] < 1) return fail("a constant initial state for no sequence");
  const std::int64_t batch = tensor.shape[batch_first ? 0 : 1];
  const auto at = [&](std::int64_t sample) {
    const auto d = static_cast<std::int64_t>(direction);
    const std::int64_t row = batch_first ? sample * count + d : d * batch + sample;
    return Eigen::Map<const FloatVector>(tensor.floats().data() + row * hidden, hidden);
  };
  for (std::int64_t sample = 1; sample < batch; ++sample)
    if (at(sample) != at(0))
      return fail("a constant initial state that differs within the batch is not supported in fixed point");
  return FloatVector(at(0));
}

/// The constant tensors of one node with what their shapes say.
struct RecurrentTensors {
  const Tensor* weights = nullptr;    // W [directions, gates * hidden, inputs]
  const Tensor* recurrent = nullptr;  // R [directions, gates * hidden, hidden]
  const Tensor* bias = nullptr;       // B [directions, 2 * gates * hidden], or none
  const Tensor* hidden_state = nullptr;
  const Tensor* cell_state = nullptr;
  std::int64_t hidden = 0;
  std::int64_t rows = 0;  // gates * hidden
};

Result<void> check_kinds(const Node& node, const ConstantInputs& constants) {
  for (const std::size_t input : {kW, kR, kB})
    if (is_given(node, input) && constants[input] == nullptr)
      return fail("input {} is not constant; this is not supported in fixed point", input_name(node, input));
  for (const std::size_t input : {kW, kR, kB, kInitialHidden, kInitialCell})
    if (constants[input] != nullptr && !constants[input]->is_float())
      return fail("input {} is of an integer type", input_name(node, input));
  return {};
}

Result<RecurrentTensors> check_tensors(const Node& node, const RecurrentAttributes& attributes,
                                       const ConstantInputs& constants, const Shape* x) {
  FIXGATE_CHECK(check_kinds(node, constants));
  FIXGATE_ASSIGN(const RecurrentExtent extent,
                 check_recurrent_shapes(attributes, [&](std::size_t input) -> const Shape* {
                   if (input == kX) return x;
                   return constants[input] == nullptr ? nullptr : &constants[input]->shape;
                 }));
  return RecurrentTensors{constants[kW],
                          constants[kR],
                          constants[kB],
                          constants[kInitialHidden],
                          constants[kInitialCell],
                          extent.hidden,
                          attributes.gates() * extent.hidden};
}

void set_biases(RecurrentCell& cell, const RecurrentTensors& tensors, std::size_t direction) {
  cell.input_bias = cell.recurrent_bias = FloatVector::Zero(tensors.rows);
  if (tensors.bias == nullptr) return;
  const float* start =
      tensors.bias->floats().data() + static_cast<std::int64_t>(direction) * 2 * tensors.rows;
  cell.input_bias = Eigen::Map<const FloatVector>(start, tensors.rows);
  cell.recurrent_bias = Eigen::Map<const FloatVector>(start + tensors.rows, tensors.rows);
}

Result<RecurrentCell> make_cell(const RecurrentTensors& tensors, const RecurrentAttributes& attributes,
                                std::size_t direction) {
  RecurrentCell cell;
  cell.reverse = attributes.direction == RecurrentDirection::Reverse || direction == 1;
  cell.input_weights = block(*tensors.weights, direction);
  cell.recurrent_weights = block(*tensors.recurrent, direction);
  cell.activations = attributes.activations[direction];
  set_biases(cell, tensors, direction);
  const auto state = [&](const Tensor* tensor) -> Result<FloatVector> {
    if (tensor == nullptr) return FloatVector(FloatVector::Zero(tensors.hidden));
    return initial_state(*tensor, direction, attributes.directions(), attributes.layout == 1, tensors.hidden);
  };
  FIXGATE_ASSIGN(cell.initial_hidden, state(tensors.hidden_state));
  FIXGATE_ASSIGN(cell.initial_cell, state(tensors.cell_state));
  return cell;
}

}  // namespace

Result<RecurrentLayer> make_recurrent_layer(const Node& node, const RecurrentAttributes& attributes,
                                            const ConstantInputs& constants, const Shape* x) {
  FIXGATE_ASSIGN(const RecurrentTensors tensors, check_tensors(node, attributes, constants, x));
  RecurrentLayer layer;
  layer.kind = attributes.kind;
  layer.linear_before_reset = attributes.linear_before_reset;
  for (std::size_t direction = 0; direction < attributes.directions(); ++direction) {
    FIXGATE_ASSIGN(RecurrentCell cell, make_cell(tensors, attributes, direction));
    layer.cells.push_back(std::move(cell));
  }
  return layer;
}

std::vector<Error> unsupported_features(const Node& node, const RecurrentAttributes& attributes,
                                        const Tensor* peepholes) {
  std::vector<Error> refused;
  if (attributes.clip) refused.push_back({"attribute 'clip' is not supported in fixed point"});
  if (attributes.input_forget)
    refused.push_back({"attribute 'input_forget' is not supported in fixed point"});
  if (is_given(node, kSequenceLengths))
    refused.push_back(
        {"input 'sequence_lens' is not supported in fixed point: each sequence runs at its own length"});
  const bool peeps = is_given(node, kPeepholes) &&
                     (peepholes == nullptr || !peepholes->is_float() ||
                      !std::ranges::all_of(peepholes->floats(), [](float p) { return p == 0; }));
  if (peeps) refused.push_back({"input 'P' (peepholes) is not supported in fixed point"});
  return refused;
}

Result<void> Lowering::note_time_axis(const Flow& flow, bool batch_first) {
  if (flow.axes.size() != 3 || flow.axes.back().kind != Axis::Kind::Feature ||
      flow.selection != Selection::EveryStep)
    return fail("its input is no sequence of feature vectors");
  const Axis time = flow.axes[batch_first ? 1 : 0];
  const Axis batch = flow.axes[batch_first ? 0 : 1];
  if (time.kind != Axis::Kind::Input || (time_axis_ && !is_time(time)))
    return fail("its time axis is not that of the data input");
  if (batch.kind != Axis::Kind::Input && batch.size != 1)
    return fail("its batch axis is not that of the data input");
  time_axis_ = time.input_axis;
  return {};
}

void Lowering::put_recurrent_outputs(const Node& node, const Flow& from, bool batch_first) {
  const auto& layer = std::get<RecurrentLayer>(network_.layers.back());
  const Axis batch = from.axes[batch_first ? 0 : 1];
  const Axis time = from.axes[batch_first ? 1 : 0];
  const Axis direction{Axis::Kind::Direction, -1, static_cast<std::int64_t>(layer.cells.size())};
  const Axis feature{Axis::Kind::Feature, -1, layer.hidden()};
  Flow sequence;
  sequence.layer = static_cast<int>(network_.layers.size()) - 1;
  sequence.axes = batch_first ? std::vector{batch, time, direction, feature}
                              : std::vector{time, direction, batch, feature};
  Flow state = sequence;
  state.axes = batch_first ? std::vector{batch, direction, feature} : std::vector{direction, batch, feature};
  state.selection = Selection::FinalState;
  state.state = StateKind::Hidden;
  put(node, sequence, 0);
  put(node, state, 1);
  state.state = StateKind::Cell;
  put(node, state, 2);
}

Result<void> Lowering::lower_recurrent(const Node& node) {
  FIXGATE_ASSIGN(const RecurrentAttributes attributes, parse_recurrent_attributes(node));
  // Whatever it has besides, its outputs mean the same: what follows can be judged.
  for (const Error& reason : unsupported_features(node, attributes, constant(node, kPeepholes)))
    refuse(node, reason);
  FIXGATE_ASSIGN(const Flow flow, data_input(node));
  const bool batch_first = attributes.layout == 1;
  FIXGATE_CHECK(note_time_axis(flow, batch_first));
  Shape x;
  for (const Axis& axis : flow.axes) x.push_back(axis.size);
  FIXGATE_ASSIGN(RecurrentLayer layer, make_recurrent_layer(node, attributes, constants_of(node), &x));
  layer.name = layer_name_for(node);
  FIXGATE_CHECK(append(std::move(layer), flow));
  for (const RecurrentInput state : {kInitialHidden, kInitialCell})
    FIXGATE_CHECK(connect_initial_state(node, state, batch_first, attributes.directions()));
  put_recurrent_outputs(node, flow, batch_first);
  return {};
}

}  // namespace fixgate
