#include "network/lower.h"

#include "network/lowering/lowering.h"

namespace fixgate {

LoweredGraph lower_what_can_be(const Graph& graph) {
  return Lowering(graph).run();
}

Result<Network> lower(const Graph& graph) {
  LoweredGraph lowered = lower_what_can_be(graph);
  if (!lowered.refusals.empty()) return tl::make_unexpected(lowered.refusals.front());
  return std::move(lowered.network);
}

}  // namespace fixgate
