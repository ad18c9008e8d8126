#include "network/lower.h"

#include "network/lowering/lowering.h"

namespace fixgate {

Result<Network> lower(const Graph& graph) {
  return Lowering(graph).run();
}

}  // namespace fixgate
