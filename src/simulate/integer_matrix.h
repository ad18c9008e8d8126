// Integers of a value over its ticks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fixgate {

/// Row-major integers [rows, columns].
struct IntegerMatrix {
  int rows = 0;
  int columns = 0;
  std::vector<std::int64_t> values;

  IntegerMatrix() = default;
  IntegerMatrix(int row_count, int column_count)
      : rows(row_count),
        columns(column_count),
        values(static_cast<std::size_t>(row_count) * static_cast<std::size_t>(column_count)) {}

  [[nodiscard]] std::span<std::int64_t> row(int index) {
    return {values.data() + static_cast<std::size_t>(index) * static_cast<std::size_t>(columns),
            static_cast<std::size_t>(columns)};
  }
  [[nodiscard]] std::span<const std::int64_t> row(int index) const {
    return {values.data() + static_cast<std::size_t>(index) * static_cast<std::size_t>(columns),
            static_cast<std::size_t>(columns)};
  }
};

}  // namespace fixgate
