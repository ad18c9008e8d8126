#include "simulate/reference/tick_reader.h"

#include <algorithm>

namespace fixgate::program {

TickReader::TickReader(const Program& program, const Layer& layer, const ValueTicks& values,
                       const Memory& memory, const Memory& initial, const TickCounts& counts)
    : program_(program),
      layer_(layer),
      values_(values),
      memory_(memory),
      initial_(initial),
      counts_(counts),
      order_(program, layer, counts),
      state_of_(program.values.size(), std::nullopt) {
  for (const StateId id : program.states.ids()) state_of_[program.states[id].value] = id;
  int largest = 0;
  for (const Value& value : program.values) largest = std::max(largest, value.size);
  zeros_.resize(static_cast<std::size_t>(largest));
}

Found TickReader::find(const Read& read, std::int64_t position) const {
  const ClockId clock = program_.values[read.value].clock;
  const std::int64_t last = counts_[clock] - 1;
  switch (*relation_between(program_, layer_.clock, clock)) {
    case ClockRelation::Same:
      return same_clock(read, position);
    case ClockRelation::Strided: {
      const std::int64_t tick = position * program_.clocks[layer_.clock].factor + read.tick.offset;
      return tick < 0 ? remembered(read.value, -tick, memory_) : at_tick(read.value, tick);
    }
    case ClockRelation::Ended:
      return at_tick(read.value, (read.tick.from == Tick::From::First ? 0 : last) + read.tick.offset);
    case ClockRelation::Enclosing: {
      std::int64_t tick = order_.tick_at(position);
      for (ClockId at = layer_.clock; at != clock; at = *program_.clocks[at].parent)
        tick /= program_.clocks[at].factor;
      return at_tick(read.value, tick);
    }
    case ClockRelation::Once:
      return at_tick(read.value, 0);
  }
  return outside(read.value);
}

Found TickReader::same_clock(const Read& read, std::int64_t position) const {
  const std::int64_t wanted = position + read.tick.offset;
  const std::int64_t group = order_.first_of_group(position);
  const auto state = state_of_[read.value];
  const bool is_bounded = !state || program_.states[*state].is_fresh;
  if (is_bounded && wanted < group) return remembered(read.value, group - wanted, initial_);
  if (wanted < 0) return remembered(read.value, -wanted, memory_);
  const bool is_inner = program_.clocks[layer_.clock].kind == ClockKind::Inner;
  const std::int64_t end = is_inner ? group + program_.clocks[layer_.clock].factor : order_.count();
  if (wanted >= end) return outside(read.value);
  return at_tick(read.value, order_.tick_at(wanted));
}

Found TickReader::at_tick(ValueId value, std::int64_t tick) const {
  if (tick < 0 || tick >= values_[value].rows) return outside(value);
  return {values_[value].row(static_cast<int>(tick))};
}

Found TickReader::outside(ValueId value) const {
  return {std::span(zeros_).first(static_cast<std::size_t>(program_.values[value].size)), true};
}

Found TickReader::remembered(ValueId value, std::int64_t back, const Memory& memory) const {
  const auto state = state_of_[value];
  if (!state) return outside(value);
  return {memory[*state][static_cast<std::size_t>(back) - 1]};
}

}  // namespace fixgate::program
