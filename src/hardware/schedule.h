// How the rows and columns of an engine are cut into passes, groups and words, and how many cycles that
// takes: docs/hardware.md.
#pragma once

#include <vector>

#include "hardware/accelerator.h"

namespace fixgate {

/// What the schedule needs to know of a layer.
struct EngineShape {
  EngineKind kind = EngineKind::Lstm;
  bool linear_before_reset = false;  // GRU
  int inputs = 1;
  int outputs = 1;

  [[nodiscard]] bool is_recurrent() const { return kind == EngineKind::Lstm || kind == EngineKind::Gru; }
  /// GRU with linear_before_reset = 0: gate h needs r * h of all units.
  [[nodiscard]] bool has_second_pass() const { return kind == EngineKind::Gru && !linear_before_reset; }
  /// Rows of a unit (dense: of an output) in each pass.
  [[nodiscard]] std::vector<int> gates_by_pass() const;
};

/// Rows that are summed one after the other in groups of `lanes`; the last group may be incomplete.
struct Pass {
  int rows = 0;
  int groups = 0;

  friend bool operator==(const Pass&, const Pass&) = default;
};

/// The words that an engine issues in a step: for each group first those of x, then those of the hidden
/// state.
struct Schedule {
  int slice_units = 1;   // units of a slice; those beyond the layer's in the last slice are padding
  int x_words = 1;       // words of x a group
  int hidden_words = 0;  // words of the hidden state a group, of all slices
  int lanes = 1;
  std::vector<Pass> passes;  // of each slice

  [[nodiscard]] int words_per_group() const { return x_words + hidden_words; }
  [[nodiscard]] int groups() const;
  [[nodiscard]] int rows() const;
  /// Words of the hidden state that one slice holds.
  [[nodiscard]] int slice_words(const EngineGeometry& geometry) const;
};

Schedule make_schedule(const EngineShape& shape, const EngineGeometry& geometry);

/// Numbers of slices in which every slice has a unit of its own to work on, ascending.
std::vector<int> possible_slices(const EngineShape& shape);

}  // namespace fixgate
