#include "network/executor.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fixgate {
namespace {

using Tensors = std::map<std::string, Tensor>;
using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;

/// A graph of one node whose inputs are all graph inputs of any shape.
Graph graph_of(Node node, const Tensors& inputs) {
  Graph graph;
  graph.operator_set = 18;
  for (const auto& [name, tensor] : inputs) graph.inputs.push_back({name, tensor.is_float(), false, {}});
  for (const std::string& output : node.outputs)
    if (!output.empty()) graph.outputs.push_back({output, true, false, {}});
  graph.nodes.push_back(std::move(node));
  return graph;
}

Result<Tensors> run(Node node, const Tensors& inputs) {
  return Executor(graph_of(std::move(node), inputs)).run(inputs);
}

std::string error_of(const Result<Tensors>& result) {
  return result ? "no error" : result.error().message;
}

void expect_error(const Result<Tensors>& result, const std::string& part) {
  EXPECT_NE(error_of(result).find(part), std::string::npos) << error_of(result);
}

Tensor filled(Shape shape, float value) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return {std::move(shape), Floats(count, value)};
}

Tensors unit_cell(const Tensor& x, std::int64_t gates, std::int64_t directions = 1) {
  return {{"X", x}, {"W", filled({directions, gates, 1}, 1)}, {"R", filled({directions, gates, 1}, 1)}};
}

// The figures of this test were computed by ONNX Runtime 1.32.
TEST(Executor, ClipsGatesButNotTheCell) {
  Tensors inputs = unit_cell(filled({5, 1, 1}, 1), 4);
  inputs["W"] = filled({1, 4, 1}, 3);
  inputs["R"] = filled({1, 4, 1}, 0);
  const Node node{"lstm",
                  "LSTM",
                  {"X", "W", "R"},
                  {"Y", "", "Y_c"},
                  {{"clip", 0.5F}, {"activations", std::vector<std::string>{"HardSigmoid", "Relu", "Relu"}}}};
  const auto outputs = run(node, inputs);
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_NEAR(outputs->at("Y").floats()[4], 0.41500807, 1e-6);
  EXPECT_NEAR(outputs->at("Y_c").floats()[0], 0.6916801, 1e-6);
}

// The figures of this test were computed by ONNX Runtime 1.32.
TEST(Executor, HoldsTheStatePastTheLength) {
  for (const std::string direction : {"forward", "reverse"}) {
    Tensors inputs = unit_cell(filled({3, 2, 1}, 1), 3);
    inputs["L"] = {{2}, Integers{0, 2}};
    inputs["h0"] = filled({1, 2, 1}, 0.7F);
    const Node node{"gru", "GRU", {"X", "W", "R", "", "L", "h0"}, {"Y", "Y_h"}, {{"direction", direction}}};
    const auto outputs = run(node, inputs);
    ASSERT_TRUE(outputs) << outputs.error().message;
    const Floats& y = outputs->at("Y").floats();
    const bool forward = direction == "forward";
    EXPECT_NEAR(y[1], forward ? 0.73404974 : 0.7627337, 1e-6);
    EXPECT_NEAR(y[3], forward ? 0.7627337 : 0.73404974, 1e-6);
    EXPECT_EQ(y[5], 0);
    EXPECT_EQ(outputs->at("Y_h").floats()[0], 0);  // length 0
    EXPECT_NEAR(outputs->at("Y_h").floats()[1], 0.7627337, 1e-6);
  }
}

TEST(Executor, GivesTheSameInBothLayouts) {
  Tensor x{{2, 3, 1}, Floats{1, 2, 3, 4, 5, 6}};  // [time, batch, input]
  Tensor swapped{{3, 2, 1}, Floats{1, 4, 2, 5, 3, 6}};
  const Node node{"rnn", "RNN", {"X", "W", "R"}, {"Y", "Y_h"}, {}};
  Node batch_first = node;
  batch_first.attributes["layout"] = std::int64_t{1};
  const auto time_major = run(node, unit_cell(x, 1));
  const auto batch_major = run(batch_first, unit_cell(swapped, 1));
  ASSERT_TRUE(time_major && batch_major);
  EXPECT_EQ(batch_major->at("Y").shape, (Shape{3, 2, 1, 1}));
  EXPECT_EQ(batch_major->at("Y_h").shape, (Shape{3, 1, 1}));
  EXPECT_EQ(batch_major->at("Y_h").floats(), time_major->at("Y_h").floats());
  EXPECT_EQ(batch_major->at("Y").floats()[1], time_major->at("Y").floats()[3]);
}

TEST(Executor, CouplesTheForgetGateToTheInputGate) {
  Tensors inputs = unit_cell(filled({1, 1, 1}, 1), 4);
  inputs["c0"] = filled({1, 1, 1}, 2);
  const Node node{"lstm",
                  "LSTM",
                  {"X", "W", "R", "", "", "", "c0"},
                  {"", "", "Y_c"},
                  {{"input_forget", std::int64_t{1}}}};
  const auto outputs = run(node, inputs);
  ASSERT_TRUE(outputs) << outputs.error().message;
  const double i = 1 / (1 + std::exp(-1.0));
  EXPECT_NEAR(outputs->at("Y_c").floats()[0], (1 - i) * 2 + i * std::tanh(1.0), 1e-6);
}

