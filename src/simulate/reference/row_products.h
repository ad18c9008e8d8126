// Exact products of a weight matrix with vectors of a signal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "numeric/format.h"
#include "numeric/weight_matrix.h"
#include "simulate/integer_matrix.h"

namespace fixgate {

/// out[row] = sum of W[row, k] * x[k], an integer at fraction row_fractions[row] + input fraction.
/// Where the proof of width allows 16-bit factors and 32-bit sums, those are used: the sum is the same exact
/// integer.
class RowProducts {
 public:
  /// `weights` outlives this.
  RowProducts(const WeightMatrix& weights, const Format& input);

  /// `inputs` [steps, columns] to [steps, rows]; long sequences are split over threads.
  [[nodiscard]] IntegerMatrix multiply(const IntegerMatrix& inputs) const;
  void multiply(std::span<const std::int64_t> input, std::span<std::int64_t> output) const;

  [[nodiscard]] int rows() const { return weights_.rows; }
  /// Fraction of row `index` of the product.
  [[nodiscard]] int fraction(int index) const {
    return weights_.row_fractions[static_cast<std::size_t>(index)] + input_fraction_;
  }

 private:
  void multiply_steps(const IntegerMatrix& inputs, int first, int count, IntegerMatrix& outputs) const;

  const WeightMatrix& weights_;
  int input_fraction_;
  std::vector<std::int16_t> narrow_;  // the weights again; empty where the proof does not allow it
};

}  // namespace fixgate
