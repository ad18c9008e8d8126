#include "network/fold.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "network/known_sizes.h"
#include "network/operators/operators.h"
#include "network/taken_branches.h"

namespace fixgate {
namespace {

constexpr std::int64_t kFoldedElements = std::int64_t{1}
                                         << 27;  // of all folded values together: 512 MiB of floats

/// Identity, or Dropout with nothing but its data (training_mode given would have to be looked at).
bool passes_on(const Node& node) {
  const bool dropout = node.op_type == "Dropout" && (node.inputs.size() < 3 || node.inputs[2].empty()) &&
                       (node.outputs.size() < 2 || node.outputs[1].empty());
  return node.op_type == "Identity" || dropout;
}

/// Readers of an Identity's output read its input; a graph output keeps its node.
void bypass_identities(Graph& graph) {
  std::unordered_set<std::string> outputs;
  for (const GraphValue& output : graph.outputs) outputs.insert(output.name);
  std::map<std::string, std::string> sources;
  for (Node& node : graph.nodes) {
    for (std::string& input : node.inputs)
      if (const auto source = sources.find(input); source != sources.end()) input = source->second;
    if (passes_on(node) && !outputs.contains(node.outputs[0])) sources[node.outputs[0]] = node.inputs[0];
  }
}

bool is_finite(const Tensor& tensor) {
  return !tensor.is_float() ||
         std::ranges::all_of(tensor.floats(), [](float value) { return std::isfinite(value); });
}

class Folder {
 public:
  explicit Folder(Graph& graph) : graph_(graph), sizes_(graph), branches_(graph) {}

  Result<void> run() {
    std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& node : nodes) FIXGATE_CHECK(visit(std::move(node)));
    return {};
  }

 private:
  /// The nodes of a branch that is taken for certain stand in the If's place.
  Result<void> visit(Node node) {
    if (node.op_type == "If" && graph_.constants.contains(node.inputs[0])) {
      FIXGATE_ASSIGN(std::vector<Node> nodes, branches_.take(node));
      for (Node& inner : nodes) FIXGATE_CHECK(visit(std::move(inner)));
      return {};
    }
    FIXGATE_ASSIGN(const bool folded, fold(node));
    if (!folded) graph_.nodes.push_back(std::move(node));
    return {};
  }

  Result<bool> fold(const Node& node) {
    if (has_constant_inputs(node)) {
      FIXGATE_CHECK(fold_evaluated(node));
      return true;
    }
    sizes_.learn(node);
    auto value = node.outputs.size() == 1 ? sizes_.known_value(node.outputs[0]) : std::nullopt;
    if (!value) return false;
    FIXGATE_CHECK(add(node, node.outputs[0], std::move(*value)));
    return true;
  }

  [[nodiscard]] bool has_constant_inputs(const Node& node) const {
    return std::ranges::all_of(node.inputs, [&](const std::string& name) {
      return name.empty() || graph_.constants.contains(name);
    });
  }

  Result<void> fold_evaluated(const Node& node) {
    OperatorCall call{node, graph_.operator_set, {}, budget_, kFoldedElements, &run_budget_};
    for (const std::string& name : node.inputs)
      call.inputs.push_back(name.empty() ? nullptr : &graph_.constants.at(name));
    FIXGATE_ASSIGN(Outputs outputs, evaluate(call));
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      if (!node.outputs[i].empty()) FIXGATE_CHECK(add(node, node.outputs[i], std::move(outputs[i])));
    return {};
  }

  Result<void> add(const Node& node, const std::string& name, Tensor tensor) {
    if (!is_finite(tensor))
      return fail("{}: its constant value '{}' is NaN or infinite", describe(node), name);
    budget_ -= element_count(tensor.shape);
    if (budget_ < 0)
      return fail(
          "{}: the constants that the graph computes have more than {} elements in all, which is the limit",
          describe(node), kFoldedElements);
    graph_.constants[name] = std::move(tensor);
    return {};
  }

  Graph& graph_;
  KnownSizes sizes_;
  TakenBranches branches_;
  RunBudget run_budget_;
  std::int64_t budget_ = kFoldedElements;
};

}  // namespace

Result<void> fold_constants(Graph& graph) {
  bypass_identities(graph);
  remove_unused(graph);
  FIXGATE_CHECK(Folder(graph).run());
  bypass_identities(graph);  // of branches
  remove_unused(graph);
  return {};
}

}  // namespace fixgate
