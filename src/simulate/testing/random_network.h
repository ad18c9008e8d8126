// Random float networks, sequences and data sets for tests.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/sequence.h"
#include "network/network.h"
#include "simulate/testing/random.h"

namespace fixgate::testing_support {

struct NetworkShape {
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
  std::optional<SelectKind> select;
  int inputs = 3;
  int hidden = 5;
  int outputs = 2;
};

inline FloatMatrix random_matrix(Random& random, Eigen::Index rows, Eigen::Index columns, double scale) {
  return FloatMatrix::NullaryExpr(rows, columns, [&](auto...) { return random.value(-scale, scale); });
}

inline FloatVector random_vector(Random& random, Eigen::Index count, double scale) {
  return FloatVector::NullaryExpr(count, [&](auto...) { return random.value(-scale, scale); });
}

/// Any of the eleven kinds. Parameters are positive, so that all functions rise.
inline ActivationFunction random_activation(Random& random) {
  ActivationFunction function;
  function.kind = static_cast<ActivationFunction::Kind>(random.in(0, 10));
  if (takes_alpha(function.kind)) function.alpha = random.value(0.1, 0.9);
  if (takes_beta(function.kind)) function.beta = random.value(0.1, 0.9);
  return function;
}

inline std::vector<ActivationFunction> activations_of(Random& random, const NetworkShape& shape) {
  const ActivationFunction sigmoid{ActivationFunction::Kind::Sigmoid, 0, 0};
  const ActivationFunction tanh{ActivationFunction::Kind::Tanh, 0, 0};
  std::vector<ActivationFunction> functions{sigmoid, tanh, tanh};
  if (shape.kind == CellKind::Gru) functions = {sigmoid, tanh};
  if (shape.kind == CellKind::Rnn) functions = {tanh};
  if (shape.any_activations)
    for (ActivationFunction& function : functions) function = random_activation(random);
  return functions;
}

inline RecurrentCell random_cell(Random& random, const NetworkShape& shape, Eigen::Index inputs,
                                 bool reverse) {
  const auto gates = static_cast<Eigen::Index>(gate_names(shape.kind).size());
  const Eigen::Index hidden = shape.hidden;
  const double scale = 1.5 / std::sqrt(static_cast<double>(hidden));
  const double initial = shape.initial_states ? 0.5 : 0;
  RecurrentCell cell;
  cell.reverse = reverse;
  cell.input_weights = random_matrix(random, gates * hidden, inputs, scale);
  cell.recurrent_weights = random_matrix(random, gates * hidden, hidden, scale);
  cell.input_bias = random_vector(random, gates * hidden, 0.5);
  cell.recurrent_bias = random_vector(random, gates * hidden, 0.5);
  cell.initial_hidden = random_vector(random, hidden, initial);
  if (shape.kind == CellKind::Lstm) cell.initial_cell = random_vector(random, hidden, initial);
  cell.activations = activations_of(random, shape);
  return cell;
}

inline RecurrentLayer random_recurrent(Random& random, const NetworkShape& shape, Eigen::Index inputs,
                                       std::string name) {
  RecurrentLayer layer;
  layer.name = std::move(name);
  layer.kind = shape.kind;
  layer.linear_before_reset = shape.kind == CellKind::Gru && shape.linear_before_reset;
  if (shape.forward) layer.cells.push_back(random_cell(random, shape, inputs, false));
  if (shape.reverse) layer.cells.push_back(random_cell(random, shape, inputs, true));
  // Both cells write one signal h; an RNN's h is its activation's output.
  if (shape.kind == CellKind::Rnn && layer.cells.size() == 2)
    layer.cells[1].activations = layer.cells[0].activations;
  return layer;
}

inline DenseLayer random_dense(Random& random, const NetworkShape& shape, Eigen::Index inputs) {
  DenseLayer layer;
  layer.name = "dense";
  layer.weights = std::make_shared<const FloatMatrix>(random_matrix(random, shape.outputs, inputs, 1));
  layer.has_bias = true;
  layer.bias = random_vector(random, shape.outputs, 1);
  layer.has_activation = shape.dense_activation;
  if (layer.has_activation) layer.activation = {ActivationFunction::Kind::Sigmoid, 0, 0};
  return layer;
}

inline Network make_network(Random& random, const NetworkShape& shape) {
  Network network;
  network.name = "random";
  network.takes_tokens = shape.tokens;
  network.inputs = shape.inputs;
  Eigen::Index count = shape.inputs;
  if (shape.tokens) {
    const Eigen::Index columns = 4;
    network.layers.emplace_back(EmbeddingLayer{
        "embedding", std::make_shared<const FloatMatrix>(random_matrix(random, count, columns, 1))});
    count = columns;
  }
  for (int layer = 0; layer < shape.layers; ++layer) {
    network.layers.emplace_back(random_recurrent(random, shape, count, "layer" + std::to_string(layer)));
    count = output_count(network.layers.back(), count);
  }
  if (shape.select) network.layers.emplace_back(SelectLayer{"select", *shape.select});
  if (shape.dense) network.layers.emplace_back(random_dense(random, shape, count));
  return network;
}

inline NetworkShape random_shape(Random& random) {
  NetworkShape shape;
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

inline Sequence random_sequence(Random& random, bool tokens, Eigen::Index inputs, Eigen::Index steps,
                                double scale = 1) {
  Sequence sequence;
  if (!tokens) {
    sequence.features = random_matrix(random, steps, inputs, scale);
    return sequence;
  }
  for (Eigen::Index t = 0; t < steps; ++t)
    sequence.tokens.push_back(static_cast<std::int32_t>(random.in(0, inputs - 1)));
  return sequence;
}

inline Sequence random_sequence(Random& random, const Network& network, Eigen::Index steps) {
  return random_sequence(random, network.takes_tokens, network.inputs, steps);
}

/// Sequences without targets, of 1 to `steps` steps.
inline DataSet random_data(Random& random, const Network& network, int samples, int steps) {
  DataSet data;
  for (int index = 0; index < samples; ++index) {
    Sample sample;
    sample.sequence = random_sequence(random, network, random.in(1, steps));
    sample.name = "sample " + std::to_string(index);
    data.samples.push_back(std::move(sample));
  }
  return data;
}

/// A network of any shape with the standard's own activations, and data for it.
struct NetworkWithData {
  Network network;
  DataSet data;
};

inline NetworkWithData random_network_with_data(Random& random, int samples, int steps) {
  NetworkShape shape = random_shape(random);
  shape.any_activations = false;
  NetworkWithData one;
  one.network = make_network(random, shape);
  one.data = random_data(random, one.network, samples, steps);
  return one;
}

/// Steps first..first+count-1.
inline Sequence piece_of(const Sequence& whole, Eigen::Index first, Eigen::Index count) {
  Sequence piece;
  if (whole.tokens.empty())
    piece.features = whole.features.middleRows(first, count);
  else
    piece.tokens.assign(whole.tokens.begin() + first, whole.tokens.begin() + first + count);
  return piece;
}

}  // namespace fixgate::testing_support
