#include "explore/hardware_figures.h"

#include <algorithm>

#include "hardware/accelerator.h"
#include "network/overloaded.h"

namespace fixgate {
namespace {

int weight_width(const FixedChain& network, int weights) {
  return network.weights[static_cast<std::size_t>(weights)].width;
}

int signal_width(const FixedChain& network, int signal) {
  return signal < 0 ? 0 : network.signals[static_cast<std::size_t>(signal)].format.format.width;
}

/// Widest weight x widest factor of a layer.
std::int64_t product_bits(const FixedChain& network, const FixedLayer& layer) {
  int weight = 0;
  int factor = 0;
  const auto dense = [&](const FixedDense& one) {
    weight = weight_width(network, one.weights);
    factor = signal_width(network, one.input_signal);
  };
  const auto recurrent = [&](const FixedRecurrent& one) {
    factor = signal_width(network, one.input_signal);
    for (const FixedCell& cell : one.cells) {
      factor = std::max({factor, signal_width(network, cell.signals.hidden),
                         signal_width(network, cell.signals.reset_hidden)});
      for (const FixedGate& gate : cell.gates)
        weight = std::max({weight, weight_width(network, gate.input_weights),
                           weight_width(network, gate.recurrent_weights)});
    }
  };
  std::visit(Overloaded{dense, recurrent, [](const auto&) {}}, layer);
  return std::int64_t{weight} * factor;
}

}  // namespace

Result<void> predict_hardware(const program::FixedNetwork& network, const HardwareRequest& request,
                              Figures& figures) {
  AcceleratorOptions options;
  options.name = "explored";
  if (request.lanes) options.lanes = {{"", *request.lanes}};
  options.cycles_per_step = request.cycles_per_step;
  FIXGATE_ASSIGN(const Accelerator accelerator, design_accelerator(network, options));
  figures.cycles = cycles_per_step(accelerator);
  figures.multiplier_bits = 0;
  for (const Engine& engine : accelerator.engines)
    if (engine.kind != EngineKind::Embedding)
      figures.multiplier_bits +=
          product_bits(accelerator.network,
                       accelerator.network.layers[static_cast<std::size_t>(engine.layer)]) *
          engine.geometry.multipliers();
  return {};
}

}  // namespace fixgate
