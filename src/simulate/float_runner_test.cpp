#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include "network/executor.h"
#include "simulate/float_trace.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::NetworkShape;
using testing_support::Random;

FloatMatrix run_whole(const Network& network, const Sequence& sequence, FloatObserver* observer = nullptr) {
  const FloatRunner runner(network);
  FloatState state = runner.initial_state();
  auto outputs = runner.run(sequence, state, observer);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs ? *outputs : FloatMatrix();
}

FloatMatrix column(std::initializer_list<float> values) {
  FloatMatrix matrix(static_cast<Eigen::Index>(values.size()), 1);
  std::copy(values.begin(), values.end(), matrix.data());
  return matrix;
}

FloatVector vector_of(std::initializer_list<float> values) {
  return column(values);
}

// --- cells of one unit, worked out by hand from ONNX's equations: x = 1, then -0.5, from h = 0.5 ---

Network unit_network(CellKind kind, bool linear_before_reset, RecurrentCell cell) {
  RecurrentLayer layer;
  layer.name = "cell";
  layer.kind = kind;
  layer.linear_before_reset = linear_before_reset;
  cell.initial_hidden = vector_of({0.5F});
  layer.cells = {std::move(cell)};
  Network network;
  network.inputs = 1;
  network.layers = {layer};
  return network;
}

void expect_outputs(const Network& network, double first, double second) {
  Sequence sequence;
  sequence.features = column({1, -0.5F});
  const FloatMatrix outputs = run_whole(network, sequence);
  ASSERT_EQ(outputs.rows(), 2);
  EXPECT_NEAR(outputs(0, 0), first, 1e-6);
  EXPECT_NEAR(outputs(1, 0), second, 1e-6);
}

const ActivationFunction kSigmoid{ActivationFunction::Kind::Sigmoid, 0, 0};
const ActivationFunction kTanh{ActivationFunction::Kind::Tanh, 0, 0};

TEST(FloatRunner, LstmByHand) {
  RecurrentCell cell;
  cell.input_weights = column({0.5F, -0.25F, 1, 2});
  cell.recurrent_weights = column({0.25F, 0.5F, -1, 0.75F});
  cell.input_bias = vector_of({0.1F, -0.2F, 0.3F, 0.05F});
  cell.recurrent_bias = FloatVector::Zero(4);
  cell.initial_cell = vector_of({-0.25F});
  cell.activations = {kSigmoid, kTanh, kTanh};
  expect_outputs(unit_network(CellKind::Lstm, false, cell), 0.2047397249, -0.0596794082);
}

RecurrentCell gru_cell() {
  RecurrentCell cell;
  cell.input_weights = column({0.5F, -0.25F, 1});
  cell.recurrent_weights = column({0.25F, 0.5F, -1});
  cell.input_bias = vector_of({0.1F, -0.2F, 0.3F});
  cell.recurrent_bias = vector_of({0.05F, 0.15F, -0.4F});
  cell.activations = {kSigmoid, kTanh};
  return cell;
}

TEST(FloatRunner, GruByHand) {
  expect_outputs(unit_network(CellKind::Gru, false, gru_cell()), 0.5239266100, -0.0879377605);
  expect_outputs(unit_network(CellKind::Gru, true, gru_cell()), 0.5621019453, -0.0289657706);
}

TEST(FloatRunner, RnnByHand) {
  RecurrentCell cell;
  cell.input_weights = column({0.5F});
  cell.recurrent_weights = column({0.25F});
  cell.input_bias = vector_of({0.1F});
  cell.recurrent_bias = vector_of({-0.3F});
  cell.activations = {kTanh};
  expect_outputs(unit_network(CellKind::Rnn, false, cell), 0.4011342849, -0.3361240348);
}

// --- the graph executor as the judge: each layer as the ONNX operator it comes from ---

using Tensors = std::map<std::string, Tensor>;

Tensor tensor_of(Shape shape, const FloatMatrix& matrix) {
  return {std::move(shape), std::vector<float>(matrix.data(), matrix.data() + matrix.size())};
}

