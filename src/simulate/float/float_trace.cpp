#include "simulate/float/float_trace.h"

#include <algorithm>
#include <utility>

namespace fixgate::program {

const float* FloatTrace::row(const ReadPath& path, const TickOrder& order, std::int64_t position) const {
  const Place place = path.at(position, order, counts);
  switch (place.kind) {
    case Place::Kind::Tick:
      return values[path.read().value].row(place.index).data();
    case Place::Kind::Before:
      return before[*path.state()].row(place.index - 1).data();
    case Place::Kind::Initial:
      return initial[*path.state()].row(place.index - 1).data();
    case Place::Kind::Outside:
      break;
  }
  return nullptr;
}

FloatMatrix FloatTrace::rows(const ReadPath& path, const TickOrder& order, std::int64_t first,
                             std::int64_t count) const {
  const Eigen::Index size = values[path.read().value].cols();
  FloatMatrix found = FloatMatrix::Zero(count, size);
  for (std::int64_t k = 0; k < count; ++k)
    if (const float* from = row(path, order, first + k)) std::copy_n(from, size, found.row(k).data());
  return found;
}

FloatTrace empty_trace(const Program& program, std::span<const Sequence> inputs, TickCounts counts,
                       FloatMemory before, FloatMemory initial) {
  FloatTrace trace{std::move(counts), {}, std::move(before), std::move(initial)};
  for (const Value& value : program.values)
    trace.values.add(FloatMatrix::Zero(trace.counts[value.clock], value.size));
  const std::vector<ValueId> entered = inputs_of(program);
  for (std::size_t k = 0; k < entered.size(); ++k) {
    if (!program.values[entered[k]].vocabulary) continue;
    for (std::size_t tick = 0; tick < inputs[k].tokens.size(); ++tick)
      trace.values[entered[k]](static_cast<Eigen::Index>(tick), 0) =
          static_cast<float>(inputs[k].tokens[tick]);
  }
  return trace;
}

}  // namespace fixgate::program
