#include "evaluate/graph_roles.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_set>

#include "network/executor.h"
#include "network/fold.h"
#include "network/node_attributes.h"
#include "network/recurrent_shapes.h"
#include "network/value_sources.h"

namespace fixgate {
namespace {

using Tensors = std::map<std::string, Tensor>;

constexpr std::int64_t kMostElements = std::int64_t{1} << 24;  // of an input; floats number as many exactly
constexpr std::int64_t kProbeSize = 5;

Tensor zeros(const GraphValue& declared, const Shape& shape) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  if (declared.is_float) return {shape, std::vector<float>(count)};
  return {shape, std::vector<std::int64_t>(count)};
}

/// Numbers that tell the elements apart.
Tensor numbered(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  std::iota(values.begin(), values.end(), 1.0F);
  return {shape, std::move(values)};
}

/// `wanted` computed from the graph's inputs, where the values of `given` are replaced.
Result<Tensors> run_part(const Graph& graph, const Tensors& inputs, const Tensors& given,
                         const std::vector<std::string>& wanted) {
  Graph part = graph;
  for (Node& node : part.nodes)
    for (std::string& output : node.outputs)
      if (given.contains(output)) output.clear();
  part.constants.insert(given.begin(), given.end());
  part.outputs.clear();
  for (const std::string& name : wanted) part.outputs.push_back({name, true, false, {}});
  remove_unused(part);
  return Executor(part).run(inputs);
}

/// A recurrent node's initial state and the output that holds its next value.
struct CellState {
  std::string initial;
  std::string final;  // empty where the node does not give it
};

class RoleFinder {
 public:
  explicit RoleFinder(const Graph& graph) : graph_(graph), sources_(graph) {}

  Result<GraphRoles> find() {
    FIXGATE_CHECK(find_inputs());
    FIXGATE_CHECK(find_axes());
    FIXGATE_CHECK(find_states());
    FIXGATE_CHECK(find_output());
    return std::move(roles_);
  }

 private:
  Result<void> find_inputs() {
    std::unordered_set<std::string> states;
    std::unordered_set<std::string> lengths;
    for (const Node& node : graph_.nodes)
      if (is_recurrent(node)) note_sources(node, states, lengths);
    for (const GraphValue& input : graph_.inputs) {
      if (lengths.contains(input.name))
        roles_.lengths.push_back(input);
      else if (states.contains(input.name))
        roles_.states.push_back({input, ""});
      else if (!roles_.data.name.empty())
        return fail("graph inputs '{}' and '{}': a graph with one data input is needed", roles_.data.name,
                    input.name);
      else
        roles_.data = input;
    }
    if (roles_.data.name.empty()) return fail("the graph has no data input");
    if (!roles_.data.has_shape)
      return fail("graph input '{}' has no shape: export the model with one (dynamic axes are fine)",
                  roles_.data.name);
    return {};
  }

  void note_sources(const Node& node, std::unordered_set<std::string>& states,
                    std::unordered_set<std::string>& lengths) const {
    const auto note = [&](std::size_t input, std::unordered_set<std::string>& inputs) {
      if (input >= node.inputs.size()) return;
      if (const auto source = sources_.moved_input(node.inputs[input])) inputs.insert(*source);
    };
    note(kSequenceLengths, lengths);
    note(kInitialHidden, states);
    note(kInitialCell, states);
  }

  /// The first recurrent node that the data reach.
  [[nodiscard]] const Node* first_reader() const {
    std::unordered_set<std::string> reached{roles_.data.name};
    for (const Node& node : graph_.nodes) {
      if (is_recurrent(node) && reached.contains(node.inputs[kX])) return &node;
      if (std::ranges::any_of(node.inputs, [&](const std::string& name) { return reached.contains(name); }))
        reached.insert(node.outputs.begin(), node.outputs.end());
      reached.erase("");
    }
    return nullptr;
  }

