#include "network/executor.h"

#include <algorithm>

#include "network/operators/arguments.h"
#include "network/operators/operators.h"

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

/// The values known so far and how many readers each still has, so that a value goes when its last reader is
/// done.
class Values {
 public:
  Values(const Graph& graph, const std::map<std::string, Tensor>& inputs) : graph_(graph), inputs_(inputs) {
    for (const Node& node : graph.nodes)
      for (const std::string& name : node.inputs) ++readers_[name];
    for (const GraphValue& output : graph.outputs) ++readers_[output.name];
  }

  [[nodiscard]] const Tensor* find(const std::string& name) const {
    for (const auto* values : {&computed_, &inputs_, &graph_.constants})
      if (const auto found = values->find(name); found != values->end()) return &found->second;
    return nullptr;
  }

  void store(const Node& node, Outputs outputs) {
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      if (!node.outputs[i].empty() && readers_.contains(node.outputs[i]))
        computed_[node.outputs[i]] = std::move(outputs[i]);
    for (const std::string& name : node.inputs)
      if (--readers_[name] == 0) computed_.erase(name);
  }

 private:
  const Graph& graph_;
  const std::map<std::string, Tensor>& inputs_;
  std::map<std::string, Tensor> computed_;
  std::map<std::string, std::size_t> readers_;
};

Result<Outputs> evaluate_node(const Node& node, std::int64_t operator_set, const Values& values) {
  OperatorCall call{node, operator_set, {}};
  for (const std::string& name : node.inputs) {
    const Tensor* tensor = name.empty() ? nullptr : values.find(name);
    if (tensor == nullptr && !name.empty()) return fail("{}: input '{}' has no value", describe(node), name);
    call.inputs.push_back(tensor);
  }
  return evaluate(call);
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
  Values values(graph_, inputs);
  for (const Node& node : graph_.nodes) {
    FIXGATE_ASSIGN(Outputs outputs, evaluate_node(node, graph_.operator_set, values));
    values.store(node, std::move(outputs));
  }
  std::map<std::string, Tensor> results;
  for (const GraphValue& output : graph_.outputs) {
    const Tensor* tensor = values.find(output.name);
    if (tensor == nullptr) return fail("graph output '{}' has no value", output.name);
    results[output.name] = *tensor;
  }
  return results;
}

}  // namespace fixgate
