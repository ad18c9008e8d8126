// Cycles and area of a network as hardware, predicted.
#pragma once

#include "explore/bench.h"

namespace fixgate {

/// Sets cycles (a step) and multiplier bits: over all multipliers, the widest weight of their engine's layer
/// times the widest signal it multiplies with. That is the area of an array multiplier but for a constant;
/// memory is the footprint. Errors: what hardware cannot hold, or not that fast.
Result<void> predict_hardware(const program::FixedNetwork& network, const HardwareRequest& request,
                              Figures& figures);

}  // namespace fixgate
