// Finds the integers that a statement reads: a value at a tick, a state's memory, or nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "program/fixed_network.h"
#include "program/reading.h"
#include "simulate/integer_matrix.h"

namespace fixgate::program {

using Integers = std::vector<std::int64_t>;

/// What every state remembers: its last ticks, the latest one first.
using Memory = IdVector<StateId, std::vector<Integers>>;

/// The integers of every value at every tick: [ticks, size].
using ValueTicks = IdVector<ValueId, IntegerMatrix>;

/// What a read finds. Outside of the sequence: zeros.
struct Found {
  std::span<const std::int64_t> integers;
  bool is_outside = false;
};

/// Reads for one layer, while it runs.
class TickReader {
 public:
  /// All outlive this. `memory` is that of before the run; `initial` that of a sequence's beginning.
  TickReader(const Program& program, const Layer& layer, const ValueTicks& values, const Memory& memory,
             const Memory& initial, const TickCounts& counts);

  /// What `read` finds at the layer's `position`-th tick.
  [[nodiscard]] Found find(const Read& read, std::int64_t position) const;

  [[nodiscard]] const TickOrder& order() const { return order_; }

 private:
  [[nodiscard]] Found at_tick(ValueId value, std::int64_t tick) const;
  [[nodiscard]] Found outside(ValueId value) const;
  [[nodiscard]] Found same_clock(const Read& read, std::int64_t position) const;
  /// `back` ticks, at least one, before the first one that was run.
  [[nodiscard]] Found remembered(ValueId value, std::int64_t back, const Memory& memory) const;

  const Program& program_;
  const Layer& layer_;
  const ValueTicks& values_;
  const Memory& memory_;
  const Memory& initial_;
  const TickCounts& counts_;
  TickOrder order_;
  IdVector<ValueId, std::optional<StateId>> state_of_;
  Integers zeros_;
};

}  // namespace fixgate::program
