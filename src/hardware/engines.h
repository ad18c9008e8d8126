// From a network's layers to engines.
#pragma once

#include <vector>

#include "hardware/geometry.h"

namespace fixgate {

/// One engine a layer, Select left out, geometries not yet chosen. Error: a layer that hardware does not
/// support, or names that SystemVerilog cannot tell apart.
Result<std::vector<Engine>> list_engines(const FixedChain& network);

/// Sets the accelerator's network and engines. Error: a layer that hardware does not know, by name.
Result<void> set_network(program::FixedNetwork network, Accelerator& accelerator);

/// Of an engine that is no embedding.
EngineShape shape_of(const FixedChain& network, const Engine& engine);
EngineDemand demand_of(const FixedChain& network, const Engine& engine);

/// The layer of an engine.
inline const FixedLayer& layer_of(const FixedChain& network, const Engine& engine) {
  return network.layers[static_cast<std::size_t>(engine.layer)];
}

}  // namespace fixgate
