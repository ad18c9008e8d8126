// Kinds of layers and of graphs, each a small network with random weights, beside the graph executor.
#include <gtest/gtest.h>

#include "lowering/lower_to_program.h"
#include "lowering/testing/judge.h"
#include "network/testing/graph_builder.h"

namespace fixgate::lowering {
namespace {

using fixgate::testing_support::Attributes;
using fixgate::testing_support::GraphBuilder;
using fixgate::testing_support::Integers;
using fixgate::testing_support::Names;

constexpr double kTolerance = 1e-5;

/// The lowered graph, after it has computed what the executor does.
LoweredProgram judged(const Graph& graph, const Options& options = {}, std::int64_t steps = 12) {
  const auto folded = testing_support::folded(graph);
  EXPECT_TRUE(folded) << folded.error().message;
  if (!folded) return {};
  auto lowered = lower_to_program(*folded, options);
  EXPECT_TRUE(lowered) << lowered.error().message;
  if (!lowered) return {};
  testing_support::Judge judge(*folded, *lowered, steps);
  const auto difference = judge.run(4);
  EXPECT_TRUE(difference) << difference.error().message;
  if (difference) {
    EXPECT_LT(*difference, kTolerance);
  }
  EXPECT_GT(judge.compared, 0);
  return std::move(*lowered);
}

std::string reason(const Graph& graph, const Options& options = {}) {
  const auto folded = testing_support::folded(graph);
  if (!folded) return folded.error().message;
  const auto lowered = lower_to_program(*folded, options);
  return lowered ? "lowered" : lowered.error().message;
}

/// [time, batch, 3] through a GRU: [time, batch, 4].
std::string gru(GraphBuilder& g, const std::string& x, std::int64_t inputs, std::int64_t hidden) {
  return g.squeeze(g.recurrent("GRU", x, inputs, hidden)[0], {1});
}

TEST(LoweredKinds, ResidualsAndMasks) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, 4});
  const auto h = gru(g, x, 4, 4);
  const auto sum = g.node("Add", {x, h});
  const auto mask = g.node("Sigmoid", {g.dense(sum, 4, 4)});
  const auto masked = g.node("Mul", {x, mask});
  judged(g.graph({g.node("Sub", {masked, h})}));
}

TEST(LoweredKinds, ForksAndJoinsOfFeatures) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 6});
  const auto parts = g.nodes("Split", {x, g.integers({2, 4})}, 2, {{"axis", std::int64_t{2}}});
  const auto both = g.concat({gru(g, parts[0], 2, 3), gru(g, parts[1], 4, 5), parts[0]}, 2);
  judged(g.graph({g.dense(both, 10, 3), g.node("Tanh", {g.dense(both, 10, 2)})}));
}

TEST(LoweredKinds, TokensBesideFeatures) {
  GraphBuilder g;
  const auto tokens = g.input("tokens", {-1, 1}, false);
  const auto features = g.input("features", {-1, 1, 2});
  const auto embedded = g.node("Gather", {g.floats({7, 3}), tokens});
  judged(g.graph({g.dense(gru(g, g.concat({embedded, features}, 2), 5, 4), 4, 2)}));
}

TEST(LoweredKinds, InputsWhoseNamesAreOneIdentifier) {
  GraphBuilder g;
  const auto first = g.input("a.b", {-1, 1, 2});
  const auto second = g.input("a_b", {-1, 1, 3});
  const LoweredProgram lowered = judged(g.graph({g.dense(gru(g, g.concat({first, second}, 2), 5, 4), 4, 2)}));
  ASSERT_EQ(lowered.inputs.size(), 2U);
  EXPECT_EQ(lowered.inputs[0].name, "a.b");
  EXPECT_EQ(lowered.inputs[1].name, "a_b");
}

TEST(LoweredKinds, ActivationsBetweenLayers) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 4});
  auto y = gru(g, x, 4, 6);
  y = g.node("LeakyRelu", {y}, {{"alpha", 0.2F}});
  y = g.node("Mul", {y, g.node("Sigmoid", {y})});
  y = g.node("PRelu", {g.dense(y, 6, 4), g.constant({{4}, std::vector<float>{0.1F, -0.2F, 0.3F, 0.0F}})});
  y = g.node("Clip",
             {y, g.constant({{}, std::vector<float>{-0.3F}}), g.constant({{}, std::vector<float>{0.4F}})});
  y = g.node("Neg", {g.node("Softplus", {y})});
  y = g.node("Erf", {g.node("Exp", {y})});
  judged(g.graph({g.node("Max", {y, g.node("Elu", {g.dense(x, 4, 4)})})}));
}

