// Pools over the positions of a vector and over ticks.
#pragma once

#include <vector>

#include "blocks/layer_writer.h"
#include "blocks/windows.h"
#include "diagnostic/error.h"

namespace fixgate::blocks {

/// A pool of a vector [channels, axes...], each channel for itself.
struct Pool {
  int channels = 1;
  WindowAxes axes;          // over positions
  std::vector<Read> ticks;  // that fall into a window over time; else the one that is read
};

/// The largest element of every window; positions and ticks that do not exist are left out.
ValueId add_max_pool(LayerWriter& layer, const Pool& pool);

/// The mean of every window: a sum times a constant. What is outside counts as zero with `counts_padding`; else it
/// is left out of the count of positions. Error: ticks with padding (`time`) that is left out, as their number
/// changes from step to step.
Result<ValueId> add_average_pool(LayerWriter& layer, const Pool& pool, bool counts_padding,
                                 const std::optional<WindowAxis>& time = std::nullopt);

}  // namespace fixgate::blocks
