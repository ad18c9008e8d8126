#include "lowering/settings.h"

#include <algorithm>
#include <cmath>

#include "network/fold.h"

namespace fixgate::lowering {
namespace {

constexpr std::int64_t kLargest = 1 << 24;  // size of a dimension

Result<void> fix_input(Graph& graph, const GraphValue& input, double value) {
  Shape shape = input.shape;
  for (std::int64_t& size : shape) size = size < 0 ? 1 : size;
  if (element_count(shape) > kLargest)
    return fail("graph input '{}' has too many elements to be set", input.name);
  const auto count = static_cast<std::size_t>(element_count(shape));
  Tensor tensor{shape, std::vector<float>(count, static_cast<float>(value))};
  if (!input.is_float) {
    if (value != std::round(value) || std::abs(value) > 9e15)
      return fail("--set {}={}: the graph input is of whole numbers", input.name, value);
    tensor.data = std::vector<std::int64_t>(count, static_cast<std::int64_t>(value));
  }
  graph.constants[input.name] = std::move(tensor);
  std::erase_if(graph.inputs, [name = input.name](const GraphValue& other) { return other.name == name; });
  return {};
}

/// A dimension without a symbol goes by "input.1": the graph's name and the axis.
bool goes_by(const GraphValue& value, std::size_t axis, const std::string& name) {
  const bool is_named = axis < value.dimension_names.size() && !value.dimension_names[axis].empty();
  return is_named ? value.dimension_names[axis] == name
                  : value.shape[axis] < 0 && name == value.name + "." + std::to_string(axis);
}

/// Whether any dimension has the name.
bool fix_dimension(std::vector<GraphValue>& values, const std::string& name, std::int64_t size) {
  bool found = false;
  for (GraphValue& value : values)
    for (std::size_t axis = 0; axis < value.shape.size(); ++axis)
      if (goes_by(value, axis, name)) {
        value.shape[axis] = size;
        found = true;
      }
  return found;
}

}  // namespace

Result<Graph> with_settings(Graph graph, const std::map<std::string, double>& settings) {
  if (settings.empty()) return graph;
  for (const auto& [name, value] : settings) {
    const auto input = std::ranges::find(graph.inputs, name, &GraphValue::name);
    if (input != graph.inputs.end()) {
      const GraphValue fixed = *input;
      FIXGATE_CHECK(fix_input(graph, fixed, value));
      continue;
    }
    const bool is_size = value >= 1 && value <= static_cast<double>(kLargest) && value == std::round(value);
    if (fix_dimension(graph.inputs, name, is_size ? static_cast<std::int64_t>(value) : -1)) {
      if (!is_size)
        return fail("--set {}={}: the size of a dimension is a whole number from 1 on", name, value);
      fix_dimension(graph.outputs, name, static_cast<std::int64_t>(value));
      continue;
    }
    return fail("--set {}: there is no graph input and no symbolic dimension of that name", name);
  }
  FIXGATE_CHECK(fold_constants(graph));
  FIXGATE_CHECK(fold_initial_states(graph));
  return graph;
}

}  // namespace fixgate::lowering
