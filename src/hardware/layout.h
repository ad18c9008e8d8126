// Which weight stands where in an engine's memories: docs/hardware.md.
#pragma once

#include <vector>

#include "hardware/schedule.h"

namespace fixgate {

/// A row of a slice: of a gate (in ONNX's order; dense: 0), for a unit of the slice (dense: an output).
struct SliceRow {
  int gate = 0;
  int unit = 0;

  friend bool operator==(const SliceRow&, const SliceRow&) = default;
};

/// Rows that are summed at once, by index into the row list.
struct RowGroup {
  int first = 0;
  int rows = 0;

  friend bool operator==(const RowGroup&, const RowGroup&) = default;
};

/// The rows of a slice in the order in which their totals leave: unit by unit, its gates in ONNX's order;
/// with a second pass r of all units, z of all units, then h of all units.
std::vector<SliceRow> list_rows(const EngineShape& shape, const Schedule& schedule);

/// The groups of all passes, first to last.
std::vector<RowGroup> list_groups(const Schedule& schedule);

/// For each element of each word of x: its column of the W matrices; -1: none.
std::vector<int> list_input_columns(const EngineShape& shape, const EngineGeometry& geometry);

/// For each element of each word of the hidden state, slice after slice: the unit; -1: none.
std::vector<int> list_hidden_columns(const EngineShape& shape, const EngineGeometry& geometry);

/// The layer's unit that unit `unit` of slice `slice` is; -1: padding.
int unit_of(const EngineShape& shape, const Schedule& schedule, int slice, int unit);

}  // namespace fixgate
