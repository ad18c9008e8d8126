// Integer weight matrices: docs/numerics.md, section 4.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "numeric/weight_code.h"

namespace fixgate {

/// Signed integers [rows, columns] of one encoding; value = q * 2^-row_fractions[row].
struct WeightMatrix {
  std::string name;  // "<layer>.W_i", "<layer>.R_i", "<layer>.forward.W_i", "<layer>.table", "<layer>.W"
  int rows = 0;
  int columns = 0;
  int width = 8;                     // bits of the encoding, of the widest row
  std::vector<std::int32_t> values;  // row-major
  std::vector<int> row_fractions;    // one a row
  WeightEncoding encoding = WeightEncoding::Integer;
  std::vector<int> row_widths = {};  // one a row, of plain integers alone; empty: `width`

  [[nodiscard]] WeightCode code() const { return {encoding, width}; }
  [[nodiscard]] WeightCode row_code(std::size_t row) const {
    return {encoding, row_widths.empty() ? width : row_widths[row]};
  }
  /// What the weights take in memory, in bits.
  [[nodiscard]] std::int64_t stored_bits() const;
  [[nodiscard]] double mean_width() const;  // of the rows
  [[nodiscard]] std::span<const std::int32_t> row(int index) const {
    return {values.data() + static_cast<std::size_t>(index) * static_cast<std::size_t>(columns),
            static_cast<std::size_t>(columns)};
  }
  friend bool operator==(const WeightMatrix&, const WeightMatrix&) = default;
};

}  // namespace fixgate
