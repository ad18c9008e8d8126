// The results of one network as a plot (SVG).
#pragma once

#include <string>
#include <vector>

#include "sweep/records.h"

namespace fixgate {

/// Footprint of the whole model against the metric: a colour for each preset, the points of one width of
/// activations joined by a line, plans of their own by name. `records` are of one network, one or more. What
/// loses much more than the rest is left out, and counted.
std::string plot_results(const std::vector<SweepRecord>& records);

}  // namespace fixgate
