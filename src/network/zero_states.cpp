// fold_initial_states: which values are zero whatever the sizes.
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "network/fold.h"
#include "network/node_attributes.h"
#include "network/recurrent_shapes.h"

namespace fixgate {
namespace {

// Operators that move, repeat or map elements so that a zero data input (the first) gives zero outputs.
constexpr std::array<std::string_view, 19> kKeepZero{
    "Abs",      "Cast", "Expand",    "Flatten", "Gather",          "GatherElements", "GatherND",
    "Identity", "Neg",  "Relu",      "Reshape", "ReverseSequence", "Slice",          "Split",
    "Squeeze",  "Tanh", "Transpose", "Tile",    "Unsqueeze"};

// Operators whose result is zero where all inputs are.
constexpr std::array<std::string_view, 6> kZeroOfZeros{"Add", "Concat", "Max", "Min", "Sub", "Sum"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, const std::string& op_type) {
  return std::ranges::find(names, op_type) != names.end();
}

bool all_zero(const Tensor& tensor) {
  return std::visit(
      [](const auto& values) { return std::ranges::all_of(values, [](auto value) { return value == 0; }); },
      tensor.data);
}

/// The names of the values known to be zero, built up node by node.
class ZeroValues {
 public:
  explicit ZeroValues(const Graph& graph) {
    for (const auto& [name, tensor] : graph.constants)
      if (all_zero(tensor)) names_.insert(name);
    for (const Node& node : graph.nodes)
      if (gives_zero(node)) names_.insert(node.outputs.begin(), node.outputs.end());
  }

  [[nodiscard]] bool contains(const std::string& name) const {
    return !name.empty() && names_.contains(name);
  }

 private:
  [[nodiscard]] bool gives_zero(const Node& node) const {
    const auto is_zero = [this](const std::string& name) { return contains(name); };
    if (node.op_type == "ConstantOfShape") return fills_with_zero(node);
    if (node.op_type == "Mul") return std::ranges::any_of(node.inputs, is_zero);
    if (node.op_type == "Where") return contains(node.inputs[1]) && contains(node.inputs[2]);
    if (is_one_of(kKeepZero, node.op_type)) return contains(node.inputs[0]);
    return is_one_of(kZeroOfZeros, node.op_type) && std::ranges::all_of(node.inputs, is_zero);
  }

  static bool fills_with_zero(const Node& node) {
    const auto value = find_attribute<Tensor>(node, "value");
    return value && (!*value || all_zero(**value));
  }

  std::unordered_set<std::string> names_;
};

void leave_out_zero_states(Node& node, const ZeroValues& zeros) {
  for (const std::size_t position : {kInitialHidden, kInitialCell})
    if (position < node.inputs.size() && zeros.contains(node.inputs[position])) node.inputs[position].clear();
  while (!node.inputs.empty() && node.inputs.back().empty()) node.inputs.pop_back();
}

}  // namespace

Result<void> fold_initial_states(Graph& graph) {
  const ZeroValues zeros(graph);
  for (Node& node : graph.nodes)
    if (is_recurrent(node)) leave_out_zero_states(node, zeros);
  remove_unused(graph);
  return {};
}

}  // namespace fixgate
