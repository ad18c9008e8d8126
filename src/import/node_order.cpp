#include "import/node_order.h"

#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace fixgate {
namespace {

/// From a value's name to what makes it: a node's position, or kGiven for graph inputs and constants.
class Producers {
 public:
  static constexpr std::size_t kGiven = static_cast<std::size_t>(-1);

  Result<void> add(const std::string& value, std::size_t producer) {
    if (value.empty() || positions_.emplace(value, producer).second) return {};
    return fail("value '{}' has two producers", value);
  }

  Result<std::size_t> find(const std::string& value) const {
    const auto found = positions_.find(value);
    if (found == positions_.end()) return fail("value '{}' is used but nothing produces it", value);
    return found->second;
  }

 private:
  std::unordered_map<std::string, std::size_t> positions_;
};

Result<Producers> find_producers(const Graph& graph) {
  Producers producers;
  for (const GraphValue& input : graph.inputs) FIXGATE_CHECK(producers.add(input.name, Producers::kGiven));
  for (const auto& [name, tensor] : graph.constants) FIXGATE_CHECK(producers.add(name, Producers::kGiven));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const std::string& output : graph.nodes[i].outputs)
      if (auto result = producers.add(output, i); !result)
        return tl::make_unexpected(result.error().within(describe(graph.nodes[i])));
  return producers;
}

/// Kahn's algorithm on node positions, the smallest position first.
struct Dependencies {
  std::vector<std::size_t> open;  // producers that a node still waits for, one per use
  std::vector<std::vector<std::size_t>> readers;
};

Result<Dependencies> find_dependencies(const Graph& graph, const Producers& producers) {
  Dependencies result{std::vector<std::size_t>(graph.nodes.size(), 0),
                      std::vector<std::vector<std::size_t>>(graph.nodes.size())};
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& input : graph.nodes[i].inputs) {
      if (input.empty()) continue;
      const auto producer = producers.find(input);
      if (!producer) return tl::make_unexpected(producer.error().within(describe(graph.nodes[i])));
      if (*producer == Producers::kGiven) continue;
      ++result.open[i];
      result.readers[*producer].push_back(i);
    }
  }
  return result;
}

Result<std::vector<std::size_t>> topological_order(const Graph& graph, Dependencies dependencies) {
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (dependencies.open[i] == 0) ready.push(i);
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    order.push_back(node);
    for (const std::size_t reader : dependencies.readers[node])
      if (--dependencies.open[reader] == 0) ready.push(reader);
  }
  for (std::size_t i = 0; i < graph.nodes.size() && order.size() < graph.nodes.size(); ++i)
    if (dependencies.open[i] > 0)
      return fail("{} is part of a cycle or depends on one", describe(graph.nodes[i]));
  return order;
}

}  // namespace

Result<void> order_nodes(Graph& graph) {
  FIXGATE_ASSIGN(const Producers producers, find_producers(graph));
  for (const GraphValue& output : graph.outputs)
    if (auto found = producers.find(output.name); !found)
      return fail("graph output: {}", found.error().message);
  FIXGATE_ASSIGN(Dependencies dependencies, find_dependencies(graph, producers));
  FIXGATE_ASSIGN(const auto order, topological_order(graph, std::move(dependencies)));
  std::vector<Node> nodes;
  for (const std::size_t position : order) nodes.push_back(std::move(graph.nodes[position]));
  graph.nodes = std::move(nodes);
  return {};
}

}  // namespace fixgate
