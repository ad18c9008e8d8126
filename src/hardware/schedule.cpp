#include "hardware/schedule.h"

#include <algorithm>

namespace fixgate {
namespace {

int divide_up(int value, int by) {
  return (value + by - 1) / by;
}

}  // namespace

std::vector<int> EngineShape::gates_by_pass() const {
  if (kind == EngineKind::Lstm) return {4};
  if (kind == EngineKind::Dense) return {1};
  if (linear_before_reset) return {3};
  return {2, 1};
}

int Schedule::groups() const {
  int count = 0;
  for (const Pass& pass : passes) count += pass.groups;
  return count;
}

int Schedule::rows() const {
  int count = 0;
  for (const Pass& pass : passes) count += pass.rows;
  return count;
}

int Schedule::slice_words(const EngineGeometry& geometry) const {
  return divide_up(slice_units, geometry.split);
}

Schedule make_schedule(const EngineShape& shape, const EngineGeometry& geometry) {
  Schedule schedule;
  schedule.slice_units = divide_up(shape.outputs, geometry.slices);
  schedule.x_words = divide_up(shape.inputs, geometry.split);
  schedule.hidden_words = shape.is_recurrent() ? geometry.slices * schedule.slice_words(geometry) : 0;
  schedule.lanes = geometry.lanes;
  for (const int gates : shape.gates_by_pass()) {
    const int rows = gates * schedule.slice_units;
    schedule.passes.push_back({rows, divide_up(rows, geometry.lanes)});
  }
  return schedule;
}

std::vector<int> possible_slices(const EngineShape& shape) {
  std::vector<int> slices;
  const int most = shape.is_recurrent() ? shape.outputs : 1;
  for (int count = 1; count <= most; ++count)
    if ((count - 1) * divide_up(shape.outputs, count) < shape.outputs) slices.push_back(count);
  return slices;
}

}  // namespace fixgate
