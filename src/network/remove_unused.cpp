#include <algorithm>
#include <unordered_set>

#include "network/fold.h"

namespace fixgate {

void remove_unused(Graph& graph) {
  std::unordered_set<std::string> needed;
  for (const GraphValue& output : graph.outputs) needed.insert(output.name);
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const auto is_needed = [&](const std::string& name) { return !name.empty() && needed.contains(name); };
    if (std::ranges::none_of(node->outputs, is_needed)) continue;
    needed.insert(node->inputs.begin(), node->inputs.end());
    kept.push_back(std::move(*node));
  }
  std::ranges::reverse(kept);
  graph.nodes = std::move(kept);
  std::erase_if(graph.constants, [&](const auto& constant) { return !needed.contains(constant.first); });
}

}  // namespace fixgate
