// Which tick of a value a statement reads: docs/numerics.md, "Clocks".
#pragma once

#include <cstdint>
#include <optional>

#include "diagnostic/error.h"
#include "program/program.h"

namespace fixgate::program {

/// How the clock of a reader stands to that of the value that it reads.
enum class ClockRelation {
  Same,       // the same tick, or one before or after it
  Strided,    // the reader has a tick every so many ticks of the value
  Ended,      // the reader runs once, after the value's last tick
  Enclosing,  // the reader's ticks lie within a tick of the value
  Once,       // the value exists once; every tick reads it
};

/// Error: a statement on clock `reader` cannot read a value on clock `value`.
Result<ClockRelation> relation_between(const Program& program, ClockId reader, ClockId value);

/// Errors: the clocks do not fit; an offset where there can be none; a later tick of the reader's own layer;
/// an earlier one than the value's state remembers.
Result<void> check_read(const Program& program, const Layer& layer, const Read& read);

/// Ticks of every clock, given those of the Step clocks; by ClockId.
using TickCounts = IdVector<ClockId, std::int64_t>;

/// The order in which a layer runs its ticks: from first to last, or backwards. On an inner clock backwards
/// means within each tick of the parent.
class TickOrder {
 public:
  TickOrder(const Program& program, const Layer& layer, const TickCounts& counts);

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// The tick that the layer runs as its `position`-th, and back.
  [[nodiscard]] std::int64_t tick_at(std::int64_t position) const {
    if (!is_reverse_) return position;
    const std::int64_t first = position - position % group_;
    return first + group_ - 1 - position % group_;
  }
  /// The first position within the same tick of the parent; on other clocks 0.
  [[nodiscard]] std::int64_t first_of_group(std::int64_t position) const;

 private:
  std::int64_t count_;
  std::int64_t group_;  // ticks that are run backwards together; all of them unless the clock is inner
  bool is_reverse_;
  bool is_inner_;
};

}  // namespace fixgate::program
