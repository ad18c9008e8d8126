#include "networks/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace fixgate::agreement {
namespace {

// As the fixtures name them: c0, cn, Yc0.
bool holds_cells(const std::string& name) {
  return name.starts_with('c') || name.starts_with("Yc");
}

// The vectors of one sequence in state tensors [vectors, batch, hidden], one after the other.
std::vector<FloatVector> vectors_of(const Tensor& tensor, std::int64_t sequence) {
  const std::int64_t hidden = tensor.shape.back();
  const std::int64_t batch = tensor.shape[tensor.shape.size() - 2];
  std::vector<FloatVector> vectors;
  for (std::int64_t v = 0; v < element_count(tensor.shape) / (hidden * batch); ++v)
    vectors.emplace_back(
        Eigen::Map<const FloatVector>(tensor.floats().data() + (v * batch + sequence) * hidden, hidden));
  return vectors;
}

// State inputs (all graph inputs but the first) into the cells in their order: hidden states from h*, cell
// states from c*.
void set_states(const Graph& graph, const Tensors& inputs, std::int64_t sequence, FloatState& state) {
  std::vector<FloatVector> hidden;
  std::vector<FloatVector> cell;
  for (std::size_t i = 1; i < graph.inputs.size(); ++i) {
    const std::string& name = graph.inputs[i].name;
    auto& goal = holds_cells(name) ? cell : hidden;
    for (auto& vector : vectors_of(inputs.at(name), sequence)) goal.push_back(std::move(vector));
  }
  std::size_t next = 0;
  for (auto& layer : state.layers)
    for (auto& one : layer) {
      if (next < hidden.size()) one.hidden = hidden[next];
      if (next < cell.size()) one.cell = cell[next];
      ++next;
    }
}

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

std::string compare_vector(const FloatVector& got, const FloatVector& wanted, double tolerance,
                           const std::string& where) {
  if (got.size() != wanted.size()) return where + ": another size";
  for (Eigen::Index k = 0; k < got.size(); ++k)
    if (auto text = compare(static_cast<double>(got[k]), static_cast<double>(wanted[k]), tolerance, where);
        !text.empty())
      return text;
  return "";
}

// The other outputs: final states, in the order of the cells.
std::string compare_states(const Results& results, const Graph& graph, const Tensors& expected,
                           double tolerance) {
  for (std::size_t b = 0; b < results.states.size(); ++b) {
    std::vector<FloatVector> hidden;
    std::vector<FloatVector> cell;
    for (const auto& layer : results.states[b].layers)
      for (const auto& one : layer) {
        hidden.push_back(one.hidden);
        cell.push_back(one.cell);
      }
    std::size_t next_hidden = 0;
    std::size_t next_cell = 0;
    for (std::size_t output = 1; output < graph.outputs.size(); ++output) {
      const std::string& name = graph.outputs[output].name;
      auto& next = holds_cells(name) ? next_cell : next_hidden;
      for (const auto& wanted : vectors_of(expected.at(name), static_cast<std::int64_t>(b))) {
        const auto& all = holds_cells(name) ? cell : hidden;
        if (next >= all.size()) return name + ": more states than cells";
        if (auto text = compare_vector(all[next++], wanted, tolerance, name); !text.empty()) return text;
      }
    }
  }
  return "";
}

std::string compare_all(const Results& results, const Graph& graph, const Tensors& expected,
                        double tolerance) {
  const std::string outputs =
      output_difference(results.outputs, expected.at(graph.outputs.front().name), tolerance);
  if (!outputs.empty()) return outputs;
  return compare_states(results, graph, expected, tolerance);
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

Result<Results> run_all(const Network& network, const Graph& graph, const Tensors& inputs,
                        std::size_t batch_axis) {
  Results results;
  const FloatRunner runner(network);
  const GraphValue& data = graph.inputs.front();
  const std::vector<Sequence> sequences = sequences_of(inputs.at(data.name), data.is_float, batch_axis);
  for (std::size_t sequence = 0; sequence < sequences.size(); ++sequence) {
    FloatState state = runner.initial_state();
    for (std::size_t i = 1; i < graph.inputs.size(); ++i) {
      const Shape& shape = inputs.at(graph.inputs[i].name).shape;
      if (shape[shape.size() - 2] != static_cast<std::int64_t>(sequences.size()))
        return fail("another batch axis");
    }
    set_states(graph, inputs, static_cast<std::int64_t>(sequence), state);
    FIXGATE_ASSIGN(const FloatMatrix outputs, runner.run(sequences[sequence], state));
    results.outputs.push_back(apply(network.output_function, outputs));
    results.states.push_back(std::move(state));
  }
  return results;
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

std::string difference(const Network& network, const Graph& graph, const Tensors& inputs,
                       const Tensors& expected, double tolerance) {
  std::string text;
  for (const std::size_t batch_axis : {std::size_t{1}, std::size_t{0}}) {
    const auto results = run_all(network, graph, inputs, batch_axis);
    const std::string found =
        results ? compare_all(*results, graph, expected, tolerance) : results.error().message;
    if (found.empty()) return "";
    text += fmt::format("[batch axis {}: {}]", batch_axis, found);
  }
  return text;
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
