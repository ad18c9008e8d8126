#include "numeric/weight_matrix.h"

#include <numeric>

namespace fixgate {

std::int64_t WeightMatrix::stored_bits() const {
  if (row_widths.empty()) return code().stored_bits(static_cast<std::int64_t>(values.size()));
  return std::accumulate(row_widths.begin(), row_widths.end(), std::int64_t{0}) * columns;
}

double WeightMatrix::mean_width() const {
  if (row_widths.empty()) return width;
  return static_cast<double>(stored_bits()) / static_cast<double>(values.size());
}

}  // namespace fixgate
