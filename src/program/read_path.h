// The tick that a read finds at each position of its layer: docs/numerics.md, "Reads" and "States".
#pragma once

#include <cstdint>
#include <optional>

#include "program/reading.h"

namespace fixgate::program {

/// Where a read finds its integers.
struct Place {
  enum class Kind {
    Tick,     // at tick `index` of the value
    Before,   // what its state remembered before the call, `index` ticks back, from 1 on
    Initial,  // the same of a sequence's beginning
    Outside   // nowhere: zeros in sums, left out of max and min
  };
  Kind kind = Kind::Outside;
  std::int64_t index = 0;
};

/// One read of one layer, with all that does not depend on the number of ticks worked out beforehand.
class ReadPath {
 public:
  /// `layer` and `read` are verified; `program` outlives this.
  ReadPath(const Program& program, const Layer& layer, const Read& read);

  /// Where the read finds its value at the layer's `position`-th tick; `order` is the layer's order, and
  /// `counts` are the ticks it was made from.
  [[nodiscard]] Place at(std::int64_t position, const TickOrder& order, const TickCounts& counts) const {
    const std::int64_t wanted = position + read_.tick.offset;
    if (is_flat_ && wanted >= 0 && wanted < order.count()) return {Place::Kind::Tick, order.tick_at(wanted)};
    return find(position, order, counts);
  }

  [[nodiscard]] const Read& read() const { return read_; }
  [[nodiscard]] std::optional<StateId> state() const { return state_; }

 private:
  [[nodiscard]] Place find(std::int64_t position, const TickOrder& order, const TickCounts& counts) const;
  [[nodiscard]] Place same_clock(std::int64_t position, const TickOrder& order, std::int64_t ticks) const;
  [[nodiscard]] Place remembered(std::int64_t back, Place::Kind kind) const;

  Read read_;
  ClockId clock_;  // of the value
  ClockRelation relation_;
  std::optional<StateId> state_;
  bool is_flat_ = false;     // on the reader's own clock, which is no inner one
  bool is_bounded_;          // no tick before the first one of the group is read
  std::int64_t group_ = 0;   // ticks of a group on an inner clock; else 0
  std::int64_t factor_ = 1;  // Strided: ticks of the value to one of the layer; Enclosing: the inverse
};

}  // namespace fixgate::program
