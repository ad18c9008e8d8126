#include "lowering/axis_labels.h"

#include <algorithm>
#include <set>

#include "lowering/frame.h"
#include "network/node_attributes.h"
#include "network/operators/operators.h"
#include "network/recurrent_shapes.h"

namespace fixgate::lowering {
namespace {

using Label = std::optional<InputAxis>;

struct Labelled {
  Tensor tensor;
  std::vector<Label> axes;  // empty: a constant
};

const std::set<std::string> kMoves = {"Reshape",  "Transpose", "Squeeze",        "Unsqueeze", "Flatten",
                                      "Slice",    "Gather",    "Split",          "Expand",    "Tile",
                                      "Identity", "GatherND",  "ReverseSequence"};

/// The label of the axis whose index changes along an axis of a moved tensor.
Label label_along(const Tensor& places, std::size_t axis, const Labelled& from) {
  const std::int64_t step = strides_of(places.shape)[axis];
  if (places.shape[axis] < 2) return std::nullopt;
  const Shape strides = strides_of(from.tensor.shape);
  const std::int64_t first = places.integers()[0];
  const std::int64_t second = places.integers()[static_cast<std::size_t>(step)];
  for (std::size_t a = 0; a < strides.size(); ++a) {
    const std::int64_t steps =
        second / strides[a] % from.tensor.shape[a] - first / strides[a] % from.tensor.shape[a];
    if (steps != 0)
      return std::abs(steps) == 1 ? from.axes[a] : std::nullopt;  // else a part of a longer axis
  }
  return std::nullopt;
}

class Labeller {
 public:
  explicit Labeller(const Graph& graph) : graph_(graph) {}

  AxisLabels run(const std::map<std::string, Shape>& shapes) {
    for (const auto& [name, tensor] : graph_.constants) values_[name] = {tensor, {}};
    for (const GraphValue& input : graph_.inputs) enter(input, shapes.at(input.name));
    for (const Node& node : graph_.nodes)
      if (!follow(node)) return std::move(labels_);
    labels_.is_complete = true;
    return std::move(labels_);
  }