TEST(Executor, RunsNoSteps) {
  const Node node{"rnn", "RNN", {"X", "W", "R"}, {"Y", "Y_h"}, {}};
  const auto outputs = run(node, unit_cell(filled({0, 2, 1}, 0), 1));
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->at("Y").shape, (Shape{0, 1, 2, 1}));
}

TEST(Executor, NamesTheNodeOfAShapeThatDoesNotFit) {
  Tensors inputs = unit_cell(filled({3, 2, 1}, 1), 4);
  inputs["R"] = filled({1, 3, 1}, 1);
  expect_error(run({"cell", "LSTM", {"X", "W", "R"}, {"Y"}, {}}, inputs),
               "node 'cell' (LSTM): input R has shape [1, 3, 1]");
  expect_error(
      run({"m", "MatMul", {"a", "b"}, {"y"}, {}}, {{"a", filled({2, 3}, 1)}, {"b", filled({2, 3}, 1)}}),
      "node 'm' (MatMul)");
  expect_error(run({"s", "Add", {"a", "b"}, {"y"}, {}}, {{"a", filled({2}, 1)}, {"b", filled({3}, 1)}}),
               "do not broadcast");
}

TEST(Executor, RefusesLengthsOutsideTheTime) {
  Tensors inputs = unit_cell(filled({3, 1, 1}, 1), 1);
  inputs["L"] = {{1}, Integers{4}};
  expect_error(run({"rnn", "RNN", {"X", "W", "R", "", "L"}, {"Y"}, {}}, inputs), "sequence_lens");
}

TEST(Executor, RefusesResultsThatAreTooLarge) {
  const std::int64_t huge = std::int64_t{1} << 62;
  expect_error(run({"e", "Expand", {"x", "s"}, {"y"}, {}},
                   {{"x", filled({1}, 1)}, {"s", {{2}, Integers{huge, huge}}}}),
               "above the limit");
  expect_error(run({"c", "ConstantOfShape", {"s"}, {"y"}, {}}, {{"s", {{3}, Integers{0, huge, huge}}}}),
               "above the limit");
  expect_error(run({"c", "ConstantOfShape", {"s"}, {"y"}, {}}, {{"s", {{1}, Integers{-1}}}}), "negative");
}

TEST(Executor, RefusesIndicesOutsideTheTable) {
  expect_error(
      run({"g", "Gather", {"x", "i"}, {"y"}, {}}, {{"x", filled({3, 2}, 1)}, {"i", {{1}, Integers{3}}}}),
      "index 3");
  expect_error(
      run({"d", "Div", {"a", "b"}, {"y"}, {}}, {{"a", {{1}, Integers{1}}}, {"b", {{1}, Integers{0}}}}),
      "zero");
}

TEST(Executor, RefusesInputsThatDoNotMatchTheDeclaration) {
  Graph graph = graph_of({"r", "Relu", {"x"}, {"y"}, {}}, {{"x", filled({2}, 1)}});
  graph.inputs[0].has_shape = true;
  graph.inputs[0].shape = {-1, 4};
  expect_error(Executor(graph).run({{"x", filled({2, 3}, 1)}}), "shape [2, 3] given");
  expect_error(Executor(graph).run({}), "graph input 'x' is missing");
  expect_error(Executor(graph).run({{"x", {{1, 4}, Integers(4)}}}), "floating type");
  expect_error(Executor(graph).run({{"x", filled({2, 4}, 1)}, {"z", filled({1}, 1)}}), "'z' is not an input");
  expect_error(Executor(graph).run({{"x", {{2, 4}, Floats(3)}}}), "3 values");
}

TEST(Executor, SlicesWithAnyBoundsAndSteps) {
  const Tensor x{{5}, Floats{0, 1, 2, 3, 4}};
  const auto slice = [&](std::int64_t start, std::int64_t end, std::int64_t step) {
    const auto result = run(
        {"s", "Slice", {"x", "b", "e", "", "t"}, {"y"}, {}},
        {{"x", x}, {"b", {{1}, Integers{start}}}, {"e", {{1}, Integers{end}}}, {"t", {{1}, Integers{step}}}});
    return result ? result->at("y").floats() : Floats{-1};
  };
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(slice(1, most, 2), (Floats{1, 3}));
  EXPECT_EQ(slice(-1, -most - 1, -2), (Floats{4, 2, 0}));
  EXPECT_EQ(slice(3, 1, 1), Floats{});
  EXPECT_EQ(slice(0, 5, most), (Floats{0}));
  EXPECT_EQ(slice(0, 5, 0), (Floats{-1}));
}

}  // namespace
}  // namespace fixgate
