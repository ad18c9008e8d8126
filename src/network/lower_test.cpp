// What lowering makes of a graph. Whether that computes the same is judged in tests/networks.
#include "network/lower.h"

#include <gtest/gtest.h>

#include "network/fold.h"
#include "network/testing/graph_builder.h"

namespace fixgate {
namespace {

using testing_support::GraphBuilder;
using testing_support::Names;

constexpr std::int64_t kInputs = 3;
constexpr std::int64_t kHidden = 4;

Result<Network> lowered(Graph graph) {
  FIXGATE_CHECK(fold_constants(graph));
  FIXGATE_CHECK(fold_initial_states(graph));
  return lower(graph);
}

template <typename T>
const T& layer(const Network& network, std::size_t index) {
  return std::get<T>(network.layers.at(index));
}

TEST(Lower, MakesALayerOfEachStage) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1}, false);
  const auto embedded = g.node("Gather", {g.floats({9, kInputs}), x});
  const auto h = g.recurrent("LSTM", embedded, kInputs, kHidden)[1];
  const auto hidden = g.node("Relu", {g.dense(g.squeeze(h, {0}), kHidden, 5)});
  const auto network = lowered(g.graph({g.node("LogSoftmax", {g.dense(hidden, 5, 2)})}));
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_TRUE(network->takes_tokens);
  EXPECT_FALSE(network->streaming);
  EXPECT_EQ(network->inputs, 9);
  EXPECT_EQ(network->output_function, OutputFunction::LogSoftmax);
  ASSERT_EQ(network->layers.size(), 5U);
  EXPECT_EQ(layer<EmbeddingLayer>(*network, 0).table->cols(), kInputs);
  EXPECT_EQ(layer<RecurrentLayer>(*network, 1).kind, CellKind::Lstm);
  EXPECT_EQ(layer<SelectLayer>(*network, 2).kind, SelectKind::FinalState);
  EXPECT_EQ(layer<DenseLayer>(*network, 3).activation.kind, ActivationFunction::Kind::Relu);
  EXPECT_TRUE(layer<DenseLayer>(*network, 3).has_bias);
  EXPECT_FALSE(layer<DenseLayer>(*network, 4).has_activation);
}

TEST(Lower, SharesATiedMatrix) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1}, false);
  const auto table = g.floats({9, kHidden});
  const auto y = g.recurrent("GRU", g.node("Gather", {table, x}), kHidden, kHidden)[0];
  const auto decoder = g.node("Transpose", {table}, {{"perm", testing_support::Integers{1, 0}}});
  const auto network = lowered(g.graph({g.node("MatMul", {g.squeeze(y, {1}), decoder})}));
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(layer<EmbeddingLayer>(*network, 0).table, layer<DenseLayer>(*network, 2).weights);
}

TEST(Lower, NamesLayersByTheirNodesAsIdentifiers) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  Graph graph = g.graph({g.recurrent("GRU", x, kInputs, kHidden)[1]});
  graph.nodes.front().name = "/0/rnn layer";
  const auto network = lowered(graph);
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(layer_name(network->layers.front()), "layer_0_rnn_layer");
}

TEST(Lower, SaysWhichNodeAndWhy) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto y = g.recurrent("GRU", x, kInputs, kHidden, "forward", {}, {{"clip", 1.0F}});
  const auto network = lowered(g.graph({y[1]}));
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().message, "node 'GRU_0' (GRU): attribute 'clip' is not supported in fixed point");
}

TEST(Lower, TakesInitialStatesFromConstants) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, kInputs});
  const auto network = lowered(g.graph({g.recurrent(
      "GRU", x, kInputs, 2, "forward", {g.constant({{1, 1, 2}, std::vector<float>{1, 2}})})[1]}));
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(layer<RecurrentLayer>(*network, 0).cells[0].initial_hidden, (FloatVector(2) << 1, 2).finished());
}

TEST(Lower, StreamsWhereStatesAreInputsAndOutputs) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, kInputs});
  const auto h0 = g.input("h0", {1, 1, kHidden});
  const Names y = g.recurrent("GRU", x, kInputs, kHidden, "forward", {h0});
  const auto network = lowered(g.graph({g.squeeze(y[0], {1}), y[1]}));
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_TRUE(network->streaming);
}

