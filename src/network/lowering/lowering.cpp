#include "network/lowering/lowering.h"

#include <algorithm>
#include <cctype>
#include <functional>

namespace fixgate {
namespace {

std::string identifier(const std::string& name) {
  std::string text;
  for (const char c : name) text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const std::size_t first = text.find_first_not_of('_');
  text.erase(0, std::min(first, text.size()));
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) text.insert(0, "layer_");
  return text;
}

}  // namespace

LoweredGraph Lowering::run() {
  network_.name = graph_.name;
  find_state_inputs();
  if (const auto entered = enter_inputs(); !entered) return {{}, {entered.error()}};
  for (const Node& node : graph_.nodes) lower_or_refuse(node);
  // What the whole amounts to can be judged where every part of it is known.
  if (unknown_.empty())
    if (const auto finished = finish(); !finished) refusals_.push_back(finished.error());
  std::ranges::move(apart_, std::back_inserter(network_.layers));
  return {std::move(network_), std::move(refusals_)};
}

Result<void> Lowering::enter_inputs() {
  std::string data;
  for (const GraphValue& input : graph_.inputs) {
    if (state_inputs_.contains(input.name)) {
      enter_state_input(input);
      continue;
    }
    const Result<void> entered =
        data.empty()
            ? enter_data(input)
            : fail("graph inputs '{}' and '{}': a network with one data input is needed", data, input.name);
    if (data.empty()) data = input.name;
    if (entered) continue;
    refusals_.push_back(entered.error());
    put_unknown(input.name);
  }
  if (data.empty()) return fail("the graph has no data input");
  return {};
}

Result<void> Lowering::enter_data(const GraphValue& input) {
  if (!input.has_shape || input.shape.empty())
    return fail("graph input '{}' has no shape: export the model with one (dynamic axes are fine)",
                input.name);
  Flow flow;
  flow.is_tokens = !input.is_float;
  for (std::size_t axis = 0; axis < input.shape.size(); ++axis)
    flow.axes.push_back({Axis::Kind::Input, static_cast<int>(axis), input.shape[axis]});
  if (input.is_float) {
    flow.axes.back() = {Axis::Kind::Feature, -1, input.shape.back()};
    if (input.shape.back() <= 0)
      return fail("graph input '{}': its last dimension must be a fixed number", input.name);
    network_.inputs = input.shape.back();
  }
  values_[input.name] = flow;
  return {};
}

void Lowering::lower_or_refuse(const Node& node) {
  if (reads_unknown(node))
    refuse_by_itself(node);
  else if (const auto lowered = lower_node(node); !lowered)
    refuse(node, lowered.error());
  else
    return;
  for (const std::string& output : node.outputs) put_unknown(output);
}

const std::map<std::string, Lowering::Handler>& Lowering::handlers() {
  static const std::map<std::string, Handler> kHandlers = {{"LSTM", &Lowering::lower_recurrent},
                                                           {"GRU", &Lowering::lower_recurrent},
                                                           {"RNN", &Lowering::lower_recurrent},
                                                           {"MatMul", &Lowering::lower_matrix},
                                                           {"Gemm", &Lowering::lower_gemm},
                                                           {"Add", &Lowering::lower_add},
                                                           {"Sigmoid", &Lowering::lower_activation},
                                                           {"Tanh", &Lowering::lower_activation},
                                                           {"Relu", &Lowering::lower_activation},
                                                           {"HardSigmoid", &Lowering::lower_activation},
                                                           {"Softmax", &Lowering::lower_output_function},
                                                           {"LogSoftmax", &Lowering::lower_output_function},
                                                           {"ArgMax", &Lowering::lower_output_function},
                                                           {"Concat", &Lowering::lower_concat}};
  return kHandlers;
}

