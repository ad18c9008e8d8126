// The outputs of sequences that ran together.
#pragma once

#include <tbb/scalable_allocator.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "simulate/integer_matrix.h"

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
    values_ = allocate(first_rows_.back() * column_count());
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
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // do not see into TBB's allocator
  using Values = std::unique_ptr<std::int64_t[]>;

  static Values allocate(std::size_t count) {
    return std::make_unique_for_overwrite<std::int64_t[]>(count);
  }
#else
  struct Free {
    void operator()(std::int64_t* values) const { scalable_free(values); }
  };
  using Values = std::unique_ptr<std::int64_t[], Free>;

  // Keeps what is freed: a text's outputs (40 MB for 512 words of 10,000 logits) come from the system once,
  // not at every piece.
  static Values allocate(std::size_t count) {
    void* values = scalable_malloc(std::max<std::size_t>(count, 1) * sizeof(std::int64_t));
    if (values == nullptr) throw std::bad_alloc();
    return Values(static_cast<std::int64_t*>(values));
  }
#endif

  [[nodiscard]] std::size_t column_count() const {
    return static_cast<std::size_t>(columns_);
  }
  [[nodiscard]] std::size_t row_count(std::size_t sequence) const {
    return first_rows_[sequence + 1] - first_rows_[sequence];
  }

  int columns_ = 0;
  std::vector<std::size_t> first_rows_;  // one more than sequences
  Values values_;
};

}  // namespace fixgate