TEST(Lower, RefusesGraphsWithoutOneDataInput) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  g.input("mask", {-1});
  const auto network = lowered(g.graph({g.recurrent("GRU", x, kInputs, kHidden)[1]}));
  ASSERT_FALSE(network);
  EXPECT_NE(network.error().message.find("'x' and 'mask'"), std::string::npos) << network.error().message;
}

/// A GRU with its state as an input and an output, time first.
Graph stream(std::int64_t steps, bool returns, const std::string& direction = "forward") {
  GraphBuilder g;
  const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
  const auto h0 = g.input("h0", {directions, 1, kHidden});
  const auto x = g.input("x", {steps, 1, kInputs});
  const auto h = g.recurrent("GRU", x, kInputs, kHidden, direction, {h0});
  const auto y = g.reshape(g.transpose(h[0], {0, 2, 1, 3}), {steps, 1, directions * kHidden});
  return g.graph(returns ? Names{y, h[1]} : Names{y});
}

TEST(Lower, NotesFixedSteps) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 5, kInputs});
  const auto h = g.recurrent("GRU", g.transpose(x, {1, 0, 2}), kInputs, kHidden)[1];
  const auto network = lowered(g.graph({g.squeeze(h, {0})}));
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(network->call, (CallSteps{5, false}));
}

TEST(Lower, RepeatsCallsOnlyWhereTheStatesComeBack) {
  const auto call = [](const Graph& graph) {
    const auto network = lowered(graph);
    EXPECT_TRUE(network) << network.error().message;
    return network ? network->call : CallSteps{-1, false};
  };
  EXPECT_EQ(call(stream(5, true)), (CallSteps{5, true}));
  EXPECT_EQ(call(stream(5, false)), (CallSteps{5, false}));
  EXPECT_EQ(call(stream(5, true, "reverse")), (CallSteps{5, false}));
  EXPECT_EQ(call(stream(5, true, "bidirectional")), (CallSteps{5, false}));
}

TEST(CheckSteps, TakesAMultipleOnlyOfARepeatingCall) {
  EXPECT_TRUE(check_steps({}, 7));
  EXPECT_TRUE(check_steps({5, false}, 5));
  EXPECT_FALSE(check_steps({5, false}, 10));
  EXPECT_TRUE(check_steps({5, true}, 10));
  EXPECT_EQ(check_steps({5, true}, 12).error().message,
            "the network's graph takes 5 steps a call, and the data's 12 steps are no multiple of that");
  EXPECT_EQ(
      check_steps({5, false}, 8).error().message,
      "the network's graph is for exactly 5 steps, the data has 8: export it with a dynamic time axis, or "
      "give sequences of 5 steps");
}

TEST(Lower, ShowsTheLayersBehindARefusedNode) {
  GraphBuilder g;
  const auto x = g.node("Exp", {g.input("x", {-1, -1, kInputs})});
  const auto y = g.squeeze(g.recurrent("LSTM", x, kInputs, kHidden, "bidirectional")[1], {0});
  Graph graph = g.graph({g.dense(y, kHidden, 2)});
  ASSERT_TRUE(fold_constants(graph));
  const LoweredGraph all = lower_what_can_be(graph);
  EXPECT_EQ(all.refusals.size(), 1U);
  ASSERT_EQ(all.network.layers.size(), 2U);
  EXPECT_EQ(layer<RecurrentLayer>(all.network, 0).cells.size(), 2U);
  EXPECT_EQ(layer<RecurrentLayer>(all.network, 0).inputs(), kInputs);
  EXPECT_EQ(layer<DenseLayer>(all.network, 1).weights->rows(), 2);
  EXPECT_TRUE(layer<DenseLayer>(all.network, 1).has_bias);
}

TEST(Lower, RefusesShapesThatContradictEachOther) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto y = g.recurrent("GRU", x, kInputs + 1, kHidden)[0];
  const auto network = lowered(g.graph({g.squeeze(y, {1})}));
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().message,
            "node 'GRU_0' (GRU): input W has shape [1, 12, 4], not [1, 12, 3] (GRU, forward, hidden size 4)");
}

}  // namespace
}  // namespace fixgate
