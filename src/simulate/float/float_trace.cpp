#include "simulate/float/float_trace.h"

#include <algorithm>
#include <utility>

#include "simulate/float/float_reading.h"

namespace fixgate::program {

const float* FloatTrace::row(const ReadPath& path, const TickOrder& order, std::int64_t position) const {
  return row_at({values, before, initial}, path, path.at(position, order, counts));
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
  for (std::size_t k = 0; k < entered.size(); ++k)
    if (program.values[entered[k]].vocabulary) trace.values[entered[k]] = token_numbers(inputs[k]);
  return trace;
}

}  // namespace fixgate::program
