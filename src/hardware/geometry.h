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

/// Cycles from one step to the next with the streams to and from the engine, which carry one element a cycle.
std::int64_t stream_cycles_per_step(const EngineDemand& demand, const EngineGeometry& geometry);

/// Multipliers beyond this number would have nothing to do.
std::int64_t most_multipliers(const EngineShape& shape);

/// At most `multipliers` of them, all put to use as far as they divide: the fewest slices within 5 % of the
/// fewest cycles, and no more multipliers than these need. A row is split only when there are more
/// multipliers than rows.
EngineGeometry geometry_of_multipliers(const EngineDemand& demand, int multipliers);

/// The fewest multipliers that take a step in at most `cycles`; none: there is no such geometry.
std::optional<EngineGeometry> geometry_of_cycles(const EngineDemand& demand, std::int64_t cycles);

/// The fewest cycles that any geometry takes.
std::int64_t fewest_cycles(const EngineDemand& demand);

}  // namespace fixgate
