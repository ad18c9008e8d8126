#include "network/lower.h"

#include "network/lowering/lowering.h"

namespace fixgate {

Result<Network> lower(const Graph& graph) {
  auto network = Lowering(graph).run();
  if (!network) return tl::make_unexpected(network.error().front());
  return std::move(*network);
}

std::vector<Error> find_refusals(const Graph& graph) {
  const auto network = Lowering(graph).run();
  return network ? std::vector<Error>{} : network.error();
}

}  // namespace fixgate