 private:
  void enter(const GraphValue& input, const Shape& shape) {
    Labelled value{{shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)))}, {}};
    if (!input.is_float)
      value.tensor.data = std::vector<std::int64_t>(static_cast<std::size_t>(element_count(shape)));
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      value.axes.emplace_back(InputAxis{input.name, axis});
    values_[input.name] = std::move(value);
  }

  [[nodiscard]] const Labelled* find(const Node& node, std::size_t input) const {
    if (input >= node.inputs.size() || node.inputs[input].empty()) return nullptr;
    const auto found = values_.find(node.inputs[input]);
    return found == values_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] Result<Outputs> evaluated(const Node& node) const {
    OperatorCall call{node, graph_.operator_set, {}};
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const Labelled* value = find(node, input);
      call.inputs.push_back(value == nullptr ? nullptr : &value->tensor);
    }
    return evaluate(call);
  }

  bool follow(const Node& node) {
    if (is_recurrent(node)) note(node);
    if (node.op_type == "Scan") note_scan(node);
    if (node.op_type == "Loop") note_loop(node);
    const auto outputs = evaluated(node);
    if (!outputs) return false;
    for (std::size_t output = 0; output < node.outputs.size(); ++output)
      if (!node.outputs[output].empty())
        values_[node.outputs[output]] = {(*outputs)[output], labels_of(node, output, (*outputs)[output])};
    return true;
  }

  void note(const Node& node) {
    const Labelled* x = find(node, kX);
    if (x == nullptr || x->axes.size() != 3) return;
    const auto layout = attribute_or<std::int64_t>(node, "layout", 0);
    const std::size_t steps = layout && *layout == 1 ? 1 : 0;
    labels_.recurrent.push_back({x->axes[steps], x->axes[1 - steps]});
    for (const std::size_t input : {kInitialHidden, kInitialCell})
      if (const Labelled* state = find(node, input); state != nullptr && state->axes.size() == 3)
        labels_.recurrent.push_back({std::nullopt, state->axes[1 - steps]});
  }

  void note_scan(const Node& node) {
    const auto count = attribute_or<std::int64_t>(node, "num_scan_inputs", 0);
    const auto axes = attribute_or<std::vector<std::int64_t>>(node, "scan_input_axes", {});
    const std::size_t given = node.inputs.size() - std::min(node.captured, node.inputs.size());
    if (!count || !axes || *count < 1 || static_cast<std::size_t>(*count) > given) return;
    const std::size_t first = given - static_cast<std::size_t>(*count);
    for (std::size_t input = first; input < given; ++input) {
      const Labelled* x = find(node, input);
      if (x == nullptr || x->axes.empty()) continue;
      std::int64_t axis = input - first < axes->size() ? (*axes)[input - first] : 0;
      if (axis < 0) axis += static_cast<std::int64_t>(x->axes.size());
      if (axis >= 0 && axis < static_cast<std::int64_t>(x->axes.size()))
        labels_.recurrent.push_back({x->axes[static_cast<std::size_t>(axis)], std::nullopt});
    }
  }

  /// What a loop's body gathers by a number that it computes out of what it captures.
  void note_loop(const Node& node) {
    const auto body = find_attribute<Body>(node, "body");
    if (!body || !*body || **body == nullptr || (**body)->inputs.size() != node.inputs.size()) return;
    const Graph& graph = ***body;
    const std::size_t own = node.inputs.size() - std::min(node.captured, node.inputs.size());
    const auto captured = [&](const std::string& name) {
      const auto input = std::ranges::find(graph.inputs, name, &GraphValue::name);
      return static_cast<std::size_t>(input - graph.inputs.begin());
    };
    for (const Node& within : graph.nodes) {
      if (within.op_type != "Gather" || within.inputs.size() != 2) continue;
      const std::size_t data = captured(within.inputs[0]);
      const std::size_t index = captured(within.inputs[1]);
      const bool is_fixed =
          graph.constants.contains(within.inputs[1]) || (index >= own && index < graph.inputs.size());
      if (data >= own && data < graph.inputs.size() && !is_fixed) note_axis(node, data, within);
    }
  }

  /// The axis of a loop's input that a Gather in its body picks from.
  void note_axis(const Node& loop, std::size_t input, const Node& gather) {
    const Labelled* x = find(loop, input);
    const auto axis = attribute_or<std::int64_t>(gather, "axis", 0);
    if (x == nullptr || !axis) return;
    const std::int64_t at = *axis + (*axis < 0 ? static_cast<std::int64_t>(x->axes.size()) : 0);
    if (at >= 0 && at < static_cast<std::int64_t>(x->axes.size()))
      labels_.recurrent.push_back({x->axes[static_cast<std::size_t>(at)], std::nullopt});
  }

  [[nodiscard]] std::vector<Label> labels_of(const Node& node, std::size_t output,
                                             const Tensor& result) const {
    const Labelled* first = find(node, 0);
    const std::size_t rank = result.shape.size();
    if (first == nullptr || node.op_type == "Shape" || node.op_type == "Size") return {};
    if (kMoves.contains(node.op_type) && !first->axes.empty()) return moved(node, output, *first, result);
    if (is_recurrent(node)) return recurrent(node, output, *first, rank);
    if (node.op_type == "Gather") return looked_up(node, rank);
    std::vector<Label> labels(rank);
    if (node.op_type == "Concat" || node.op_type.starts_with("Reduce") || node.op_type.starts_with("Arg"))
      return node.op_type == "Concat" || first->axes.size() == rank ? same_sizes(node, labels, result)
                                                                    : labels;
    return same_sizes(node, labels, result);
  }

  [[nodiscard]] std::vector<Label> moved(const Node& node, std::size_t output, const Labelled& first,
                                         const Tensor& result) const {
    Labelled places = first;
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(element_count(first.tensor.shape)));
    for (std::size_t index = 0; index < numbers.size(); ++index)
      numbers[index] = static_cast<std::int64_t>(index);
    places.tensor.data = std::move(numbers);
    OperatorCall call{node, graph_.operator_set, {&places.tensor}};
    for (std::size_t input = 1; input < node.inputs.size(); ++input) {
      const Labelled* value = find(node, input);
      call.inputs.push_back(value == nullptr ? nullptr : &value->tensor);
    }
    std::vector<Label> labels(result.shape.size());
    const auto outputs = evaluate(call);
    if (!outputs || element_count(result.shape) == 0) return labels;
    for (std::size_t axis = 0; axis < labels.size(); ++axis)
      labels[axis] = label_along((*outputs)[output], axis, first);
    return labels;
  }

  [[nodiscard]] static std::vector<Label> recurrent(const Node& node, std::size_t output, const Labelled& x,
                                                    std::size_t rank) {
    std::vector<Label> labels(rank);
    const auto layout = attribute_or<std::int64_t>(node, "layout", 0);
    const bool batch_first = layout && *layout == 1;
    if (x.axes.size() != 3) return labels;
    const Label steps = x.axes[batch_first ? 1 : 0];
    const Label sequences = x.axes[batch_first ? 0 : 1];
    if (output == 0 && rank == 4) {
      labels[batch_first ? 1 : 0] = steps;
      labels[batch_first ? 0 : 2] = sequences;
    } else if (rank == 3) {
      labels[batch_first ? 0 : 1] = sequences;
    }
    return labels;
  }

  /// Tokens into the rows of a constant: the axes of the tokens come first.
  [[nodiscard]] std::vector<Label> looked_up(const Node& node, std::size_t rank) const {
    std::vector<Label> labels(rank);
    if (const Labelled* tokens = find(node, 1); tokens != nullptr && tokens->axes.size() <= rank)
      std::ranges::copy(tokens->axes, labels.begin());
    return labels;
  }

  /// Axes, counted from the last one, along which an operand is as long as the result.
  [[nodiscard]] std::vector<Label> same_sizes(const Node& node, std::vector<Label> labels,
                                              const Tensor& result) const {
    const bool mixes_last = node.op_type == "MatMul" || node.op_type == "Gemm";
    const bool is_window =
        node.op_type.find("Conv") != std::string::npos || node.op_type.find("Pool") != std::string::npos;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const Labelled* value = find(node, input);
      if (value == nullptr || value->axes.empty()) continue;
      const std::size_t own = value->axes.size();
      for (std::size_t back = 1; back <= std::min(own, labels.size()); ++back) {
        const std::size_t from = own - back;
        const std::size_t to = labels.size() - back;
        if (value->tensor.shape[from] != result.shape[to] || (mixes_last && back == 1) ||
            (is_window && to > 0))
          continue;
        if (!labels[to]) labels[to] = value->axes[from];
      }
    }
    return labels;
  }

  const Graph& graph_;
  std::map<std::string, Labelled> values_;
  AxisLabels labels_;
};

}  // namespace

AxisLabels label_axes(const Graph& graph, const std::map<std::string, Shape>& shapes) {
  return Labeller(graph).run(shapes);
}

}  // namespace fixgate::lowering
