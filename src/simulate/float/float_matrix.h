// A program's matrices, ready to multiply real vectors.
#pragma once

#include <vector>

#include "program/float_network.h"
#include "simulate/float/float_values.h"

namespace fixgate::program {

/// One matrix of any shape, with what is derived from it once.
class FloatMatrixProduct {
 public:
  /// `weights` outlives this.
  FloatMatrixProduct(const Matrix& matrix, const FloatMatrix& weights);

  /// The matrix times each row of `operand` [rows, inputs]: [rows, outputs].
  [[nodiscard]] FloatMatrix times(const FloatRowsView& operand) const;
  /// For each row of `by_product` [rows, outputs], which is a derivative by the product: that by the operand,
  /// [rows, inputs].
  [[nodiscard]] FloatMatrix transposed_times(const FloatMatrix& by_product, Eigen::Index inputs) const;

  [[nodiscard]] const FloatMatrix& weights() const { return *weights_; }

  /// Of a slide: one tap of an output element.
  struct Weighted {
    int output;
    int input;
    int row;
    int column;
  };
  [[nodiscard]] const std::vector<Weighted>& taps() const { return taps_; }

 private:
  [[nodiscard]] FloatMatrix dense(const FloatRowsView& operand) const;
  [[nodiscard]] FloatMatrix slid(const FloatRowsView& operand) const;
  /// Of a diagonal: the weight of each of `size` elements.
  [[nodiscard]] Eigen::RowVectorXf diagonal(Eigen::Index size) const;

  const FloatMatrix* weights_;
  std::variant<Dense, Diagonal, Slide> shape_;
  FloatMatrix transposed_;      // of a dense matrix
  std::vector<Weighted> taps_;  // of a slide
};

}  // namespace fixgate::program
