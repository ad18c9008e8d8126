#include "program/reading.h"

#include <algorithm>

namespace fixgate::program {
namespace {

Result<void> check_offset(const Program& program, const Read& read, ClockRelation relation) {
  const Tick& tick = read.tick;
  const std::string name = full_name(program, program.values[read.value]);
  const bool is_end = tick.from != Tick::From::Here;
  if (relation == ClockRelation::Ended) {
    if (!is_end) return fail("{} is read once, after its end: say [first] or [last]", name);
    const bool is_inside = tick.from == Tick::From::First ? tick.offset >= 0 : tick.offset <= 0;
    if (!is_inside) return fail("{} is read beyond its ends", name);
    return {};
  }
  if (is_end)
    return fail("{} has no first or last tick here: its clock does not end before the reader runs", name);
  const bool is_single = relation == ClockRelation::Enclosing || relation == ClockRelation::Once;
  if (is_single && tick.offset != 0) return fail("{} has no other tick here than its own", name);
  return {};
}

}  // namespace

Result<ClockRelation> relation_between(const Program& program, ClockId reader, ClockId value) {
  const Clock& clock = program.clocks[reader];
  if (reader == value) return ClockRelation::Same;
  if (clock.kind == ClockKind::Strided && clock.parent == value) return ClockRelation::Strided;
  if (clock.kind == ClockKind::Once && clock.parent == value) return ClockRelation::Ended;
  if (std::ranges::count(enclosing_clocks(program, reader), value) > 0) return ClockRelation::Enclosing;
  if (program.clocks[value].kind == ClockKind::Once) return ClockRelation::Once;
  return fail("a statement on clock {} cannot read a value on clock {}", clock.name,
              program.clocks[value].name);
}

Result<void> check_read(const Program& program, const Layer& layer, const Read& read) {
  const Value& value = program.values[read.value];
  FIXGATE_ASSIGN(const ClockRelation relation, relation_between(program, layer.clock, value.clock));
  FIXGATE_CHECK(check_offset(program, read, relation));
  const auto state = state_of(program, read.value);
  if (state && read.tick.from == Tick::From::Here && read.tick.offset < -program.states[*state].depth)
    return fail("{} is read {} ticks back, and its state remembers {}", full_name(program, value),
                -read.tick.offset, program.states[*state].depth);
  return {};
}

TickOrder::TickOrder(const Program& program, const Layer& layer, const TickCounts& counts)
    : count_(counts[layer.clock]),
      group_(count_),
      is_reverse_(layer.is_reverse),
      is_inner_(program.clocks[layer.clock].kind == ClockKind::Inner) {
  if (is_inner_) group_ = program.clocks[layer.clock].factor;
}

std::int64_t TickOrder::first_of_group(std::int64_t position) const {
  return is_inner_ ? position - position % group_ : 0;
}

}  // namespace fixgate::program
