// What the user demands of the chosen plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "explore/figures.h"

namespace fixgate {

struct Limits {
  std::optional<double> max_loss;       // of Figures::loss_bound
  std::optional<double> max_footprint;  // of Figures::footprint
  std::optional<std::int64_t> max_cycles;
};

/// By how much the figures break the limits: 0 if they keep all, else the sum of the relative excesses (of
/// the loss: in percent of one).
double violation(const Limits& limits, const Figures& figures);

/// The options whose limits the figures break, as the user typed them: "--max-loss 0.5%".
std::vector<std::string> broken_limits(const Limits& limits, const Figures& figures);

/// The usable, complete figures that keep all limits and are the smallest; without max_loss those of least
/// loss. None: none keeps them.
std::optional<std::size_t> choose(const Limits& limits, const std::vector<Figures>& all);

/// Why choose() found none: what excludes how many, and the nearest point.
Error explain_no_choice(const Limits& limits, const std::vector<Figures>& all);

}  // namespace fixgate