  /// Features lie along the last axis; of the axes before it one is time and the other, if any, the batch.
  Result<void> find_axes() {
    const std::size_t axes = roles_.data.shape.size() - (roles_.data.is_float ? 1 : 0);
    if (roles_.data.shape.empty() || axes < 1 || axes > 2)
      return fail("graph input '{}' has {} axes: time, batch{} are needed", roles_.data.name,
                  roles_.data.shape.size(), roles_.data.is_float ? " and features" : "");
    if (roles_.data.is_float && roles_.data.shape.back() <= 0)
      return fail("graph input '{}': its last dimension must be a fixed number", roles_.data.name);
    const Node* reader = first_reader();
    if (reader == nullptr) return fail("no LSTM, GRU or RNN reads the data");
    FIXGATE_CHECK(find_time(*reader, axes));
    const std::int64_t steps = roles_.data.shape[roles_.time_axis];
    roles_.call.count = std::max<std::int64_t>(steps, 0);
    if (roles_.batch_axis) roles_.batch = std::max<std::int64_t>(roles_.data.shape[*roles_.batch_axis], 1);
    return check_sizes(roles_.batch);
  }

  /// So that no call takes more memory than a sequence may.
  [[nodiscard]] Result<void> check_sizes(std::int64_t batch) const {
    for (const GraphValue& input : graph_.inputs)
      if (element_count(call_shape(input, batch)) > kMostElements)
        return fail("graph input '{}' takes more than {} elements in one call, which is the limit",
                    input.name, kMostElements);
    return {};
  }

  /// Runs the graph up to the reader with axes of different sizes and looks where they come out.
  Result<void> find_time(const Node& reader, std::size_t axes) {
    FIXGATE_CHECK(check_sizes(kProbeSize));
    FIXGATE_ASSIGN(const auto attributes, parse_recurrent_attributes(reader));
    std::optional<Error> error;
    for (const auto& [first, second] : {std::pair{2, 3}, std::pair{1, 3}, std::pair{3, 1}}) {
      Shape shape = roles_.data.shape;
      if (shape[0] < 0) shape[0] = axes == 2 && shape[1] == first ? kProbeSize : first;
      if (axes == 2 && shape[1] < 0) shape[1] = shape[0] == second ? kProbeSize : second;
      const auto x = run_to(reader.inputs[kX], shape);
      if (x) return tell_axes({shape[0], axes == 2 ? shape[1] : 1}, axes, x->shape, attributes.layout == 1);
      error = error ? error : x.error();
    }
    return tl::make_unexpected(std::move(*error));
  }

  Result<void> tell_axes(const Shape& given, std::size_t axes, const Shape& x, bool batch_first) {
    const Shape come_out{x[batch_first ? 1 : 0], x[batch_first ? 0 : 1]};
    const bool is_first = come_out == given;
    const bool is_second = axes == 2 && come_out == Shape{given[1], given[0]};
    if (is_first == is_second && !(is_first && given[0] == 1))
      return fail("graph input '{}': which of its axes is time cannot be told from its shape",
                  roles_.data.name);
    roles_.time_axis = is_first ? 0 : 1;
    if (axes == 2) roles_.batch_axis = 1 - roles_.time_axis;
    return {};
  }

  [[nodiscard]] Tensors zero_inputs(const Shape& data, std::int64_t batch) const {
    Tensors inputs{{roles_.data.name, zeros(roles_.data, data)}};
    for (const GraphState& state : roles_.states)
      inputs[state.input.name] = zeros(state.input, call_shape(state.input, batch));
    for (const GraphValue& lengths : roles_.lengths)
      inputs[lengths.name] = zeros(lengths, call_shape(lengths, batch));
    return inputs;
  }

  [[nodiscard]] Result<Tensor> run_to(const std::string& value, const Shape& data) const {
    const std::int64_t batch = roles_.batch_axis ? data[*roles_.batch_axis] : 1;
    FIXGATE_ASSIGN(Tensors outputs, run_part(graph_, zero_inputs(data, batch), {}, {value}));
    return std::move(outputs.at(value));
  }

  /// The shape of the data in one call, of one step where the file leaves that open.
  [[nodiscard]] Shape data_shape() const {
    Shape shape = roles_.data.shape;
    shape[roles_.time_axis] = std::max<std::int64_t>(roles_.call.count, 1);
    if (roles_.batch_axis) shape[*roles_.batch_axis] = roles_.batch;
    return shape;
  }

  [[nodiscard]] std::vector<CellState> cell_states() const {
    std::vector<CellState> states;
    for (const Node& node : graph_.nodes) {
      if (!is_recurrent(node)) continue;
      for (const std::size_t kind : {std::size_t{0}, std::size_t{1}}) {
        const std::size_t input = kInitialHidden + kind;
        if (input >= node.inputs.size() || !sources_.moved_input(node.inputs[input])) continue;
        states.push_back({node.inputs[input], kind + 1 < node.outputs.size() ? node.outputs[kind + 1] : ""});
      }
    }
    return states;
  }

