#include "fixed/fixed_chain.h"

#include <algorithm>

namespace fixgate {
namespace {

// What a layer hands on, given what it gets.
struct Carried {
  int signal;
  int count;
};

struct Step {
  const FixedChain& network;
  Carried carried;

  Carried operator()(const FixedEmbedding& layer) const {
    return {layer.output_signal, network.weights[static_cast<std::size_t>(layer.weights)].columns};
  }
  Carried operator()(const FixedRecurrent& layer) const {
    return {layer.output_signal, layer.hidden * static_cast<int>(layer.cells.size())};
  }
  Carried operator()(const FixedDense& layer) const {
    return {layer.output_signal, network.weights[static_cast<std::size_t>(layer.weights)].rows};
  }
  Carried operator()(const FixedSelect&) const { return carried; }
};

Carried last_carried(const FixedChain& network) {
  Carried carried{network.input_signal, network.inputs};
  for (const FixedLayer& layer : network.layers) carried = std::visit(Step{network, carried}, layer);
  return carried;
}

}  // namespace

int output_signal(const FixedChain& network) {
  return last_carried(network).signal;
}

int output_count(const FixedChain& network) {
  return last_carried(network).count;
}

bool outputs_every_step(const FixedChain& network) {
  return std::none_of(network.layers.begin(), network.layers.end(),
                      [](const FixedLayer& layer) { return std::holds_alternative<FixedSelect>(layer); });
}

const std::string& layer_name(const FixedLayer& layer) {
  return std::visit([](const auto& one) -> const std::string& { return one.name; }, layer);
}

std::string cell_prefix(const FixedRecurrent& layer, const FixedCell& cell) {
  if (layer.cells.size() < 2) return layer.name + '.';
  return layer.name + (cell.reverse ? ".reverse." : ".forward.");
}

}  // namespace fixgate
