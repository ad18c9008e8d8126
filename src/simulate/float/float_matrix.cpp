#include "simulate/float/float_matrix.h"

#include <algorithm>

#include "parallel/for_each_index.h"
#include "simulate/float_product.h"

namespace fixgate::program {
namespace {

// Rows of one task; fixed, so that results do not depend on the number of threads.
constexpr Eigen::Index kRowsPerTask = 64;

template <typename Work>
void for_blocks(Eigen::Index rows, Work work) {
  const Eigen::Index tasks = (rows + kRowsPerTask - 1) / kRowsPerTask;
  parallel_for_each_index(static_cast<std::size_t>(tasks), [&](std::size_t task) {
    const Eigen::Index first = static_cast<Eigen::Index>(task) * kRowsPerTask;
    work(first, std::min(kRowsPerTask, rows - first));
  });
}

}  // namespace

FloatMatrixProduct::FloatMatrixProduct(const Matrix& matrix, const FloatMatrix& weights)
    : weights_(&weights), shape_(matrix.shape) {
  if (std::holds_alternative<Dense>(shape_)) transposed_ = weights.transpose();
  const auto* slide = std::get_if<Slide>(&shape_);
  for (int output = 0; slide != nullptr && output < slide->output_size(); ++output) {
    const OutputTaps its = taps_of(*slide, output);
    for (const Tap& tap : its.taps) taps_.push_back({output, tap.input, its.row, tap.column});
  }
}

FloatMatrix FloatMatrixProduct::times(const FloatRowsView& operand) const {
  if (std::holds_alternative<Dense>(shape_)) return dense(operand);
  if (std::holds_alternative<Slide>(shape_)) return slid(operand);
  return (operand.array().rowwise() * diagonal(operand.cols()).array()).matrix();
}

Eigen::RowVectorXf FloatMatrixProduct::diagonal(Eigen::Index size) const {
  const Eigen::Index inner = std::get<Diagonal>(shape_).inner;
  Eigen::RowVectorXf elements(size);
  for (Eigen::Index e = 0; e < size; ++e) elements[e] = (*weights_)(e / inner % weights_->rows(), 0);
  return elements;
}

FloatMatrix FloatMatrixProduct::dense(const FloatRowsView& operand) const {
  if (operand.rows() == 1) {
    FloatMatrix made(1, weights_->rows());
    made.row(0).transpose().noalias() = *weights_ * operand.row(0).transpose();
    return made;
  }
  FloatMatrix made(operand.rows(), weights_->rows());
  for_blocks(operand.rows(), [&](Eigen::Index first, Eigen::Index count) {
    made.middleRows(first, count) = product(operand.middleRows(first, count), transposed_);
  });
  return made;
}

FloatMatrix FloatMatrixProduct::slid(const FloatRowsView& operand) const {
  FloatMatrix made = FloatMatrix::Zero(operand.rows(), std::get<Slide>(shape_).output_size());
  for_blocks(operand.rows(), [&](Eigen::Index first, Eigen::Index count) {
    for (Eigen::Index row = first; row < first + count; ++row) {
      const float* from = operand.data() + row * operand.cols();
      float* to = made.data() + row * made.cols();
      for (const Weighted& tap : taps_) to[tap.output] += (*weights_)(tap.row, tap.column) * from[tap.input];
    }
  });
  return made;
}

FloatMatrix FloatMatrixProduct::transposed_times(const FloatMatrix& by_product, Eigen::Index inputs) const {
  if (std::holds_alternative<Dense>(shape_)) return product(by_product, *weights_);
  if (std::holds_alternative<Diagonal>(shape_))
    return (by_product.array().rowwise() * diagonal(inputs).array()).matrix();
  FloatMatrix made = FloatMatrix::Zero(by_product.rows(), inputs);
  for (Eigen::Index row = 0; row < by_product.rows(); ++row)
    for (const Weighted& tap : taps_)
      made(row, tap.input) += (*weights_)(tap.row, tap.column) * by_product(row, tap.output);
  return made;
}

}  // namespace fixgate::program
