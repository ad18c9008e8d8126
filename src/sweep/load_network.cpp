#include "sweep/load_network.h"

#include "import/onnx.h"
#include "network/fold.h"
#include "network/lower.h"

namespace fixgate {

Result<Graph> load_graph(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(Graph graph, import_onnx(path));
  auto folded = fold_constants(graph);
  if (folded) folded = fold_initial_states(graph);
  if (!folded) return tl::make_unexpected(folded.error().within(path.string()));
  return graph;
}

Result<Network> load_network(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const Graph graph, load_graph(path));
  auto network = lower(graph);
  if (!network) return tl::make_unexpected(network.error().within(path.string()));
  return network;
}

}  // namespace fixgate