TEST(LoweredKinds, FoldsScalesOfInputsIntoTheFirstMatrix) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto scaled =
      g.node("Div", {g.node("Sub", {x, g.floats({3})}), g.constant({{3}, std::vector<float>{2, 3, 4}})});
  const LoweredProgram lowered = judged(g.graph({g.dense(gru(g, scaled, 3, 4), 4, 2)}));
  EXPECT_EQ(lowered.network.program.layers.size(), 2U);
}

TEST(LoweredKinds, DecoderOfARepeatedVector) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto code = g.recurrent("GRU", x, 3, 4)[1];
  const auto steps = g.node("Gather", {g.node("Shape", {x}), g.integers({0})});
  const auto repeated = g.node("Expand", {code, g.concat({steps, g.integers({1, 1})}, 0)});
  judged(g.graph({g.dense(gru(g, repeated, 4, 5), 5, 3)}));
}

TEST(LoweredKinds, ADecoderThatBeginsWithAnEncodersStates) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto encoder = g.recurrent("LSTM", x, 3, 4);
  const auto decoder = g.recurrent("LSTM", x, 3, 4, "forward", {encoder[1], encoder[2]});
  judged(g.graph({g.dense(g.squeeze(decoder[0], {1}), 4, 3)}));
}

TEST(LoweredKinds, AllStepsAsOneVector) {
  GraphBuilder g;
  const auto x = g.input("x", {6, 1, 3});
  judged(g.graph({g.dense(g.reshape(gru(g, x, 3, 4), {1, 24}), 24, 3)}));
}

TEST(LoweredKinds, ADecoderOfOtherSteps) {
  GraphBuilder g;
  const auto code = g.recurrent("GRU", g.input("x", {-1, 1, 3}), 3, 4)[1];
  const auto y = g.input("y", {-1, 1, 2});
  const auto decoded = g.recurrent("GRU", y, 2, 4, "forward", {code});
  Graph graph = g.graph({g.dense(g.squeeze(decoded[0], {1}), 4, 3)});
  graph.inputs[0].dimension_names = {"source", "", ""};
  graph.inputs[1].dimension_names = {"target", "", ""};
  const LoweredProgram lowered = judged(graph);
  EXPECT_EQ(lowered.network.program.clocks.size(), 3U);
}

TEST(LoweredKinds, AConstantNumberOfRepeats) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto code = g.recurrent("GRU", x, 3, 4)[1];
  const auto repeated = g.node("Tile", {code, g.integers({6, 1, 1})});
  judged(g.graph({g.dense(gru(g, repeated, 4, 5), 5, 3)}));
}

TEST(LoweredKinds, MeanAndLargestOverTime) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto h = gru(g, x, 3, 4);
  const auto mean = g.node("ReduceMean", {h}, {{"axes", Integers{0}}, {"keepdims", std::int64_t{0}}});
  const auto largest = g.node("ReduceMax", {h}, {{"axes", Integers{0}}, {"keepdims", std::int64_t{0}}});
  judged(g.graph({g.dense(g.concat({mean, largest}, 1), 8, 2)}));
}

TEST(LoweredKinds, NormalisesLayers) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto h = gru(g, x, 3, 6);
  const auto normal =
      g.node("LayerNormalization", {h, g.floats({6}), g.floats({6})}, {{"axis", std::int64_t{-1}}});
  const auto mean = g.node("ReduceMean", {normal}, {{"axes", Integers{-1}}});
  const auto centred = g.node("Sub", {normal, mean});
  const auto power = g.node("Pow", {centred, g.constant({{}, std::vector<float>{2}})});
  const auto variance = g.node("ReduceMean", {power}, {{"axes", Integers{-1}}});
  const auto deviation =
      g.node("Sqrt", {g.node("Add", {variance, g.constant({{}, std::vector<float>{1e-3F}})})});
  judged(g.graph({g.node("Mul", {g.node("Div", {centred, deviation}), g.floats({6})})}));
}

