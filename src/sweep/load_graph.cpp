#include "sweep/load_graph.h"

#include "network/fold.h"

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

}  // namespace fixgate