FloatMatrix matrix_of(const Tensor& tensor, Eigen::Index columns) {
  const std::vector<float>& values = tensor.floats();
  return Eigen::Map<const FloatMatrix>(values.data(), static_cast<Eigen::Index>(values.size()) / columns,
                                       columns);
}

Tensors execute(Node node, const Tensors& inputs) {
  Graph graph;
  graph.operator_set = 14;
  for (const auto& [name, tensor] : inputs) graph.inputs.push_back({name, tensor.is_float(), false, {}});
  for (const std::string& output : node.outputs) graph.outputs.push_back({output, true, false, {}});
  graph.nodes.push_back(std::move(node));
  auto outputs = Executor(graph).run(inputs);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs ? *outputs : Tensors();
}

FloatMatrix stacked(const RecurrentLayer& layer, FloatMatrix (*part)(const RecurrentCell&)) {
  FloatMatrix all = part(layer.cells[0]);
  for (std::size_t c = 1; c < layer.cells.size(); ++c) {
    const FloatMatrix more = part(layer.cells[c]);
    FloatMatrix both(all.rows() + more.rows(), all.cols());
    both << all, more;
    all = both;
  }
  return all;
}

std::map<std::string, Attribute> attributes_of(const RecurrentLayer& layer) {
  std::vector<std::string> names;
  std::vector<float> alphas;
  std::vector<float> betas;
  for (const RecurrentCell& cell : layer.cells) {
    for (const ActivationFunction& function : cell.activations) {
      const std::string text = to_text(function);
      names.push_back(text.substr(0, text.find('(')));
      if (takes_alpha(function.kind)) alphas.push_back(function.alpha);
      if (takes_beta(function.kind)) betas.push_back(function.beta);
    }
  }
  const bool both = layer.cells.size() == 2;
  const std::string direction = both ? "bidirectional" : layer.cells[0].reverse ? "reverse" : "forward";
  std::map<std::string, Attribute> attributes{{"hidden_size", std::int64_t{layer.hidden()}},
                                              {"direction", direction},
                                              {"activations", names},
                                              {"activation_alpha", alphas},
                                              {"activation_beta", betas}};
  if (layer.kind == CellKind::Gru)
    attributes["linear_before_reset"] = std::int64_t{layer.linear_before_reset ? 1 : 0};
  return attributes;
}

struct Executed {
  FloatMatrix steps;
  FloatMatrix final_state;
};

Executed execute(const RecurrentLayer& layer, const FloatMatrix& x) {
  const auto directions = static_cast<Eigen::Index>(layer.cells.size());
  const Eigen::Index rows = layer.cells[0].input_weights.rows();
  const Eigen::Index hidden = layer.hidden();
  Node node{"layer", to_text(layer.kind), {"X", "W", "R", "B", "", "h"}, {"Y", "Y_h"}, attributes_of(layer)};
  Tensors inputs{
      {"X", tensor_of({x.rows(), 1, x.cols()}, x)},
      {"W", tensor_of({directions, rows, x.cols()},
                      stacked(layer, [](const RecurrentCell& c) { return c.input_weights; }))},
      {"R", tensor_of({directions, rows, hidden},
                      stacked(layer, [](const RecurrentCell& c) { return c.recurrent_weights; }))},
      {"B", tensor_of({directions, 2 * rows}, stacked(layer,
                                                      [](const RecurrentCell& c) {
                                                        FloatMatrix both(2 * c.input_bias.size(), 1);
                                                        both << c.input_bias, c.recurrent_bias;
                                                        return both;
                                                      }))},
      {"h", tensor_of({directions, 1, hidden},
                      stacked(layer, [](const RecurrentCell& c) { return FloatMatrix(c.initial_hidden); }))}};
  if (layer.kind == CellKind::Lstm) {
    node.inputs.emplace_back("c");
    inputs["c"] =
        tensor_of({directions, 1, hidden},
                  stacked(layer, [](const RecurrentCell& c) { return FloatMatrix(c.initial_cell); }));
  }
  const Tensors outputs = execute(node, inputs);
  return {matrix_of(outputs.at("Y"), directions * hidden), matrix_of(outputs.at("Y_h"), directions * hidden)};
}

