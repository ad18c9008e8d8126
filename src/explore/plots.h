// The plots of a search (SVG).
#pragma once

#include <string>

#include "explore/explore.h"

namespace fixgate {

/// Footprint against the metric: every trial, the front, the chosen plan, float, and what the source claims
/// for the same task.
std::string plot_tradeoff(const Exploration& found, const Limits& limits);

/// The grid of uniform widths as a heat map; empty unless the trials hold one.
std::string plot_grid(const Exploration& found);

/// What each dimension does alone at each of its levels; empty unless the trials hold it.
std::string plot_sensitivity(const Exploration& found);

}  // namespace fixgate
