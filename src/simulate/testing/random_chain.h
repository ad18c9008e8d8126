// Random chains of layers in real numbers, as the importer makes them of ONNX files, and data for them.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/rnn.h"
#include "data/sequence.h"
#include "program/float_network.h"
#include "simulate/testing/random.h"

namespace fixgate::testing_support {

/// A chain that is described and not drawn.
struct ChainShape {
  CellKind kind = CellKind::Lstm;
  bool linear_before_reset = false;
  int layers = 1;
  bool forward = true;
  bool reverse = false;
  bool tokens = false;
  bool dense = true;
  bool dense_activation = false;
  bool initial_states = false;
  bool any_activations = false;  // else the standard's own
  std::optional<SelectKind> select = std::nullopt;
  int inputs = 3;
  int hidden = 5;
  int outputs = 2;
};

class ChainWriter {
 public:
  ChainWriter(Random& random, const ChainShape& shape) : random_(random), shape_(shape) {}

  program::FloatNetwork write() {
    program().name = "random";
    step_ = program().clocks.add({"step", program::ClockKind::Step});
    clock_ = step_;
    add_input();
    if (shape_.tokens) add_embedding();
    for (int layer = 0; layer < shape_.layers; ++layer) add_recurrent("layer" + std::to_string(layer));
    if (shape_.select) add_select();
    if (shape_.dense) add_dense();
    program().outputs.push_back({"output", current_});
    program().values[current_].role = shape_.dense ? SignalRole::Output : program().values[current_].role;
    const auto verified = verify(made_);
    if (!verified) throw std::logic_error(verified.error().message);
    return std::move(made_);
  }

 private:
  program::Program& program() { return made_.program; }

  FloatMatrix matrix(Eigen::Index rows, Eigen::Index columns, double scale) {
    return FloatMatrix::NullaryExpr(rows, columns, [&](auto...) { return random_.value(-scale, scale); });
  }

  ActivationFunction any(ActivationFunction::Kind kind) {
    ActivationFunction function{kind, 0, 0};
    if (!shape_.any_activations) return function;
    function.kind = static_cast<ActivationFunction::Kind>(random_.in(0, 10));
    if (takes_alpha(function.kind)) function.alpha = random_.value(0.1, 0.9);
    if (takes_beta(function.kind)) function.beta = random_.value(0.1, 0.9);
    return function;
  }

  void add_input() {
    program::Value input{shape_.tokens ? "token" : "input",
                         std::nullopt,
                         step_,
                         shape_.tokens ? 1 : shape_.inputs,
                         std::nullopt,
                         shape_.tokens ? SignalRole::Dense : SignalRole::Input};
    if (shape_.tokens) input.vocabulary = shape_.inputs;
    current_ = program().values.add(std::move(input));
  }

  void add_embedding() {
    constexpr int kColumns = 4;
    program::LayerBuilder layer(program(), {"embedding", "embedding", step_});
    const program::MatrixId table = layer.matrix("table", shape_.inputs, kColumns);
    const program::ValueId out = layer.value("out", kColumns, SignalRole::Embedding);
    layer.sum(out, program::Sum{{program::Term{false, {program::RowLookup{table, {current_}}}}}});
    store_numbers(1);
    current_ = out;
  }

  void add_recurrent(const std::string& name) {
    std::vector<program::ValueId> hidden;
    const program::ValueId input = current_;
    const bool is_both = shape_.forward && shape_.reverse;
    last_ = {};
    for (const bool is_reverse : {false, true}) {
      if (!(is_reverse ? shape_.reverse : shape_.forward)) continue;
      const std::string cell = is_both ? name + (is_reverse ? ".reverse" : ".forward") : name;
      hidden.push_back(
          add_cell({{cell, "cell", step_, is_reverse}, input, program().values[input].size, shape_.hidden}));
      last_.push_back(
          {hidden.back(), {is_reverse ? program::Tick::From::First : program::Tick::From::Last, 0}});
    }
    current_ = hidden.front();
    if (!is_both) return;
    program::LayerBuilder joined(program(), {name, "both directions", step_});
    current_ = joined.value("h", 2 * shape_.hidden, SignalRole::Hidden);
    joined.add(program::Concat{current_, {{hidden[0]}, {hidden[1]}}});
  }

  program::ValueId add_cell(const cells::RecurrentShape& shape) {
    using Kind = ActivationFunction::Kind;
    program::ValueId hidden{0};
    if (shape_.kind == CellKind::Lstm) {
      cells::LstmAttributes lstm{any(Kind::Sigmoid), any(Kind::Tanh), any(Kind::Tanh)};
      lstm.has_bias = {true, true, true, true};
      hidden = cells::add_lstm(program(), shape, lstm);
    } else if (shape_.kind == CellKind::Gru) {
      cells::GruAttributes gru{shape_.linear_before_reset, any(Kind::Sigmoid), any(Kind::Tanh)};
      gru.has_bias = {true, true, true};
      gru.has_recurrent_bias = shape_.linear_before_reset;
      hidden = cells::add_gru(program(), shape, gru);
    } else {
      hidden = cells::add_rnn(program(), shape, {any(Kind::Tanh), true});
    }
    store_numbers(1.5 / std::sqrt(static_cast<double>(shape_.hidden)));
    return hidden;
  }