FloatMatrix execute(const DenseLayer& layer, const FloatMatrix& x) {
  const Eigen::Index rows = layer.weights->rows();
  const Node node{"dense", "Gemm", {"X", "W", "B"}, {"Y"}, {{"transB", std::int64_t{1}}}};
  const Tensors outputs = execute(node, {{"X", tensor_of({x.rows(), x.cols()}, x)},
                                         {"W", tensor_of({rows, x.cols()}, *layer.weights)},
                                         {"B", tensor_of({rows}, layer.bias)}});
  if (!layer.has_activation) return matrix_of(outputs.at("Y"), rows);
  const Node activation{"function", to_text(layer.activation), {"Y"}, {"Z"}, {}};
  return matrix_of(execute(activation, outputs).at("Z"), rows);
}

FloatMatrix execute(const Network& network, const Sequence& sequence) {
  Executed values{sequence.features, {}};
  for (const Layer& layer : network.layers) {
    if (const auto* embedding = std::get_if<EmbeddingLayer>(&layer)) {
      const std::vector<std::int64_t> tokens(sequence.tokens.begin(), sequence.tokens.end());
      const auto steps = static_cast<std::int64_t>(tokens.size());
      const Eigen::Index columns = embedding->table->cols();
      const Node node{"embedding", "Gather", {"E", "T"}, {"Y"}, {}};
      const Tensors inputs{{"E", tensor_of({embedding->table->rows(), columns}, *embedding->table)},
                           {"T", {{steps}, tokens}}};
      values.steps = matrix_of(execute(node, inputs).at("Y"), columns);
    }
    if (const auto* recurrent = std::get_if<RecurrentLayer>(&layer))
      values = execute(*recurrent, values.steps);
    if (const auto* dense = std::get_if<DenseLayer>(&layer)) values.steps = execute(*dense, values.steps);
    if (const auto* select = std::get_if<SelectLayer>(&layer))
      values.steps = select->kind == SelectKind::FinalState ? values.final_state
                                                            : FloatMatrix(values.steps.bottomRows(1));
  }
  return values.steps;
}

// With unbounded activations a few random networks run away, and every step multiplies the last bit's error:
// they say nothing about the arithmetic.
constexpr float kRunaway = 1e4F;

TEST(FloatRunner, ComputesWhatTheGraphExecutorDoes) {
  int judged = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    NetworkShape shape = testing_support::random_shape(random);
    shape.any_activations = random.chance(0.4);
    const Network network = make_network(random, shape);
    const Sequence sequence = testing_support::random_sequence(random, network, random.number(1, 12));
    const FloatMatrix got = run_whole(network, sequence);
    const FloatMatrix expected = execute(network, sequence);
    ASSERT_EQ(got.rows(), expected.rows());
    ASSERT_EQ(got.cols(), expected.cols());
    const float scale = std::max(1.0F, expected.cwiseAbs().maxCoeff());
    if (scale > kRunaway) continue;
    ++judged;
    ASSERT_LE((got - expected).cwiseAbs().maxCoeff(), 2e-5F * scale);
  }
  EXPECT_GE(judged, 380);
}

// --- the observer ---

TEST(FloatRunner, ShowsEverySignalOfEveryStep) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    const Network network = make_network(random, testing_support::random_shape(random));
    const auto steps = random.in(1, 9);
    const FloatRunner runner(network);
    FloatTrace trace(runner.signals().signals.size());
    const FloatMatrix outputs =
        run_whole(network, testing_support::random_sequence(random, network, steps), &trace);
    for (std::size_t s = 0; s < trace.values.size(); ++s)
      EXPECT_FALSE(trace.values[s].empty()) << runner.signals().signals[s].name;
    // The last layer's signal ends with the outputs, unless a Select or two directions come between.
    if (!std::holds_alternative<DenseLayer>(network.layers.back())) continue;
    const auto& last = trace.values[static_cast<std::size_t>(runner.signals().layers.back().output)];
    EXPECT_EQ(last, std::vector<float>(outputs.data(), outputs.data() + outputs.size()));
  }
}

