// The choice of an engine's geometry by the cycle model.
#pragma once

#include <cstdint>
#include <optional>

#include "hardware/timing.h"

namespace fixgate {

/// A layer as the choice sees it.
struct EngineDemand {
  EngineShape shape;
  EngineLatency latency;
};

/// What a geometry costs.
struct GeometryPrice {
  int multiplier = 1;  // each
  int slice = 0;       // each

  [[nodiscard]] std::int64_t of(const EngineGeometry& geometry) const {
    return std::int64_t{multiplier} * geometry.multipliers() + std::int64_t{slice} * geometry.slices;
  }
};

/// Cycles from one step to the next with the streams to and from the engine, which carry one element a cycle.
std::int64_t stream_cycles_per_step(const EngineDemand& demand, const EngineGeometry& geometry);

/// Multipliers beyond this number would have nothing to do.
std::int64_t most_multipliers(const EngineShape& shape);

/// At most `multipliers` of them, all put to use as far as they divide: the fewest slices within 5 % of the
/// fewest cycles, and no more multipliers than these need. A row is split only when there are more
/// multipliers than rows.
EngineGeometry geometry_of_multipliers(const EngineDemand& demand, int multipliers);

/// The cheapest that takes a step in at most `cycles`, by default that of the fewest multipliers; none: there
/// is no such geometry.
std::optional<EngineGeometry> geometry_of_cycles(const EngineDemand& demand, std::int64_t cycles,
                                                 const GeometryPrice& price = {});

/// The fewest cycles that any geometry takes.
std::int64_t fewest_cycles(const EngineDemand& demand);

}  // namespace fixgate
