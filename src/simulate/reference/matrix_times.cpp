#include "simulate/reference/matrix_times.h"

#include "parallel/for_each_index.h"
#include "program/exact_sums.h"

namespace fixgate::program {

MatrixTimes::MatrixTimes(const Matrix& matrix, const WeightMatrix& weights, const Format& input, int size)
    : matrix_(matrix), weights_(weights), size_(size) {
  if (std::holds_alternative<Dense>(matrix.shape)) dense_.emplace(weights, input);
  if (const auto* slide = std::get_if<Slide>(&matrix.shape))
    for (int element = 0; element < size; ++element) taps_.push_back(taps_of(*slide, element));
}

void MatrixTimes::multiply(std::span<const std::int64_t> input, std::span<std::int64_t> output) const {
  if (dense_) return dense_->multiply(input, output);
  if (!taps_.empty()) return multiply_slid(input, output);
  multiply_diagonal(input, output);
}

void MatrixTimes::multiply_diagonal(std::span<const std::int64_t> input,
                                    std::span<std::int64_t> output) const {
  for (std::size_t element = 0; element < input.size(); ++element)
    output[element] = weights_.row(row_of(matrix_, static_cast<int>(element))).front() * input[element];
}

void MatrixTimes::multiply_slid(std::span<const std::int64_t> input, std::span<std::int64_t> output) const {
  for (std::size_t element = 0; element < taps_.size(); ++element) {
    const OutputTaps& taps = taps_[element];
    const auto row = weights_.row(taps.row);
    std::int64_t sum = 0;
    for (const Tap& tap : taps.taps)
      sum += row[static_cast<std::size_t>(tap.column)] * input[static_cast<std::size_t>(tap.input)];
    output[element] = sum;
  }
}

IntegerMatrix MatrixTimes::multiply(const IntegerMatrix& inputs) const {
  if (dense_) return dense_->multiply(inputs);
  IntegerMatrix outputs(inputs.rows, size_);
  parallel_for_each_index(static_cast<std::size_t>(inputs.rows), [&](std::size_t tick) {
    multiply(inputs.row(static_cast<int>(tick)), outputs.row(static_cast<int>(tick)));
  });
  return outputs;
}

}  // namespace fixgate::program
