#include "hardware/layout.h"

#include <algorithm>

namespace fixgate {
namespace {

constexpr int kUpdateGate = 0;     // GRU's z
constexpr int kResetGate = 1;      // GRU's r
constexpr int kCandidateGate = 2;  // GRU's h

}  // namespace

std::vector<SliceRow> list_rows(const EngineShape& shape, const Schedule& schedule) {
  std::vector<SliceRow> rows;
  if (shape.has_second_pass()) {
    for (const int gate : {kResetGate, kUpdateGate, kCandidateGate})
      for (int unit = 0; unit < schedule.slice_units; ++unit) rows.push_back({gate, unit});
    return rows;
  }
  const int gates = shape.gates_by_pass().front();
  for (int unit = 0; unit < schedule.slice_units; ++unit)
    for (int gate = 0; gate < gates; ++gate) rows.push_back({gate, unit});
  return rows;
}

std::vector<RowGroup> list_groups(const Schedule& schedule) {
  std::vector<RowGroup> groups;
  int pass_begin = 0;
  for (const Pass& pass : schedule.passes) {
    for (int first = 0; first < pass.rows; first += schedule.lanes)
      groups.push_back({pass_begin + first, std::min(schedule.lanes, pass.rows - first)});
    pass_begin += pass.rows;
  }
  return groups;
}

std::vector<int> list_input_columns(const EngineShape& shape, const EngineGeometry& geometry) {
  const Schedule schedule = make_schedule(shape, geometry);
  const int count = schedule.x_words * geometry.split;
  std::vector<int> columns;
  columns.reserve(static_cast<std::size_t>(count));
  for (int column = 0; column < count; ++column) columns.push_back(column < shape.inputs ? column : -1);
  return columns;
}

std::vector<int> list_hidden_columns(const EngineShape& shape, const EngineGeometry& geometry) {
  const Schedule schedule = make_schedule(shape, geometry);
  std::vector<int> columns;
  if (!shape.is_recurrent()) return columns;
  for (int slice = 0; slice < geometry.slices; ++slice)
    for (int unit = 0; unit < schedule.slice_words(geometry) * geometry.split; ++unit)
      columns.push_back(unit < schedule.slice_units ? unit_of(shape, schedule, slice, unit) : -1);
  return columns;
}

int unit_of(const EngineShape& shape, const Schedule& schedule, int slice, int unit) {
  const int index = slice * schedule.slice_units + unit;
  return index < shape.outputs ? index : -1;
}

}  // namespace fixgate
