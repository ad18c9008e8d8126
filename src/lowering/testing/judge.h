// For tests: what a lowered program computes, beside what the graph executor says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "lowering/lower_to_program.h"
#include "network/executor.h"
#include "network/fold.h"
#include "simulate/float/float_runner.h"

namespace fixgate::lowering::testing_support {

using Tensors = std::map<std::string, Tensor>;

/// Runs both on random inputs, several calls with the states carried on, and compares every output that is
/// left. The largest difference, relative to the outputs' range.
class Judge {
 public:
  Judge(const Graph& graph, const LoweredProgram& lowered, std::int64_t steps, unsigned seed = 1)
      : graph_(graph), lowered_(lowered), steps_(steps), random_(seed), runner_(lowered.network) {}

  /// A layer that runs in reverse begins anew in every call, whatever its states: then there is one call.
  Result<double> run(int calls) {
    for (const program::Layer& layer : lowered_.network.program.layers)
      if (layer.is_reverse && lowered_.network.program.clocks[layer.clock].kind != program::ClockKind::Inner)
        calls = 1;
    Tensors states;
    for (const StatePair& pair : lowered_.states) states[pair.input] = zeros(pair.input);
    std::vector<program::FloatMemory> memories;  // by sequence
    for (int call = 0; call < calls; ++call) {
      Tensors inputs = states;
      for (const Port& port : lowered_.inputs) inputs[port.name] = random_input(port);
      for (const GraphValue& input : graph_.inputs)
        if (!inputs.contains(input.name))
          inputs[input.name] = extra.contains(input.name) ? extra.at(input.name) : zeros(input.name);
      for (const program::StateId id : lowered_.network.program.states.ids())
        if (!lowered_.network.program.states[id].is_carried)
          for (program::FloatMemory& memory : memories) memory[id] = runner_.initial_memory()[id];
      const auto executed = Executor(graph_).run(inputs);
      is_executed = executed.has_value();
      if (!executed) return tl::make_unexpected(executed.error());
      const Tensors& outputs = *executed;
      is_executed = std::ranges::all_of(outputs, [](const auto& output) { return is_finite(output.second); });
      if (!is_executed) return fail("the graph gives numbers that are not finite");
      FIXGATE_CHECK(compare(inputs, outputs, memories));
      for (const StatePair& pair : lowered_.states)
        if (pair.output) {
          states[pair.input].data = outputs.at(*pair.output).data;
        }
    }
    return largest_ / std::max(range_, 1e-30);
  }

  Tensors extra;            // inputs that the program does not have
  bool is_executed = true;  // the executor has run the graph, and all its numbers are finite

 private:
  static bool is_finite(const Tensor& tensor) {
    return !tensor.is_float() ||
           std::ranges::all_of(tensor.floats(), [](float number) { return std::isfinite(number); });
  }