TEST(LoweredKinds, ConvolutionsOverTime) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 4, -1});
  auto y = g.node("Conv", {x, g.floats({6, 4, 3}), g.floats({6})}, {{"pads", Integers{2, 0}}});
  y = g.node("Relu", {y});
  y = g.node("Conv", {y, g.floats({6, 2, 3}), g.floats({6})},
             {{"group", std::int64_t{3}}, {"dilations", Integers{2}}, {"pads", Integers{2, 2}}});
  y = g.node("MaxPool", {y}, {{"kernel_shape", Integers{2}}, {"strides", Integers{2}}});
  judged(g.graph({gru(g, g.transpose(y, {2, 0, 1}), 6, 4)}), {}, 21);
}

TEST(LoweredKinds, ConvolutionsOverTimeAndBands) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 2, -1, 9});
  auto y = g.node("Conv", {x, g.floats({4, 2, 3, 3}), g.floats({4})},
                  {{"pads", Integers{1, 1, 1, 1}}, {"strides", Integers{1, 2}}});
  y = g.node("BatchNormalization", {y, g.floats({4}), g.floats({4}), g.floats({4}),
                                    g.constant({{4}, std::vector<float>{1, 2, 0.5F, 1}})});
  y = g.node("AveragePool", {g.node("Relu", {y})},
             {{"kernel_shape", Integers{1, 2}}, {"strides", Integers{1, 2}}});
  y = g.node("ConvTranspose", {y, g.floats({4, 3, 1, 3})},
             {{"strides", Integers{1, 2}}, {"pads", Integers{0, 1, 0, 1}}});
  y = g.reshape(g.transpose(y, {2, 0, 1, 3}), {0, 1, 9});
  judged(g.graph({gru(g, y, 9, 4)}));
}

TEST(LoweredKinds, OneDirectionsFinalState) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto h = g.recurrent("LSTM", x, 3, 4, "bidirectional")[1];
  judged(g.graph({g.dense(g.gather(h, 1, 0), 4, 2)}));
}

TEST(LoweredKinds, PackedStates) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto state = g.input("state", {1, 2, 4, 2});
  const auto part = [&](std::int64_t layer, std::int64_t kind) {
    return g.reshape(g.slice(g.slice(state, layer, layer + 1, 1), kind, kind + 1, 3), {1, 1, 4});
  };
  const auto first = g.recurrent("LSTM", x, 3, 4, "forward", {part(0, 0), part(0, 1)});
  const auto second =
      g.recurrent("LSTM", g.squeeze(first[0], {1}), 4, 4, "forward", {part(1, 0), part(1, 1)});
  const auto hidden = g.unsqueeze(g.concat({first[1], second[1]}, 1), {3});
  const auto cells = g.unsqueeze(g.concat({first[2], second[2]}, 1), {3});
  const LoweredProgram lowered =
      judged(g.graph({g.dense(g.squeeze(second[0], {1}), 4, 2), g.concat({hidden, cells}, 3)}));
  ASSERT_EQ(lowered.states.size(), 1U);
  EXPECT_TRUE(lowered.states.front().output.has_value());
}

/// The three gates of a GRU cell, written out; returns the new state.
std::string written_gru(GraphBuilder& g, const std::string& x, const std::string& h) {
  const auto input =
      g.nodes("Split", {g.dense(x, 3, 12), g.integers({4, 4, 4})}, 3, {{"axis", std::int64_t{1}}});
  const auto recurrent =
      g.nodes("Split", {g.dense(h, 4, 12), g.integers({4, 4, 4})}, 3, {{"axis", std::int64_t{1}}});
  const auto r = g.node("Sigmoid", {g.node("Add", {input[0], recurrent[0]})});
  const auto z = g.node("Sigmoid", {g.node("Add", {input[1], recurrent[1]})});
  const auto n = g.node("Tanh", {g.node("Add", {input[2], g.node("Mul", {r, recurrent[2]})})});
  return g.node("Add", {g.node("Mul", {g.node("Sub", {h, n}), z}), n});
}