// Every signal that is the output of a function is that function of the signal before it.
TEST(FloatRunner, ShowsSignalsThatFitEachOther) {
  Random random(7);
  NetworkShape shape;
  shape.dense_activation = true;
  const Network network = make_network(random, shape);
  const FloatRunner runner(network);
  FloatTrace trace(runner.signals().signals.size());
  run_whole(network, testing_support::random_sequence(random, network, 6), &trace);
  const CellSignals& s = runner.signals().layers[0].cells[0];
  const auto at = [&](int signal) -> const std::vector<float>& {
    return trace.values[static_cast<std::size_t>(signal)];
  };
  for (std::size_t k = 0; k < at(s.hidden).size(); ++k) {
    EXPECT_NEAR(at(s.gate[0])[k], evaluate(kSigmoid, at(s.pre_activation[0])[k]), 1e-6);
    EXPECT_NEAR(at(s.gate[3])[k], evaluate(kTanh, at(s.pre_activation[3])[k]), 1e-6);
    EXPECT_NEAR(at(s.cell_activation)[k], evaluate(kTanh, at(s.cell)[k]), 1e-6);
    EXPECT_NEAR(at(s.hidden)[k], at(s.gate[1])[k] * at(s.cell_activation)[k], 1e-6);
  }
  const LayerSignals& dense = runner.signals().layers[1];
  EXPECT_EQ(at(dense.pre_activation).size(), 12U);
  EXPECT_NEAR(at(dense.output)[3], evaluate(kSigmoid, at(dense.pre_activation)[3]), 1e-6);
}

// --- states, threads, errors ---

TEST(FloatRunner, PiecesWithCarriedStateEqualTheWhole) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    NetworkShape shape = testing_support::random_shape(random);
    shape.forward = true;
    shape.reverse = false;
    shape.select.reset();
    const Network network = make_network(random, shape);
    const Eigen::Index steps = random.in(2, 30);
    const Sequence sequence = testing_support::random_sequence(random, network, steps);
    const FloatMatrix whole = run_whole(network, sequence);
    const FloatRunner runner(network);
    FloatState state = runner.initial_state();
    for (Eigen::Index first = 0; first < steps;) {
      const Eigen::Index count = random.in(1, steps - first);
      const auto outputs = runner.run(testing_support::piece_of(sequence, first, count), state);
      ASSERT_TRUE(outputs);
      ASSERT_LE((*outputs - whole.middleRows(first, count)).cwiseAbs().maxCoeff(), 1e-5F);
      first += count;
    }
  }
}

TEST(FloatRunner, DoesNotDependOnTheNumberOfThreads) {
  Random random(11);
  NetworkShape shape;
  shape.reverse = true;
  shape.hidden = 17;
  shape.layers = 2;
  const Network network = make_network(random, shape);
  const Sequence sequence = testing_support::random_sequence(random, network, 500);
  std::vector<FloatMatrix> outputs;
  for (const std::size_t threads : {1U, 4U}) {
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
    outputs.push_back(run_whole(network, sequence));
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

TEST(FloatRunner, RefusesSequencesThatDoNotFit) {
  Random random(12);
  const Network network = make_network(random, {});
  const FloatRunner runner(network);
  FloatState state = runner.initial_state();
  Sequence tokens;
  tokens.tokens = {0};
  EXPECT_FALSE(runner.run(tokens, state));
  Sequence narrow;
  narrow.features = FloatMatrix::Zero(2, 2);
  EXPECT_FALSE(runner.run(narrow, state));
}

}  // namespace
}  // namespace fixgate