  void add_select() {
    clock_ = program().clocks.add({"end", program::ClockKind::Once, step_});
    program::LayerBuilder layer(program(), {"select", "select", clock_});
    const program::Value& value = program().values[current_];
    const SignalRole role = value.role;
    const std::vector<program::Read> end{{current_, {program::Tick::From::Last, 0}}};
    const std::vector<program::Read>& reads = *shape_.select == SelectKind::LastStep ? end : last_;
    int size = 0;
    for (const program::Read& read : reads) size += program().values[read.value].size;
    current_ = layer.value("out", size, role);
    layer.add(program::Concat{current_, reads});
  }

  void add_dense() {
    program::LayerBuilder layer(program(), {"dense", "dense", clock_});
    const program::MatrixId weights = layer.matrix("W", shape_.outputs, program().values[current_].size);
    const program::ConstantId bias = layer.constant("b", shape_.outputs);
    const bool has_table = shape_.dense_activation;
    const program::ValueId sum = layer.value(has_table ? "pre" : "out", shape_.outputs,
                                             has_table ? SignalRole::PreActivation : SignalRole::Output);
    layer.sum(sum, program::times(weights, current_) + program::constant(bias));
    current_ = sum;
    if (has_table) {
      current_ = layer.value("out", shape_.outputs, SignalRole::Output);
      layer.table(current_, ActivationFunction{ActivationFunction::Kind::Sigmoid, 0, 0}, sum);
    }
    store_numbers(1);
  }

  /// Of the layer that was added last.
  void store_numbers(double scale) {
    for (std::size_t m = made_.weights.size(); m < program().matrices.size(); ++m) {
      const program::Matrix& one = program().matrices[program::MatrixId(m)];
      made_.weights.add(std::make_shared<const FloatMatrix>(matrix(one.rows, one.columns, scale)));
    }
    for (std::size_t c = made_.constants.size(); c < program().constants.size(); ++c) {
      const program::Constant& one = program().constants[program::ConstantId(c)];
      const double most = one.name == "one" ? 0 : 1;
      Eigen::VectorXd numbers = matrix(1, one.size, most).transpose().cast<double>();
      if (one.name == "one") numbers.setOnes();
      made_.constants.add(std::move(numbers));
    }
    for (std::size_t s = made_.initial.size(); s < program().states.size(); ++s) {
      const program::State& one = program().states[program::StateId(s)];
      FloatVector initial;
      if (shape_.initial_states) initial = matrix(1, program().values[one.value].size, 0.5).transpose();
      made_.initial.add(std::move(initial));
    }
  }

  Random& random_;
  const ChainShape& shape_;
  program::FloatNetwork made_;
  program::ClockId step_{0};
  program::ClockId clock_{0};
  program::ValueId current_{0};
  std::vector<program::Read> last_;  // of the last recurrent layer's directions: their final states
};

inline program::FloatNetwork make_chain(Random& random, const ChainShape& shape) {
  return ChainWriter(random, shape).write();
}

inline ChainShape random_chain_shape(Random& random) {
  ChainShape shape;
  shape.kind = random.pick({CellKind::Lstm, CellKind::Gru, CellKind::Rnn});
  shape.linear_before_reset = random.chance(0.5);
  shape.layers = random.number(1, 2);
  shape.reverse = random.chance(0.4);
  shape.forward = !shape.reverse || random.chance(0.5);
  shape.tokens = random.chance(0.4);
  shape.dense = random.chance(0.7);
  shape.dense_activation = random.chance(0.5);
  shape.initial_states = random.chance(0.3);
  if (random.chance(0.5)) shape.select = random.pick({SelectKind::LastStep, SelectKind::FinalState});
  shape.inputs = random.number(1, 5);
  shape.hidden = random.number(1, 6);
  shape.outputs = random.number(1, 4);
  return shape;
}

/// Features of -scale..scale, or tokens below `inputs`.
inline Sequence drawn_sequence(Random& random, bool tokens, Eigen::Index inputs, Eigen::Index steps,
                               double scale = 1) {
  Sequence sequence;
  if (!tokens) {
    sequence.features =
        FloatMatrix::NullaryExpr(steps, inputs, [&](auto...) { return random.value(-scale, scale); });
    return sequence;
  }
  for (Eigen::Index t = 0; t < steps; ++t)
    sequence.tokens.push_back(static_cast<std::int32_t>(random.in(0, inputs - 1)));
  return sequence;
}

/// For a program with one input.
inline Sequence drawn_sequence(Random& random, const program::Program& program, Eigen::Index steps) {
  const program::Value& input = program.values[inputs_of(program).front()];
  return drawn_sequence(random, input.vocabulary.has_value(), input.vocabulary.value_or(input.size), steps);
}

/// Sequences without targets, of 1 to `steps` steps, for a program with one input.
inline DataSet drawn_data(Random& random, const program::Program& program, int samples, int steps) {
  DataSet data;
  for (int index = 0; index < samples; ++index) {
    Sample sample;
    sample.sequence = drawn_sequence(random, program, random.in(1, steps));
    sample.name = "sample " + std::to_string(index);
    data.samples.push_back(std::move(sample));
  }
  return data;
}

}  // namespace fixgate::testing_support
