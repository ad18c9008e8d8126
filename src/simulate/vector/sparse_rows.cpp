#include "simulate/vector/sparse_rows.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace fixgate::program {
namespace {

OutputTaps dense_taps(int row, int columns) {
  OutputTaps taps{row, {}};
  for (int column = 0; column < columns; ++column) taps.taps.push_back({column, column});
  return taps;
}

/// One column of a block.
struct BlockColumn {
  std::array<std::int32_t, kSparseBlock> weights{};
  std::array<std::optional<std::int32_t>, kSparseBlock> inputs{};
};

/// The input that element `first` would read if each read the next one, or the same one, `step` being 1 or 0;
/// nothing if they do not, or would read beyond the ends.
std::optional<std::int32_t> regular_input(const BlockColumn& column, std::int32_t step, std::size_t size) {
  std::optional<std::int32_t> first;
  for (std::size_t k = 0; k < kSparseBlock; ++k) {
    if (!column.inputs[k]) continue;
    const std::int32_t begin = *column.inputs[k] - step * static_cast<std::int32_t>(k);
    if (first && *first != begin) return {};
    first = begin;
  }
  const std::int64_t last = std::int64_t{*first} + step * static_cast<std::int64_t>(kSparseBlock - 1);
  if (*first < 0 || last >= static_cast<std::int64_t>(size)) return {};
  return first;
}

class SparseWriter {
 public:
  explicit SparseWriter(SparseRows& rows) : rows_(rows) {}

  void add(const BlockColumn& column) {
    SparseStep step;
    if (const auto same = regular_input(column, 0, rows_.inputs_size)) {
      step = {SparseStep::Kind::Same, *same, 0};
    } else if (const auto next = regular_input(column, 1, rows_.inputs_size)) {
      step = {SparseStep::Kind::Next, *next, 0};
    } else {
      step = {SparseStep::Kind::Any, 0, rows_.inputs.size()};
      for (const auto& input : column.inputs) rows_.inputs.push_back(input.value_or(0));
    }
    rows_.steps.push_back(step);
    rows_.weights.insert(rows_.weights.end(), column.weights.begin(), column.weights.end());
  }

 private:
  SparseRows& rows_;
};

}  // namespace

SparseRows sparse_rows_of(const Matrix& matrix, const WeightMatrix& weights, int size) {
  const auto* slide = std::get_if<Slide>(&matrix.shape);
  SparseRows rows;
  rows.size = static_cast<std::size_t>(size);
  rows.inputs_size = static_cast<std::size_t>(slide != nullptr ? slide->input_size() : matrix.columns);
  SparseWriter writer(rows);
  for (std::size_t first = 0; first < rows.size; first += kSparseBlock) {
    rows.first_steps.push_back(rows.steps.size());
    std::map<int, BlockColumn> columns;
    for (std::size_t k = 0; k < std::min(kSparseBlock, rows.size - first); ++k) {
      const int element = static_cast<int>(first + k);
      const OutputTaps taps =
          slide != nullptr ? taps_of(*slide, element) : dense_taps(element, matrix.columns);
      for (const Tap& tap : taps.taps) {
        columns[tap.column].inputs[k] = tap.input;
        columns[tap.column].weights[k] = weights.row(taps.row)[static_cast<std::size_t>(tap.column)];
      }
    }
    for (const auto& [index, column] : columns) writer.add(column);
  }
  rows.first_steps.push_back(rows.steps.size());
  return rows;
}

}  // namespace fixgate::program
