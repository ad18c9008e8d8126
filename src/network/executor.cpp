#include "network/executor.h"

#include <algorithm>

#include "network/operators/arguments.h"
#include "network/operators/operators.h"
#include "network/run_graph.h"

namespace fixgate {
namespace {

Result<void> check_dimensions(const GraphValue& declared, const Shape& shape) {
  if (!declared.has_shape) return {};
  bool fits = shape.size() == declared.shape.size();
  for (std::size_t d = 0; fits && d < shape.size(); ++d)
    fits = declared.shape[d] < 0 || declared.shape[d] == shape[d];
  if (fits) return {};
  return fail("shape {} given, {} declared (-1: any)", to_text(shape), to_text(declared.shape));
}

std::size_t stored_count(const Tensor& tensor) {
  return std::visit([](const auto& values) { return values.size(); }, tensor.data);
}

Result<void> check_value(const GraphValue& declared, const Tensor& value) {
  if (value.is_float() != declared.is_float)
    return fail("must be of {} type", declared.is_float ? "a floating" : "an integer");
  FIXGATE_CHECK(check_dimensions(declared, value.shape));
  FIXGATE_CHECK(check_shape(value.shape, kElementLimit));
  if (stored_count(value) != static_cast<std::size_t>(element_count(value.shape)))
    return fail("{} values for the shape {}", stored_count(value), to_text(value.shape));
  return {};
}

Result<void> check_inputs(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  for (const GraphValue& declared : graph.inputs) {
    const auto found = inputs.find(declared.name);
    if (found == inputs.end()) return fail("graph input '{}' is missing", declared.name);
    if (auto result = check_value(declared, found->second); !result)
      return tl::make_unexpected(result.error().within(fmt::format("graph input '{}'", declared.name)));
  }
  for (const auto& [name, tensor] : inputs)
    if (std::ranges::find(graph.inputs, name, &GraphValue::name) == graph.inputs.end())
      return fail("'{}' is not an input of the graph", name);
  return {};
}

}  // namespace

Result<std::map<std::string, Tensor>> Executor::run(const std::map<std::string, Tensor>& inputs) const {
  FIXGATE_CHECK(check_inputs(graph_, inputs));
  std::vector<const Tensor*> given;
  for (const GraphValue& input : graph_.inputs) given.push_back(&inputs.at(input.name));
  RunBudget budget;
  FIXGATE_ASSIGN(auto outputs, run_graph(graph_, given, {kElementLimit, 0, &budget}));
  std::map<std::string, Tensor> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) results[graph_.outputs[i].name] = std::move(outputs[i]);
  return results;
}

}  // namespace fixgate
