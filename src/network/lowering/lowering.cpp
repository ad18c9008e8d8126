#include "network/lowering/lowering.h"

#include <algorithm>
#include <cctype>
#include <functional>

namespace fixgate {
namespace {

bool is_recurrent(const Node& node) {
  return node.op_type == "LSTM" || node.op_type == "GRU" || node.op_type == "RNN";
}

// Operators through which a state may come from a graph input, or go to an output, unchanged but for its shape.
bool only_moves(const std::string& op_type) {
  static const std::set<std::string> kMoves = {"Identity", "Slice",     "Gather",  "Squeeze", "Unsqueeze", "Split",
                                               "Concat",   "Transpose", "Reshape", "Cast",    "Flatten"};
  return kMoves.contains(op_type);
}

std::string identifier(const std::string& name) {
  std::string text;
  for (const char c : name) text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const std::size_t first = text.find_first_not_of('_');
  text.erase(0, std::min(first, text.size()));
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) text.insert(0, "layer_");
  return text;
}

}  // namespace

Result<Network> Lowering::run() {
  network_.name = graph_.name;
  find_state_inputs();
  FIXGATE_CHECK(enter_inputs());
  for (const Node& node : graph_.nodes)
    if (auto lowered = lower_node(node); !lowered)
      return tl::make_unexpected(lowered.error().within(fmt::format("node '{}' ({})", node.name, node.op_type)));
  FIXGATE_CHECK(finish());
  return std::move(network_);
}

// Graph inputs that are states, or lengths of sequences (which the node will refuse by name).
void Lowering::find_state_inputs() {
  for (const Node& node : graph_.nodes)
    if (is_recurrent(node))
      for (const std::size_t input : {std::size_t{4}, std::size_t{5}, std::size_t{6}})
        if (input < node.inputs.size() && !node.inputs[input].empty()) trace_state(node.inputs[input]);
}

// Follows a state back to the graph input that it is read from, if it is read from one.
void Lowering::trace_state(const std::string& value) {
  for (const GraphValue& input : graph_.inputs)
    if (input.name == value) state_inputs_.insert(value);
  for (const Node& node : graph_.nodes)
    if (only_moves(node.op_type) && std::ranges::find(node.outputs, value) != node.outputs.end())
      for (const std::string& input : node.inputs)
        if (!graph_.constants.contains(input)) trace_state(input);
}

Result<void> Lowering::enter_inputs() {
  std::string data;
  for (const GraphValue& input : graph_.inputs) {
    if (state_inputs_.contains(input.name)) {
      network_.streaming = true;
      values_[input.name] = Opaque{};
      continue;
    }
    if (!data.empty()) return fail("graph inputs '{}' and '{}': a network with one data input is needed", data, input.name);
    data = input.name;
    if (!input.has_shape || input.shape.empty())
      return fail("graph input '{}' has no shape: export the model with one (dynamic axes are fine)", input.name);
    Flow flow;
    for (std::size_t axis = 0; axis < input.shape.size(); ++axis)
      flow.axes.push_back({Axis::Kind::Input, static_cast<int>(axis), input.shape[axis]});
    if (input.is_float) {
      flow.axes.back() = {Axis::Kind::Feature, -1, input.shape.back()};
      if (input.shape.back() <= 0) return fail("graph input '{}': its last dimension must be a fixed number", input.name);
      network_.inputs = input.shape.back();
    }
    values_[input.name] = flow;
  }
  if (data.empty()) return fail("the graph has no data input");
  return {};
}

Result<void> Lowering::lower_node(const Node& node) {
  using Handler = Result<void> (Lowering::*)(const Node&);
  static const std::map<std::string, Handler> kHandlers = {
      {"LSTM", &Lowering::lower_recurrent},         {"GRU", &Lowering::lower_recurrent},
      {"RNN", &Lowering::lower_recurrent},          {"MatMul", &Lowering::lower_matrix},
      {"Gemm", &Lowering::lower_gemm},              {"Add", &Lowering::lower_add},
      {"Sigmoid", &Lowering::lower_activation},     {"Tanh", &Lowering::lower_activation},
      {"Relu", &Lowering::lower_activation},        {"HardSigmoid", &Lowering::lower_activation},
      {"Softmax", &Lowering::lower_output_function}, {"LogSoftmax", &Lowering::lower_output_function},
      {"ArgMax", &Lowering::lower_output_function}, {"Concat", &Lowering::lower_concat}};
  if (node.op_type == "Gather" && constant(node, 0) != nullptr) return lower_embedding(node);
  if (node.op_type == "Concat" && reads_a_shape(node)) return lower_shape_concat(node);
  if (node.op_type == "Mul" && reads_a_shape(node)) return lower_shape_product(node);
  const FlowValue* first = node.inputs.empty() ? nullptr : find(node.inputs.front());
  if (first != nullptr && !is_recurrent(node) && !std::holds_alternative<Flow>(*first)) return lower_opaque(node, *first);
  if (const auto handler = kHandlers.find(node.op_type); handler != kHandlers.end())
    return std::invoke(handler->second, *this, node);
  FIXGATE_ASSIGN(const Flow flow, data_input(node));
  return lower_axes(node, flow);
}

