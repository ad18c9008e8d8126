#include "network/run_graph.h"

#include <string>
#include <unordered_map>

namespace fixgate {
namespace {

/// The values known so far and how many readers each still has, so that a value goes when its last reader is
/// done.
class Values {
 public:
  Values(const Graph& graph, const std::vector<const Tensor*>& inputs) : graph_(graph) {
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs_[graph.inputs[i].name] = inputs[i];
    for (const Node& node : graph.nodes)
      for (const std::string& name : node.inputs) ++readers_[name];
    for (const GraphValue& output : graph.outputs) ++readers_[output.name];
  }

  [[nodiscard]] const Tensor* find(const std::string& name) const {
    if (const auto found = computed_.find(name); found != computed_.end()) return &found->second;
    if (const auto found = inputs_.find(name); found != inputs_.end()) return found->second;
    const auto constant = graph_.constants.find(name);
    return constant == graph_.constants.end() ? nullptr : &constant->second;
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
  std::unordered_map<std::string, const Tensor*> inputs_;
  std::unordered_map<std::string, Tensor> computed_;
  std::unordered_map<std::string, std::size_t> readers_;
};

Result<Outputs> evaluate_node(const Node& node, const Graph& graph, const RunLimits& limits,
                              const Values& values) {
  OperatorCall call{node, graph.operator_set, {}, limits.element_limit, limits.shared_limit, limits.budget};
  for (const std::string& name : node.inputs) {
    const Tensor* tensor = name.empty() ? nullptr : values.find(name);
    if (tensor == nullptr && !name.empty()) return fail("{}: input '{}' has no value", describe(node), name);
    call.inputs.push_back(tensor);
  }
  return evaluate(call);
}

}  // namespace

Result<std::vector<Tensor>> run_graph(const Graph& graph, const std::vector<const Tensor*>& inputs,
                                      const RunLimits& limits) {
  if (inputs.size() != graph.inputs.size())
    return fail("{} values for the graph's {} inputs", inputs.size(), graph.inputs.size());
  Values values(graph, inputs);
  for (const Node& node : graph.nodes) {
    FIXGATE_ASSIGN(Outputs outputs, evaluate_node(node, graph, limits, values));
    values.store(node, std::move(outputs));
  }
  std::vector<Tensor> results;
  for (const GraphValue& output : graph.outputs) {
    const Tensor* tensor = values.find(output.name);
    if (tensor == nullptr) return fail("graph output '{}' has no value", output.name);
    results.push_back(*tensor);
  }
  return results;
}

}  // namespace fixgate