Result<void> Lowering::lower_node(const Node& node) {
  if (node.op_type == "Gather" && constant(node, 0) != nullptr) return lower_embedding(node);
  if (node.op_type == "Concat" && reads_a_shape(node)) return lower_shape_concat(node);
  if ((node.op_type == "Mul" || node.op_type == "ReduceProd") && reads_a_shape(node))
    return lower_shape_product(node);
  const FlowValue* first = node.inputs.empty() ? nullptr : find(node.inputs.front());
  if (first != nullptr && !is_recurrent(node)) {
    if (const auto* shape = std::get_if<ShapeVector>(first)) return lower_shape(node, *shape);
    if (const auto* stack = std::get_if<StateStack>(first)) return lower_state_stack(node, *stack);
  }
  if (const auto handler = handlers().find(node.op_type); handler != handlers().end())
    return std::invoke(handler->second, *this, node);
  FIXGATE_ASSIGN(const Flow flow, flow_input(node));
  return lower_axes(node, flow);
}

bool Lowering::reads_a_shape(const Node& node) const {
  return std::ranges::any_of(node.inputs, [&](const std::string& input) {
    const FlowValue* value = find(input);
    return value != nullptr && std::holds_alternative<ShapeVector>(*value);
  });
}

// The output that the network computes: the one that is no state; where all are states, the first, a hidden
// one.
Result<void> Lowering::find_main_output() {
  for (const GraphValue& output : graph_.outputs) {
    const FlowValue* value = find(output.name);
    if (value == nullptr || std::holds_alternative<ShapeVector>(*value))
      return fail("graph output '{}' is not computed from the data input", output.name);
    const auto* flow = std::get_if<Flow>(value);
    if (flow != nullptr && !flow->state_input.empty())
      return fail("graph output '{}' passes a state input on", output.name);
    if (flow == nullptr || flow->state != StateKind::None) continue;
    if (!main_output_.empty())
      return fail("graph outputs '{}' and '{}': a network with one output besides its states is needed",
                  main_output_, output.name);
    main_output_ = output.name;
  }
  if (!main_output_.empty()) return {};
  main_output_ = graph_.outputs.front().name;
  const auto* flow = std::get_if<Flow>(find(main_output_));
  if (flow == nullptr || flow->state != StateKind::Hidden)
    return fail("graph output '{}': the graph has no output besides its states", main_output_);
  return {};
}

// One vector for each step, or one in all: the features are the last axis, unless there is but one.
Result<void> Lowering::check_output_axes(const Flow& output) const {
  for (const Axis& axis : output.axes)
    if (axis.kind == Axis::Kind::Feature && axis.size != 1 && &axis != &output.axes.back())
      return fail("graph output '{}': its last axis is not that of the features", main_output_);
  return {};
}

Result<void> Lowering::finish() {
  FIXGATE_CHECK(find_main_output());
  const auto& output = std::get<Flow>(*find(main_output_));
  if (!time_axis_) return fail("the graph has no LSTM, GRU or RNN");
  if (output.layer + 1 != static_cast<int>(network_.layers.size()) || output.changes != changes_)
    return fail("graph output '{}' is not that of the last layer, '{}'", main_output_,
                layer_name(network_.layers.back()));
  network_.output_function = output.function;
  note_fixed_steps();
  FIXGATE_CHECK(check_output_axes(output));
  FIXGATE_CHECK(check_directions(output));
  FIXGATE_CHECK(check_stream());
  return append_select(output);
}

void Lowering::note_fixed_steps() {
  for (const GraphValue& input : graph_.inputs)
    if (!state_inputs_.contains(input.name))
      network_.call.count = std::max<std::int64_t>(input.shape[static_cast<std::size_t>(*time_axis_)], 0);
}

const FlowValue* Lowering::find(const std::string& value) const {
  const auto found = values_.find(value);
  return found == values_.end() ? nullptr : &found->second;
}

const Tensor* Lowering::constant(const Node& node, std::size_t input) const {
  if (input >= node.inputs.size()) return nullptr;
  const auto found = graph_.constants.find(node.inputs[input]);
  return found == graph_.constants.end() ? nullptr : &found->second;
}

