#include "networks/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace fixgate::agreement {
namespace {

double value_at(const Tensor& tensor, std::size_t place) {
  return tensor.is_float() ? static_cast<double>(tensor.floats()[place])
                           : static_cast<double>(tensor.integers()[place]);
}

std::string compare(double got, double wanted, double tolerance, const std::string& where) {
  if (std::abs(got - wanted) <= tolerance * (1 + std::abs(wanted))) return "";
  return fmt::format("{}: {}, not {}", where, got, wanted);
}

// The main output, in memory either [batch, steps, outputs] or [steps, batch, outputs].
std::string compare_outputs(const std::vector<DoubleMatrix>& outputs, const Tensor& expected,
                            double tolerance, bool batch_first) {
  const std::size_t batch = outputs.size();
  const auto rows = static_cast<std::size_t>(outputs.front().rows());
  const auto columns = static_cast<std::size_t>(outputs.front().cols());
  if (static_cast<std::size_t>(element_count(expected.shape)) != batch * rows * columns)
    return fmt::format("{} sequences of {} x {} outputs, but {} values are expected", batch, rows, columns,
                       element_count(expected.shape));
  for (std::size_t b = 0; b < batch; ++b)
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t place = (batch_first ? b * rows + row : row * batch + b) * columns + column;
        const double got = outputs[b](static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column));
        const auto where = fmt::format("output of sequence {}, step {}, element {}", b, row, column);
        if (auto text = compare(got, value_at(expected, place), tolerance, where); !text.empty()) return text;
      }
  return "";
}

}  // namespace

std::string output_difference(const std::vector<DoubleMatrix>& outputs, const Tensor& expected,
                              double tolerance) {
  const std::string batch_first = compare_outputs(outputs, expected, tolerance, true);
  return compare_outputs(outputs, expected, tolerance, false).empty() ? "" : batch_first;
}

std::vector<Sequence> sequences_of(const Tensor& data, bool is_float, std::size_t batch_axis) {
  Shape shape = data.shape;
  if (!is_float) shape.push_back(1);
  if (shape.size() == 2) shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(batch_axis), 1);
  const std::int64_t batch = shape[batch_axis];
  const std::int64_t steps = shape[1 - batch_axis];
  const std::int64_t width = shape[2];
  std::vector<Sequence> sequences(static_cast<std::size_t>(batch));
  for (std::int64_t b = 0; b < batch; ++b) {
    Sequence& sequence = sequences[static_cast<std::size_t>(b)];
    if (is_float) sequence.features.resize(steps, width);
    for (std::int64_t t = 0; t < steps; ++t) {
      const std::int64_t row = batch_axis == 0 ? b * steps + t : t * batch + b;
      if (is_float)
        sequence.features.row(t) =
            Eigen::Map<const Eigen::RowVectorXf>(data.floats().data() + row * width, width);
      else
        sequence.tokens.push_back(static_cast<std::int32_t>(data.integers()[static_cast<std::size_t>(row)]));
    }
  }
  return sequences;
}

DoubleMatrix apply(OutputFunction function, const FloatMatrix& outputs) {
  DoubleMatrix values = outputs.cast<double>();
  if (function == OutputFunction::None) return values;
  DoubleMatrix answers = function == OutputFunction::ArgMax ? DoubleMatrix(values.rows(), 1) : values;
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    Eigen::Index best = 0;
    const double largest = values.row(row).maxCoeff(&best);
    const Eigen::RowVectorXd shifted = (values.row(row).array() - largest).matrix();
    const double sum = shifted.array().exp().sum();
    if (function == OutputFunction::ArgMax) answers(row, 0) = static_cast<double>(best);
    if (function == OutputFunction::Softmax) answers.row(row) = (shifted.array().exp() / sum).matrix();
    if (function == OutputFunction::LogSoftmax) answers.row(row) = (shifted.array() - std::log(sum)).matrix();
  }
  return answers;
}

Tensors random_inputs(const Graph& graph, const Shape& sizes, std::int64_t vocabulary, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Tensors inputs;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const GraphValue& input = graph.inputs[i];
    Shape shape = input.shape;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      if (shape[axis] < 0) shape[axis] = i == 0 ? sizes.at(axis) : sizes.at(1);
    const auto count = static_cast<std::size_t>(element_count(shape));
    if (input.is_float) {
      std::vector<float> values(count);
      for (float& value : values) value = uniform(random);
      inputs[input.name] = {shape, std::move(values)};
    } else {
      std::vector<std::int64_t> values(count);
      for (auto& value : values)
        value = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(vocabulary));
      inputs[input.name] = {shape, std::move(values)};
    }
  }
  return inputs;
}

}  // namespace fixgate::agreement
