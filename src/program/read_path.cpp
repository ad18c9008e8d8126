#include "program/read_path.h"

namespace fixgate::program {
namespace {

Place at_tick(std::int64_t tick, std::int64_t ticks) {
  if (tick < 0 || tick >= ticks) return {};
  return {Place::Kind::Tick, tick};
}

/// Ticks of the reader's clock to one of the enclosing clock.
std::int64_t enclosed_ticks(const Program& program, ClockId reader, ClockId value) {
  std::int64_t factor = 1;
  for (ClockId at = reader; at != value; at = *program.clocks[at].parent) factor *= program.clocks[at].factor;
  return factor;
}

}  // namespace

ReadPath::ReadPath(const Program& program, const Layer& layer, const Read& read)
    : read_(read),
      clock_(program.values[read.value].clock),
      relation_(*relation_between(program, layer.clock, clock_)),
      state_(state_of(program, read.value)),
      is_bounded_(!state_ || program.states[*state_].is_fresh) {
  const Clock& clock = program.clocks[layer.clock];
  if (clock.kind == ClockKind::Inner) group_ = clock.factor;
  is_flat_ = relation_ == ClockRelation::Same && group_ == 0;
  if (relation_ == ClockRelation::Strided) factor_ = clock.factor;
  if (relation_ == ClockRelation::Enclosing) factor_ = enclosed_ticks(program, layer.clock, clock_);
}

Place ReadPath::find(std::int64_t position, const TickOrder& order, const TickCounts& counts) const {
  const std::int64_t ticks = counts[clock_];
  switch (relation_) {
    case ClockRelation::Same:
      return same_clock(position, order, ticks);
    case ClockRelation::Strided: {
      const std::int64_t tick = position * factor_ + read_.tick.offset;
      return tick < 0 ? remembered(-tick, Place::Kind::Before) : at_tick(tick, ticks);
    }
    case ClockRelation::Ended:
      return at_tick((read_.tick.from == Tick::From::First ? 0 : ticks - 1) + read_.tick.offset, ticks);
    case ClockRelation::Enclosing:
      return at_tick(order.tick_at(position) / factor_, ticks);
    case ClockRelation::Once:
      break;
  }
  return at_tick(0, ticks);
}

Place ReadPath::same_clock(std::int64_t position, const TickOrder& order, std::int64_t ticks) const {
  const std::int64_t wanted = position + read_.tick.offset;
  const std::int64_t group = group_ == 0 ? 0 : order.first_of_group(position);
  if (is_bounded_ && wanted < group) return remembered(group - wanted, Place::Kind::Initial);
  if (wanted < 0) return remembered(-wanted, Place::Kind::Before);
  const std::int64_t end = group_ == 0 ? order.count() : group + group_;
  if (wanted >= end) return {};
  return at_tick(order.tick_at(wanted), ticks);
}

Place ReadPath::remembered(std::int64_t back, Place::Kind kind) const {
  if (!state_) return {};
  return {kind, back};
}

}  // namespace fixgate::program
