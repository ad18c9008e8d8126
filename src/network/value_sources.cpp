#include "network/value_sources.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "network/recurrent_shapes.h"

namespace fixgate {
namespace {

// The value that is moved is input 0.
bool only_moves(const Node& node) {
  static const std::unordered_set<std::string> kMoves = {
      "Identity", "Slice", "Gather", "Squeeze", "Unsqueeze", "Split", "Transpose", "Reshape", "Cast"};
  return kMoves.contains(node.op_type);
}

}  // namespace

ValueSources::ValueSources(const Graph& graph) : graph_(graph) {
  for (const Node& node : graph.nodes)
    for (const std::string& output : node.outputs) producers_.emplace(output, &node);
}

const Node* ValueSources::producer_of(const std::string& value) const {
  const auto found = value.empty() ? producers_.end() : producers_.find(value);
  return found == producers_.end() ? nullptr : found->second;
}

std::optional<std::string> ValueSources::moved_input(const std::string& value) const {
  std::string source = value;
  for (const Node* node = producer_of(source); node != nullptr; node = producer_of(source)) {
    if (!only_moves(*node)) return {};
    source = node->inputs.front();
  }
  if (std::ranges::find(graph_.inputs, source, &GraphValue::name) == graph_.inputs.end()) return {};
  return source;
}

bool ValueSources::is_moved_state(const std::string& value) const {
  std::unordered_set<std::string> seen{value};
  std::vector<std::string> open{value};
  while (!open.empty()) {
    const std::string one = std::move(open.back());
    open.pop_back();
    const Node* node = producer_of(one);
    if (node == nullptr) return false;
    if (is_recurrent(*node)) {
      if (node->outputs.front() == one) return false;
      continue;
    }
    const bool joins = node->op_type == "Concat";
    if (!joins && !only_moves(*node)) return false;
    for (std::size_t part = 0; part < (joins ? node->inputs.size() : 1); ++part)
      if (seen.insert(node->inputs[part]).second) open.push_back(node->inputs[part]);
  }
  return true;
}

}  // namespace fixgate