bool Lowering::reads_a_shape(const Node& node) const {
  return std::ranges::any_of(node.inputs, [&](const std::string& input) {
    const FlowValue* value = find(input);
    return value != nullptr && std::holds_alternative<ShapeVector>(*value);
  });
}

// Operators on a state or on a shape.
Result<void> Lowering::lower_opaque(const Node& node, const FlowValue& value) {
  if (const auto* shape = std::get_if<ShapeVector>(&value)) return lower_shape(node, *shape);
  if (const auto* stack = std::get_if<StateStack>(&value)) return lower_state_stack(node, *stack);
  if (!only_moves(node.op_type)) return fail("arithmetic on a recurrent state is not supported in fixed point");
  for (std::size_t output = 0; output < node.outputs.size(); ++output) put(node, Opaque{}, output);
  return {};
}

Result<const Flow*> Lowering::main_output() const {
  const Flow* data = nullptr;
  const Flow* state = nullptr;
  std::string name;
  for (const GraphValue& output : graph_.outputs) {
    const FlowValue* value = find(output.name);
    if (value == nullptr) return fail("graph output '{}' does not depend on the data input", output.name);
    const Flow* flow = std::get_if<Flow>(value);
    if (flow == nullptr) continue;
    if (flow->is_state) {
      state = flow;
      continue;
    }
    if (data != nullptr) return fail("graph outputs '{}' and '{}': a network with one output besides its states is needed", name, output.name);
    data = flow;
    name = output.name;
  }
  if (data == nullptr) data = state;
  if (data == nullptr) return fail("the graph has no output besides its states");
  return data;
}

Result<void> Lowering::finish() {
  FIXGATE_ASSIGN(const Flow* output, main_output());
  if (!time_axis_) return fail("the graph has no LSTM, GRU or RNN");
  if (output->layer + 1 != static_cast<int>(network_.layers.size()))
    return fail("the graph's output is not that of its last layer '{}'", layer_name(network_.layers.back()));
  network_.output_function = output->function;
  FIXGATE_CHECK(check_directions(*output));
  return append_select(*output);
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

Result<Flow> Lowering::data_input(const Node& node, std::size_t input) const {
  const FlowValue* value = input < node.inputs.size() ? find(node.inputs[input]) : nullptr;
  const Flow* flow = value == nullptr ? nullptr : std::get_if<Flow>(value);
  if (flow == nullptr) return fail("its input {} is not the network's data; this use is not supported in fixed point", input);
  return *flow;
}

Result<void> Lowering::check_directions(const Flow& from) const {
  const auto* recurrent =
      from.layer < 0 ? nullptr : std::get_if<RecurrentLayer>(&network_.layers[static_cast<std::size_t>(from.layer)]);
  if (recurrent == nullptr) return {};
  const std::size_t cells = recurrent->cells.size();
  if (!from.directions.empty() && (from.directions.size() != cells || !std::ranges::is_sorted(from.directions)))
    return fail("only some directions of '{}' are used, or in another order; all of them, forward first, are supported in fixed point",
                recurrent->name);
  if (cells > 1 && from.axes.back().size == recurrent->hidden())
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
  network_.layers.emplace_back(SelectLayer{std::move(name), final_state ? SelectKind::FinalState : SelectKind::LastStep});
  return {};
}

Result<void> Lowering::append(Layer layer, const Flow& from) {
  if (from.function != OutputFunction::None)
    return fail("follows a {}, which is supported at the very end only", to_text(from.function));
  if (from.layer + 1 != static_cast<int>(network_.layers.size()))
    return fail("the layers branch: it does not read what the layer before it, '{}', hands on",
                layer_name(network_.layers.back()));
  FIXGATE_CHECK(check_directions(from));
  FIXGATE_CHECK(append_select(from));
  network_.layers.push_back(std::move(layer));
  return {};
}

std::string Lowering::layer_name_for(const Node& node) {
  const std::string base = identifier(node.name);
  std::string name = base;
  for (int copy = 2; !names_.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
  return name;
}

void Lowering::put(const Node& node, FlowValue value, std::size_t output) {
  if (output < node.outputs.size() && !node.outputs[output].empty()) values_[node.outputs[output]] = std::move(value);
}

bool Lowering::is_time(const Axis& axis) const {
  return axis.kind == Axis::Kind::Input && time_axis_ && axis.input_axis == *time_axis_;
}

Result<std::vector<std::int64_t>> integer_list(const Tensor* tensor, const char* what) {
  if (tensor == nullptr || tensor->is_float()) return fail("its {} are not constant; this is not supported in fixed point", what);
  return tensor->integers();
}

}  // namespace fixgate
