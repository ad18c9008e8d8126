#include "simulate/reference/row_products.h"

#include <algorithm>

#include "numeric/accumulator.h"
#include "parallel/for_each_index.h"

namespace fixgate {
namespace {

constexpr int kStepsPerTask =
    16;  // a block of inputs stays in the first-level cache while the rows stream by

std::int64_t dot(std::span<const std::int32_t> weights, const std::int64_t* x) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) sum += weights[k] * x[k];
  return sum;
}

std::int32_t dot(const std::int16_t* weights, const std::int16_t* x, int count) {
  std::int32_t sum = 0;
  for (int k = 0; k < count; ++k)
    sum += static_cast<std::int32_t>(weights[k]) * static_cast<std::int32_t>(x[k]);
  return sum;
}

bool fits_narrow(const WeightMatrix& weights, const Format& input) {
  const Format sixteen{true, 16, 0};
  if (weights.width > 16 || !sixteen.contains(input.min()) || !sixteen.contains(input.max())) return false;
  for (int row = 0; row < weights.rows; ++row) {
    AccumulatorBound bound;
    bound.add_row(weights.row(row), input, 0);
    if (bound.width() > 32) return false;
  }
  return true;
}

}  // namespace

RowProducts::RowProducts(const WeightMatrix& weights, const Format& input)
    : weights_(weights), input_fraction_(input.fraction) {
  if (fits_narrow(weights, input)) narrow_.assign(weights.values.begin(), weights.values.end());
}

void RowProducts::multiply(std::span<const std::int64_t> input, std::span<std::int64_t> output) const {
  if (narrow_.empty()) {
    for (int row = 0; row < weights_.rows; ++row)
      output[static_cast<std::size_t>(row)] = dot(weights_.row(row), input.data());
    return;
  }
  const std::vector<std::int16_t> x(input.begin(), input.end());
  for (int row = 0; row < weights_.rows; ++row)
    output[static_cast<std::size_t>(row)] =
        dot(narrow_.data() + weights_.row(row).size() * static_cast<std::size_t>(row), x.data(),
            weights_.columns);
}

IntegerMatrix RowProducts::multiply(const IntegerMatrix& inputs) const {
  IntegerMatrix outputs(inputs.rows, weights_.rows);
  const int tasks = (inputs.rows + kStepsPerTask - 1) / kStepsPerTask;
  parallel_for_each_index(static_cast<std::size_t>(tasks), [&](std::size_t task) {
    const int first = static_cast<int>(task) * kStepsPerTask;
    multiply_steps(inputs, first, std::min(kStepsPerTask, inputs.rows - first), outputs);
  });
  return outputs;
}

void RowProducts::multiply_steps(const IntegerMatrix& inputs, int first, int count,
                                 IntegerMatrix& outputs) const {
  if (narrow_.empty()) {
    for (int t = first; t < first + count; ++t) multiply(inputs.row(t), outputs.row(t));
    return;
  }
  const auto columns = static_cast<std::size_t>(weights_.columns);
  const std::int64_t* from = inputs.row(first).data();
  const std::vector<std::int16_t> x(from, from + static_cast<std::size_t>(count) * columns);
  for (int row = 0; row < weights_.rows; ++row) {
    const std::int16_t* weights = narrow_.data() + static_cast<std::size_t>(row) * columns;
    for (int t = 0; t < count; ++t)
      outputs.row(first + t)[static_cast<std::size_t>(row)] =
          dot(weights, x.data() + static_cast<std::size_t>(t) * columns, weights_.columns);
  }
}

}  // namespace fixgate