  /// An output gives a state back if what reaches the cells from the state's input, put in the place of the
  /// cells' next states, comes out as the input was.
  Result<void> find_states() {
    if (roles_.states.empty()) return {};
    const std::vector<CellState> cells = cell_states();
    std::vector<std::string> initial;
    for (const CellState& cell : cells) initial.push_back(cell.initial);
    Tensors inputs = zero_inputs(data_shape(), roles_.batch);
    for (const GraphState& state : roles_.states)
      inputs[state.input.name] = numbered(call_shape(state.input, roles_.batch));
    FIXGATE_ASSIGN(const Tensors reached, run_part(graph_, inputs, {}, initial));
    Tensors next;
    for (const CellState& cell : cells)
      if (!cell.final.empty()) next[cell.final] = reached.at(cell.initial);
    for (GraphState& state : roles_.states) find_next(state, inputs, next);
    roles_.call.repeats = !has_reverse_cell() && std::ranges::none_of(roles_.states, [](const auto& state) {
      return state.output.empty();
    });
    return {};
  }

  void find_next(GraphState& state, const Tensors& inputs, const Tensors& next) {
    const Tensor& wanted = inputs.at(state.input.name);
    for (const GraphValue& output : graph_.outputs) {
      if (!sources_.is_moved_state(output.name)) continue;
      const auto moved = run_part(graph_, zero_inputs(data_shape(), roles_.batch), next, {output.name});
      if (!moved) continue;  // computed from what is no state
      const Tensor& value = moved->at(output.name);
      if (value.is_float() && value.shape == wanted.shape && value.floats() == wanted.floats())
        state.output = output.name;
    }
  }

  [[nodiscard]] bool has_reverse_cell() const {
    return std::ranges::any_of(graph_.nodes, [](const Node& node) {
      const auto direction = attribute_or<std::string>(node, "direction", "forward");
      return is_recurrent(node) && (!direction || *direction != "forward");
    });
  }

  Result<void> find_output() {
    for (const GraphValue& output : graph_.outputs) {
      if (sources_.is_moved_state(output.name)) continue;
      if (!roles_.output.empty())
        return fail("graph outputs '{}' and '{}': a graph with one output besides its states is needed",
                    roles_.output, output.name);
      roles_.output = output.name;
    }
    if (roles_.output.empty()) roles_.output = graph_.outputs.front().name;
    return find_output_function();
  }

  /// A function of the outputs at the very end is left to the reader of the outputs, as a Network's is.
  Result<void> find_output_function() {
    const Node* node = sources_.producer_of(roles_.output);
    const std::map<std::string, OutputFunction> functions = {{"Softmax", OutputFunction::Softmax},
                                                             {"LogSoftmax", OutputFunction::LogSoftmax},
                                                             {"ArgMax", OutputFunction::ArgMax}};
    const auto function = node == nullptr ? functions.end() : functions.find(node->op_type);
    if (function == functions.end()) return {};
    FIXGATE_ASSIGN(const Tensor input, run_to(node->inputs.front(), data_shape()));
    const std::int64_t standard = node->op_type == "ArgMax" ? 0 : (graph_.operator_set < 13 ? 1 : -1);
    FIXGATE_ASSIGN(const std::int64_t axis, attribute_or<std::int64_t>(*node, "axis", standard));
    FIXGATE_ASSIGN(const std::int64_t takes_last, attribute_or<std::int64_t>(*node, "select_last_index", 0));
    const auto rank = static_cast<std::int64_t>(input.shape.size());
    if ((axis < 0 ? axis + rank : axis) != rank - 1 || takes_last != 0) return {};
    roles_.output = node->inputs.front();
    roles_.function = function->second;
    return {};
  }

  const Graph& graph_;
  ValueSources sources_;
  GraphRoles roles_;
};

}  // namespace

Result<GraphRoles> find_roles(const Graph& graph) {
  return RoleFinder(graph).find();
}

Shape call_shape(const GraphValue& declared, std::int64_t batch) {
  Shape shape = declared.shape;
  for (std::int64_t& size : shape)
    if (size < 0) size = batch;
  return shape;
}

}  // namespace fixgate