TEST(LoweredKinds, CellsWrittenOut) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 3});
  const auto h = written_gru(g, x, g.input("h", {1, 4}));
  const LoweredProgram lowered = judged(g.graph({h, g.dense(h, 4, 2)}));
  ASSERT_EQ(lowered.states.size(), 1U);
  EXPECT_EQ(lowered.states.front().input, "h");
  EXPECT_EQ(lowered.network.program.outputs.size(), 1U);
}

TEST(LoweredKinds, AnLstmCellWrittenOut) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 3});
  const auto h = g.input("h", {1, 4});
  const auto c = g.input("c", {1, 4});
  const auto all = g.node("Add", {g.dense(x, 3, 16), g.node("MatMul", {h, g.floats({4, 16})})});
  const auto gates = g.nodes("Split", {all, g.integers({4, 4, 4, 4})}, 4, {{"axis", std::int64_t{1}}});
  const auto sigmoid = [&](std::size_t gate) { return g.node("Sigmoid", {gates[gate]}); };
  const auto kept = g.node("Mul", {sigmoid(1), c});
  const auto next = g.node("Add", {kept, g.node("Mul", {sigmoid(0), g.node("Tanh", {gates[2]})})});
  const auto hidden = g.node("Mul", {sigmoid(3), g.node("Tanh", {next})});
  const LoweredProgram lowered = judged(g.graph({g.dense(hidden, 4, 2), hidden, next}));
  EXPECT_EQ(lowered.states.size(), 2U);
}

TEST(LoweredKinds, AWindowInAStream) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 3, 1});
  const auto cache = g.input("cache", {1, 3, 4});
  const auto window = g.concat({cache, x}, 2);
  const auto y = g.node("Conv", {window, g.floats({5, 3, 3}), g.floats({5})}, {{"dilations", Integers{2}}});
  const LoweredProgram lowered = judged(g.graph({g.node("Relu", {y}), g.slice(window, 1, 1000, 2)}));
  EXPECT_EQ(lowered.states.size(), 1U);
}

TEST(LoweredKinds, AWindowOfSeveralStepsACall) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 3, -1});
  const auto cache = g.input("cache", {1, 3, 2});
  const auto window = g.concat({cache, x}, 2);
  const auto y = g.node("Conv", {window, g.floats({5, 3, 3}), g.floats({5})});
  const LoweredProgram lowered = judged(g.graph({g.node("Relu", {y}), g.slice(window, -2, 1000000, 2)}));
  EXPECT_EQ(lowered.states.size(), 1U);
}

TEST(LoweredKinds, RecurrencesAlongAnInnerAxis) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 15});
  const auto y = g.recurrent("GRU", g.reshape(x, {5, 1, 3}), 3, 4, "bidirectional", {},
                             {{"linear_before_reset", std::int64_t{1}}})[0];
  const LoweredProgram lowered =
      judged(g.graph({g.reshape(g.transpose(y, {2, 0, 1, 3}), {1, 40}), g.node("Neg", {x})}));
  EXPECT_EQ(lowered.network.program.clocks.size(), 2U);
}

TEST(LoweredKinds, InnerStepsWhoseStateIsCarriedOn) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 12});
  const auto h0 = g.input("h0", {1, 1, 4});
  const auto features = g.node("Relu", {g.dense(x, 12, 15)});
  const auto steps = g.reshape(features, {5, 1, 3});
  const auto made = g.recurrent("GRU", steps, 3, 4, "forward", {"" + h0});
  const LoweredProgram lowered = judged(g.graph({g.dense(g.reshape(made[0], {1, 20}), 20, 2), made[1]}));
  EXPECT_EQ(lowered.states.size(), 1U);
}

TEST(LoweredKinds, OneCellAtManyPositions) {
  GraphBuilder g;
  const auto x = g.input("x", {1, 5, 3});  // one step, positions where the batch should be
  const auto h0 = g.input("h0", {1, 5, 4});
  const auto made = g.recurrent("LSTM", x, 3, 4, "forward", {h0, g.input("c0", {1, 5, 4})});
  const auto scaled = g.node("Mul", {g.squeeze(made[0], {1}), g.floats({5, 4})});
  const LoweredProgram lowered =
      judged(g.graph({g.node("ReduceSum", {scaled, g.integers({1})}), made[1], made[2]}));
  EXPECT_EQ(lowered.states.size(), 2U);
}