ConstantInputs Lowering::constants_of(const Node& node) const {
  ConstantInputs constants{};
  for (std::size_t input = 0; input < constants.size(); ++input) constants[input] = constant(node, input);
  return constants;
}

Result<Flow> Lowering::flow_input(const Node& node, std::size_t input) const {
  const FlowValue* value = input < node.inputs.size() ? find(node.inputs[input]) : nullptr;
  const Flow* flow = value == nullptr ? nullptr : std::get_if<Flow>(value);
  if (flow == nullptr)
    return fail("its input {} is not the network's data; this use is not supported in fixed point", input);
  return *flow;
}

Result<Flow> Lowering::data_input(const Node& node, std::size_t input) const {
  FIXGATE_ASSIGN(Flow flow, flow_input(node, input));
  if (!flow.state_input.empty() || flow.state == StateKind::Cell)
    return fail("its input {} is a recurrent state; this use is not supported in fixed point", input);
  return flow;
}

const RecurrentLayer* Lowering::recurrent_layer(const Flow& flow) const {
  return flow.layer < 0 ? nullptr
                        : std::get_if<RecurrentLayer>(&network_.layers[static_cast<std::size_t>(flow.layer)]);
}

Result<void> Lowering::check_directions(const Flow& from) const {
  const RecurrentLayer* recurrent = recurrent_layer(from);
  if (recurrent == nullptr) return {};
  if (!from.directions.empty() && from.directions != all_of(recurrent->cells.size()))
    return fail(
        "only some directions of '{}' are used, or in another order; all of them, forward first, are "
        "supported in fixed point",
        recurrent->name);
  if (std::ranges::any_of(
          from.axes, [](const Axis& axis) { return axis.kind == Axis::Kind::Direction && axis.size > 1; }))
    return fail("the directions of '{}' are not merged into one vector", recurrent->name);
  return {};
}

Result<void> Lowering::append_select(const Flow& from) {
  if (from.selection == Selection::EveryStep || from.layer < 0) return {};
  const bool selected = std::ranges::any_of(
      network_.layers, [](const Layer& layer) { return std::holds_alternative<SelectLayer>(layer); });
  if (selected) return {};
  const Layer& last = network_.layers[static_cast<std::size_t>(from.layer)];
  const bool final_state = from.selection == Selection::FinalState;
  std::string name = layer_name(last) + (final_state ? "_final" : "_last");
  names_.insert(name);
  network_.layers.emplace_back(
      SelectLayer{std::move(name), final_state ? SelectKind::FinalState : SelectKind::LastStep});
  return {};
}

Result<void> Lowering::append(Layer layer, const Flow& from) {
  if (from.function != OutputFunction::None)
    return fail("follows a {}, which is supported at the very end only", to_text(from.function));
  if (from.layer + 1 != static_cast<int>(network_.layers.size()) || from.changes != changes_)
    return fail("the layers branch: it does not read what the layer before it, '{}', hands on",
                layer_name(network_.layers.back()));
  FIXGATE_CHECK(check_directions(from));
  FIXGATE_CHECK(append_select(from));
  network_.layers.push_back(std::move(layer));
  changes_ = 0;
  return {};
}

std::string Lowering::layer_name_for(const Node& node) {
  const std::string base = identifier(node.name);
  std::string name = base;
  for (int copy = 2; !names_.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
  return name;
}

void Lowering::put(const Node& node, FlowValue value, std::size_t output) {
  if (output < node.outputs.size() && !node.outputs[output].empty())
    values_[node.outputs[output]] = std::move(value);
}

bool Lowering::is_time(const Axis& axis) const {
  return axis.kind == Axis::Kind::Input && time_axis_ && axis.input_axis == *time_axis_;
}

Result<std::vector<std::int64_t>> integer_list(const Tensor* tensor, const char* what) {
  if (tensor == nullptr || tensor->is_float())
    return fail("its {} are not constant; this is not supported in fixed point", what);
  return tensor->integers();
}

}  // namespace fixgate
