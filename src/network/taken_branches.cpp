#include "network/taken_branches.h"

#include "network/operators/bodies.h"

namespace fixgate {
namespace {

/// `wanted`, or with a number behind it the first that is free; it is taken then.
std::string claim(std::unordered_set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int serial = 1; !taken.insert(name).second; ++serial) name = fmt::format("{}:{}", wanted, serial);
  return name;
}

Node identity(const Node& of, const std::string& from, const std::string& to) {
  Node node{of.name, "Identity", {from}, {to}, {}};
  node.unnamed_position = of.unnamed_position;
  return node;
}

}  // namespace

TakenBranches::TakenBranches(Graph& graph) : graph_(graph) {
  for (const GraphValue& input : graph.inputs) values_.insert(input.name);
  for (const auto& [name, tensor] : graph.constants) values_.insert(name);
  for (const Node& node : graph.nodes) {
    values_.insert(node.outputs.begin(), node.outputs.end());
    nodes_.insert(node.name);
  }
}

Result<Body> TakenBranches::branch_of(const Node& node) const {
  const Tensor& condition = graph_.constants.at(node.inputs[0]);
  if (condition.is_float() || condition.integers().size() != 1) return fail("the condition must be one bool");
  FIXGATE_CHECK(check_bodies(node));
  return body_of(node, condition.integers()[0] != 0 ? "then_branch" : "else_branch");
}

/// What the branch captures has the graph's names, its outputs those of the node where the branch makes them.
TakenBranches::Names TakenBranches::name_values(const Node& node, const Graph& branch) {
  Names names;
  for (std::size_t i = 0; i < branch.inputs.size(); ++i) names[branch.inputs[i].name] = node.inputs[i + 1];
  for (const auto& [name, tensor] : branch.constants) names.emplace(name, claim(values_, name));
  std::map<std::string, std::string> outputs;
  for (std::size_t i = 0; i < branch.outputs.size(); ++i)
    if (!node.outputs[i].empty()) outputs.emplace(branch.outputs[i].name, node.outputs[i]);
  for (const Node& inner : branch.nodes)
    for (const std::string& name : inner.outputs) {
      if (name.empty()) continue;
      const auto output = outputs.find(name);
      names.emplace(name, output != outputs.end() ? output->second : claim(values_, name));
    }
  return names;
}

Result<std::vector<Node>> TakenBranches::take(const Node& node) {
  const auto branch = branch_of(node);
  if (!branch) return tl::make_unexpected(branch.error().within(describe(node)));
  const Names names = name_values(node, **branch);
  for (const auto& [name, tensor] : (*branch)->constants) graph_.constants[names.at(name)] = tensor;
  const auto renamed = [&](std::vector<std::string>& values) {
    for (std::string& value : values)
      if (!value.empty()) value = names.at(value);
  };
  std::vector<Node> nodes = (*branch)->nodes;
  for (Node& inner : nodes) {
    inner.name = claim(nodes_, inner.name);
    renamed(inner.inputs);
    renamed(inner.outputs);
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    const std::string& made = names.at((*branch)->outputs[i].name);
    if (!node.outputs[i].empty() && made != node.outputs[i])
      nodes.push_back(identity(node, made, node.outputs[i]));
  }
  return nodes;
}

}  // namespace fixgate
