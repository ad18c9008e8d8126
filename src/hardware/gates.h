// What the gates of a cell have in common in hardware.
#pragma once

#include <cstdint>
#include <vector>

#include "hardware/aligned_sums.h"

namespace fixgate {

/// The width in which the gates' values travel: that of the widest.
int gate_width(const FixedChain& network, const FixedCell& cell);

/// For each gate the first one with the same table behind the same pre-activation, which it shares.
std::vector<std::uint32_t> gate_classes(const FixedChain& network, const FixedRecurrent& layer,
                                        const AlignedSums& sums);

}  // namespace fixgate
