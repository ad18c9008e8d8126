// A matrix of a program times a vector, exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "program/fixed_network.h"
#include "simulate/reference/row_products.h"

namespace fixgate::program {

/// out[e] = the sum of the row's weights times the elements that they meet, at the row's fraction plus the
/// input's.
class MatrixTimes {
 public:
  /// `matrix` and `weights` outlive this; `size` is the number of elements of the product.
  MatrixTimes(const Matrix& matrix, const WeightMatrix& weights, const Format& input, int size);

  void multiply(std::span<const std::int64_t> input, std::span<std::int64_t> output) const;
  /// All ticks at once, over all threads: [ticks, elements].
  [[nodiscard]] IntegerMatrix multiply(const IntegerMatrix& inputs) const;

 private:
  void multiply_diagonal(std::span<const std::int64_t> input, std::span<std::int64_t> output) const;
  void multiply_slid(std::span<const std::int64_t> input, std::span<std::int64_t> output) const;

  const Matrix& matrix_;
  const WeightMatrix& weights_;
  int size_;
  std::optional<RowProducts> dense_;
  std::vector<OutputTaps> taps_;  // of a slide, by element
};

}  // namespace fixgate::program