  [[nodiscard]] Tensor zeros(const std::string& name) const {
    const auto found = std::ranges::find(graph_.inputs, name, &GraphValue::name);
    Shape shape = found->shape;
    for (std::int64_t& size : shape) size = size < 0 ? 1 : size;
    Tensor tensor{shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)))};
    if (!found->is_float)
      tensor.data = std::vector<std::int64_t>(static_cast<std::size_t>(element_count(shape)), steps_);
    return tensor;
  }

  Tensor random_input(const Port& port) {
    Shape shape = port.shape;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      if (shape[axis] < 0) shape[axis] = port.time == axis ? steps_ : 1;
    const auto count = static_cast<std::size_t>(element_count(shape));
    const program::Value& value = value_of(port);
    if (value.vocabulary) {
      std::vector<std::int64_t> tokens(count);
      for (std::int64_t& token : tokens)
        token = static_cast<std::int64_t>(random_() % static_cast<unsigned>(*value.vocabulary));
      return {shape, std::move(tokens)};
    }
    std::normal_distribution<float> normal;
    std::vector<float> numbers(count);
    for (float& number : numbers) number = normal(random_);
    return {shape, std::move(numbers)};
  }

  [[nodiscard]] const program::Value& value_of(const Port& port) const {
    const auto ids = program::inputs_of(lowered_.network.program);
    const auto index = static_cast<std::size_t>(&port - lowered_.inputs.data());
    return lowered_.network.program.values[ids[index]];
  }

  /// The elements of one sequence, steps first.
  static std::vector<double> rows(const Tensor& tensor, const Port& port, std::int64_t sequence) {
    Shape strides(tensor.shape.size(), 1);
    for (std::size_t axis = strides.size(); axis-- > 1;)
      strides[axis - 1] = strides[axis] * tensor.shape[axis];
    const std::int64_t steps = port.time ? tensor.shape[*port.time] : 1;
    std::vector<double> all;
    for (std::int64_t step = 0; step < steps; ++step)
      for (std::int64_t index = 0; index < element_count(tensor.shape); ++index) {
        if (port.time && index / strides[*port.time] % steps != step) continue;
        if (port.sequences && index / strides[*port.sequences] % tensor.shape[*port.sequences] != sequence)
          continue;
        all.push_back(tensor.is_float()
                          ? double{tensor.floats()[static_cast<std::size_t>(index)]}
                          : static_cast<double>(tensor.integers()[static_cast<std::size_t>(index)]));
      }
    return all;
  }

  Result<void> compare(const Tensors& inputs, const Tensors& outputs,
                       std::vector<program::FloatMemory>& memories) {
    std::int64_t sequences = 1;
    for (const Port& port : lowered_.inputs)
      if (port.sequences) sequences = inputs.at(port.name).shape[*port.sequences];
    memories.resize(static_cast<std::size_t>(sequences), runner_.initial_memory());
    for (std::int64_t sequence = 0; sequence < sequences; ++sequence) {
      std::vector<Sequence> all;
      for (const Port& port : lowered_.inputs)
        all.push_back(sequence_of(inputs.at(port.name), port, sequence));
      FIXGATE_ASSIGN(const std::vector<FloatMatrix> made,
                     runner_.run(all, memories[static_cast<std::size_t>(sequence)]));
      for (std::size_t output = 0; output < lowered_.outputs.size(); ++output)
        FIXGATE_CHECK(compare_output(lowered_.outputs[output], outputs, made[output], sequence, output));
    }
    return {};
  }

  Sequence sequence_of(const Tensor& tensor, const Port& port, std::int64_t number) const {
    const std::vector<double> all = rows(tensor, port, number);
    Sequence sequence;
    if (value_of(port).vocabulary) {
      sequence.tokens.assign(all.begin(), all.end());
      return sequence;
    }
    const int size = value_of(port).size;
    sequence.features.resize(static_cast<Eigen::Index>(all.size()) / size, size);
    for (std::size_t i = 0; i < all.size(); ++i) sequence.features.data()[i] = static_cast<float>(all[i]);
    return sequence;
  }

  Result<void> compare_output(const Port& port, const Tensors& outputs, const FloatMatrix& made,
                              std::int64_t sequence, std::size_t index) {
    const program::Output& output = lowered_.network.program.outputs[index];
    if (output.function != OutputFunction::Softmax && output.function != OutputFunction::LogSoftmax &&
        output.function != OutputFunction::None) {
      ++left_out;
      return {};
    }
    if (!output.functions.empty()) {
      ++left_out;
      return {};
    }
    return compare_numbers(port, outputs, applied(output.function, made), sequence);
  }

  static FloatMatrix applied(OutputFunction function, FloatMatrix made) {
    if (function == OutputFunction::None) return made;
    for (Eigen::Index row = 0; row < made.rows(); ++row) {
      made.row(row).array() -= made.row(row).maxCoeff();
      const float sum = std::log(made.row(row).array().exp().sum());
      made.row(row).array() -= sum;
      if (function == OutputFunction::Softmax) made.row(row) = made.row(row).array().exp().matrix();
    }
    return made;
  }

  Result<void> compare_numbers(const Port& port, const Tensors& outputs, const FloatMatrix& made,
                               std::int64_t sequence) {
    const std::vector<double> wanted = rows(outputs.at(port.name), port, sequence);
    if (static_cast<Eigen::Index>(wanted.size()) != made.size())
      return fail("output '{}' has {} elements, not {}", port.name, made.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double error = std::abs(wanted[i] - double{made.data()[i]});
      if (!(error <= largest_)) largest_ = error;
      range_ = std::max(range_, std::abs(wanted[i]));
    }
    ++compared;
    return {};
  }

  const Graph& graph_;
  const LoweredProgram& lowered_;
  std::int64_t steps_;
  std::mt19937 random_;
  program::FloatRunner runner_;
  double largest_ = 0;
  double range_ = 0;

 public:
  int compared = 0;
  int left_out = 0;
};

inline Result<Graph> folded(Graph graph) {
  FIXGATE_CHECK(fold_constants(graph));
  FIXGATE_CHECK(fold_initial_states(graph));
  return graph;
}

}  // namespace fixgate::lowering::testing_support
