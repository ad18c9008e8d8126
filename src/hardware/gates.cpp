#include "hardware/gates.h"

#include <algorithm>

#include "hardware/descriptor.h"
#include "hardware/network_parts.h"

namespace fixgate {
namespace {

constexpr std::size_t kCandidate = 2;  // GRU's gate h

}  // namespace

int gate_width(const FixedChain& network, const FixedCell& cell) {
  int width = 0;
  for (const int gate : cell.signals.gate)
    width = std::max(width, travelling_width(format_of(network, gate)));
  return width;
}

std::vector<std::uint32_t> gate_classes(const FixedChain& network, const FixedRecurrent& layer,
                                        const AlignedSums& sums) {
  const FixedCell& cell = layer.cells.front();
  const auto pre = [&](std::size_t gate) {
    return signal_descriptor(signal_of(network, cell.signals.pre_activation[gate]),
                             sums.gates[gate].fraction);
  };
  const auto same = [&](std::size_t a, std::size_t b) {
    if (layer.kind == CellKind::Gru && (a == kCandidate || b == kCandidate)) return a == b;
    return pre(a) == pre(b) &&
           table_of(network, cell.gates[a].table) == table_of(network, cell.gates[b].table);
  };
  std::vector<std::uint32_t> classes;
  for (std::size_t gate = 0; gate < cell.gates.size(); ++gate) {
    std::size_t first = 0;
    while (!same(first, gate)) ++first;
    classes.push_back(static_cast<std::uint32_t>(first));
  }
  return classes;
}

}  // namespace fixgate
