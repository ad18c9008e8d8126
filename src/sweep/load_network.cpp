#include "sweep/load_network.h"

#include "network/fold.h"
#include "network/lower.h"

namespace fixgate {
namespace {

Result<void> fold(Graph& graph) {
  FIXGATE_CHECK(fold_constants(graph));
  return fold_initial_states(graph);
}

}  // namespace

Result<Graph> load_graph(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(Graph graph, import_onnx(path));
  if (const auto folded = fold(graph); !folded)
    return tl::make_unexpected(folded.error().within(path.string()));
  return graph;
}

Result<ExaminedModel> examine_graph(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(ExaminedModel examined, examine_onnx(path));
  if (!examined) return examined;
  if (const auto folded = fold(*examined); !folded) return tl::make_unexpected(Refusals{folded.error()});
  return examined;
}

Result<Network> load_network(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const Graph graph, load_graph(path));
  auto network = lower(graph);
  if (!network) return tl::make_unexpected(network.error().within(path.string()));
  return network;
}

}  // namespace fixgate
