#include "program/remembered.h"

namespace fixgate::program {

std::vector<Place> remembered_after(const Program& program, StateId id, const TickCounts& counts) {
  const State& state = program.states[id];
  const Value& value = program.values[state.value];
  Layer in_order;
  in_order.clock = value.clock;
  if (value.layer) in_order.is_reverse = program.layers[*value.layer].is_reverse;
  const TickOrder order(program, in_order, counts);
  std::vector<Place> places;
  for (std::int64_t back = 1; back <= state.depth; ++back) {
    const std::int64_t position = order.count() - back;
    if (state.is_fresh)
      places.push_back({Place::Kind::Initial, back});
    else if (position >= 0)
      places.push_back({Place::Kind::Tick, order.tick_at(position)});
    else
      places.push_back({Place::Kind::Before, -position});
  }
  return places;
}

}  // namespace fixgate::program