TEST(LoweredKinds, AScanOverSteps) {
  GraphBuilder inside(17, 2);
  const auto before = inside.input("before", {1, 4});
  const auto step = inside.input("step", {1, 3});
  const auto mixed =
      inside.node("Add", {inside.dense(step, 3, 4), inside.node("MatMul", {before, inside.floats({4, 4})})});
  const auto after = inside.node("Tanh", {mixed});
  const auto result = inside.node("Neg", {after});
  const auto body = std::make_shared<const Graph>(inside.graph({after, result}));
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto made =
      g.nodes("Scan", {g.floats({1, 4}), x}, 2, {{"body", Body(body)}, {"num_scan_inputs", std::int64_t{1}}});
  judged(g.graph({g.dense(made[1], 4, 2), made[0]}));
}

TEST(LoweredKinds, WhatIsLeftToTheReader) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto y =
      g.node("Log", {g.node("Softmax", {g.dense(gru(g, x, 3, 4), 4, 5)}, {{"axis", std::int64_t{-1}}})});
  const LoweredProgram lowered = judged(g.graph({y}));
  EXPECT_EQ(lowered.network.program.outputs.front().function, OutputFunction::LogSoftmax);
}

TEST(LoweredKinds, DimensionsThatAreSet) {
  GraphBuilder g;
  const auto x = g.input("x", {1, -1});
  const auto padded = g.node("Pad", {x, g.integers({0, 0, 0, 4})}, {{"mode", std::string("reflect")}});
  const auto y = g.node("Conv", {g.unsqueeze(padded, {1}), g.floats({6, 1, 4})}, {{"strides", Integers{4}}});
  Graph graph = g.graph({y});
  graph.inputs.front().dimension_names = {"", "samples"};
  EXPECT_NE(reason(graph).find("--set samples=SIZE"), std::string::npos) << reason(graph);
  Options options;
  options.set["samples"] = 12;
  const auto folded = testing_support::folded(graph);
  ASSERT_TRUE(folded);
  EXPECT_TRUE(lower_to_program(*folded, options)) << reason(graph, options);
  options.set = {{"sample", 12}};
  EXPECT_NE(reason(graph, options).find("no graph input and no symbolic dimension"), std::string::npos);
  options.set = {{"samples", 1.5}};
  EXPECT_NE(reason(graph, options).find("whole number"), std::string::npos);
}

TEST(LoweredKinds, RefusesByNameAndReason) {
  {
    GraphBuilder g;
    const auto x = g.input("x", {-1, 1, 3});
    const auto h = gru(g, x, 3, 3);
    EXPECT_NE(reason(g.graph({g.node("MatMul", {h, g.transpose(h, {0, 2, 1})})}))
                  .find("two values that depend on data"),
              std::string::npos);
  }
  {
    GraphBuilder g;
    const auto h = gru(g, g.input("x", {-1, 1, 3}), 3, 3);
    const auto soft = g.node("Softmax", {h}, {{"axis", std::int64_t{-1}}});
    EXPECT_NE(reason(g.graph({g.dense(soft, 3, 2)})).find("at the very end"), std::string::npos);
  }
  {
    GraphBuilder g;
    const auto h = gru(g, g.input("x", {-1, 1, 3}), 3, 3);
    EXPECT_NE(reason(g.graph({g.node("Pow", {h, g.constant({{}, std::vector<float>{2.5F}})})}))
                  .find("a power of 2.5"),
              std::string::npos);
  }
}

TEST(LoweredKinds, RefusesStatesThatDoNotMatch) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, 1, 3});
  const auto h0 = g.input("h0", {2, 1, 4});
  const auto first = g.recurrent("GRU", x, 3, 4, "forward", {g.slice(h0, 0, 1, 0)});
  const auto second = g.recurrent("GRU", g.squeeze(first[0], {1}), 4, 4, "forward", {g.slice(h0, 1, 2, 0)});
  const Graph graph = g.graph({g.dense(g.squeeze(second[0], {1}), 4, 2), g.concat({second[1], first[1]}, 0)});
  EXPECT_NE(reason(graph).find("in the same order"), std::string::npos) << reason(graph);
}

}  // namespace
}  // namespace fixgate::lowering
