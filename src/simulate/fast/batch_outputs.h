// The outputs of sequences that ran together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "simulate/reference/simulator.h"

namespace fixgate {

/// Row-major integers [rows, columns] that stand elsewhere.
struct IntegerView {
  IntegerView(int row_count, int column_count, std::span<const std::int64_t> all)
      : rows(row_count), columns(column_count), values(all) {}
  IntegerView(const IntegerMatrix& matrix)  // NOLINT: a matrix may stand wherever a view is read
      : IntegerView(matrix.rows, matrix.columns, matrix.values) {}

  int rows;
  int columns;
  std::span<const std::int64_t> values;
};

/// One matrix [rows, columns] a sequence, all in one array: an allocation for each takes as long as several
/// steps of a small network.
class BatchOutputs {
 public:
  BatchOutputs() = default;
  /// `rows` by sequence. The integers are not set.
  BatchOutputs(const std::vector<int>& rows, int columns) : columns_(columns), first_rows_{0} {
    first_rows_.reserve(rows.size() + 1);
    for (const int count : rows) first_rows_.push_back(first_rows_.back() + static_cast<std::size_t>(count));
    values_ = std::make_unique_for_overwrite<std::int64_t[]>(first_rows_.back() * column_count());
  }

  [[nodiscard]] std::size_t size() const { return first_rows_.empty() ? 0 : first_rows_.size() - 1; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] IntegerView operator[](std::size_t sequence) const {
    return {static_cast<int>(row_count(sequence)),
            columns_,
            {values_.get() + first_rows_[sequence] * column_count(), row_count(sequence) * column_count()}};
  }
  /// To be written to.
  [[nodiscard]] std::span<std::int64_t> values(std::size_t sequence) {
    return {values_.get() + first_rows_[sequence] * column_count(), row_count(sequence) * column_count()};
  }

 private:
  [[nodiscard]] std::size_t column_count() const { return static_cast<std::size_t>(columns_); }
  [[nodiscard]] std::size_t row_count(std::size_t sequence) const {
    return first_rows_[sequence + 1] - first_rows_[sequence];
  }

  int columns_ = 0;
  std::vector<std::size_t> first_rows_;  // one more than sequences
  std::unique_ptr<std::int64_t[]> values_;
};

}  // namespace fixgate
