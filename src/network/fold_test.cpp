#include "network/fold.h"

#include <gtest/gtest.h>

#include "network/executor.h"

namespace fixgate {
namespace {

using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;

Tensor integers(Integers values) {
  return {{static_cast<std::int64_t>(values.size())}, std::move(values)};
}

/// x [time, batch, 1] -> GRU with the zero state that PyTorch's exporter makes -> y.
Graph exported_graph(float fill) {
  Graph graph;
  graph.operator_set = 17;
  graph.inputs = {{"x", true, true, {-1, -1, 1}}};
  graph.outputs = {{"y", true, false, {}}};
  graph.constants = {{"one", integers({1})}, {"two", integers({2})}, {"unused", integers({3})}};
  for (const char* name : {"w", "r"})
    graph.constants[name] = {{1, 6, name[0] == 'w' ? 1 : 2}, Floats(name[0] == 'w' ? 6 : 12, 0.5F)};
  graph.nodes = {{"shape", "Shape", {"x"}, {"s"}, {}},
                 {"batch", "Gather", {"s", "one"}, {"b"}, {}},
                 {"sizes", "Concat", {"one", "b", "two"}, {"hs"}, {{"axis", std::int64_t{0}}}},
                 {"zeros", "ConstantOfShape", {"hs"}, {"z"}, {{"value", Tensor{{1}, Floats{fill}}}}},
                 {"again", "Identity", {"z"}, {"h0"}, {}},
                 {"gru", "GRU", {"x", "w", "r", "", "", "h0"}, {"y"}, {}}};
  return graph;
}

Floats run(const Graph& graph, const Tensor& x) {
  const auto outputs = Executor(graph).run({{"x", x}});
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs ? outputs->at("y").floats() : Floats{};
}

const Tensor kX{{3, 2, 1}, Floats{1, -2, 3, -4, 5, -6}};

TEST(Fold, LeavesOutZeroStates) {
  Graph graph = exported_graph(0);
  const Floats before = run(graph, kX);
  ASSERT_TRUE(fold_constants(graph));
  EXPECT_EQ(run(graph, kX), before);
  ASSERT_TRUE(fold_initial_states(graph));
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<std::string>{"x", "w", "r"}));
  EXPECT_EQ(graph.constants.size(), 2U);
  EXPECT_EQ(run(graph, kX), before);
}

TEST(Fold, KeepsOtherStates) {
  Graph graph = exported_graph(0.5F);
  const Floats before = run(graph, kX);
  ASSERT_TRUE(fold_constants(graph));
  ASSERT_TRUE(fold_initial_states(graph));
  EXPECT_EQ(graph.nodes.size(), 5U);  // all but the Identity
  EXPECT_EQ(run(graph, kX), before);
}

TEST(Fold, LeavesOutConstantZeroStates) {
  Graph graph = exported_graph(0);
  graph.constants["h0"] = {{1, 2, 2}, Floats(4, -0.0F)};
  graph.nodes.erase(graph.nodes.begin(), graph.nodes.end() - 1);
  const Floats before = run(graph, kX);
  ASSERT_TRUE(fold_initial_states(graph));
  EXPECT_EQ(graph.nodes[0].inputs.size(), 3U);
  EXPECT_EQ(run(graph, kX), before);
}

TEST(Fold, FoldsTheSizesThatAreDeclared) {
  Graph graph = exported_graph(0.5F);
  graph.inputs[0].shape = {-1, 2, 1};  // the batch is static, the time is not
  const Floats before = run(graph, kX);
  ASSERT_TRUE(fold_constants(graph));
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.constants.at("z").shape, (Shape{1, 2, 2}));
  EXPECT_EQ(run(graph, kX), before);
}

TEST(Fold, EvaluatesConstantNodes) {
  Graph graph = exported_graph(0);
  graph.constants["small"] = {{1, 6, 1}, Floats(6, 0.25F)};
  graph.nodes.insert(graph.nodes.begin(), {"scale", "Add", {"small", "small"}, {"w2"}, {}});
  graph.nodes.back().inputs[1] = "w2";
  const Floats before = run(graph, kX);
  ASSERT_TRUE(fold_constants(graph));
  EXPECT_EQ(graph.constants.at("w2").floats(), Floats(6, 0.5F));
  EXPECT_FALSE(graph.constants.contains("small"));
  EXPECT_EQ(run(graph, kX), before);
}

TEST(Fold, KeepsTheNameOfAnOutput) {
  Graph graph;
  graph.operator_set = 17;
  graph.inputs = {{"x", true, false, {}}};
  graph.outputs = {{"y", true, false, {}}};
  graph.nodes = {{"a", "Dropout", {"x"}, {"d"}, {}}, {"b", "Identity", {"d"}, {"y"}, {}}};
  ASSERT_TRUE(fold_constants(graph));
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(run(graph, kX), kX.floats());
}

TEST(Fold, RefusesConstantsOutOfBounds) {
  Graph graph = exported_graph(0);
  graph.constants["hs"] = integers({1 << 20, 1 << 20});
  graph.nodes.erase(graph.nodes.begin(), graph.nodes.begin() + 3);
  const auto result = fold_constants(graph);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("node 'zeros'"), std::string::npos) << result.error().message;
}

// A limit of all constants together must not be said as what is left of it.
TEST(Fold, NamesTheLimitOfConstantsThatDouble) {
  Graph graph;
  graph.operator_set = 17;
  graph.constants["c0"] = {{1 << 20}, Floats(1 << 20)};
  for (int k = 0; k < 12; ++k) {
    const std::string from = "c" + std::to_string(k);
    graph.nodes.push_back({"double_" + std::to_string(k),
                           "Concat",
                           {from, from},
                           {"c" + std::to_string(k + 1)},
                           {{"axis", std::int64_t{0}}}});
  }
  graph.outputs = {{"c12", true, false, {}}};
  const auto result = fold_constants(graph);
  ASSERT_FALSE(result);
  EXPECT_EQ(
      result.error().message,
      "node 'double_6' (Concat): its result, of the shape [134217728], would take the constants that the "
      "graph computes above 134217728 elements in all, which is the limit");
}

TEST(Fold, RefusesConstantsThatAreNotFinite) {
  Graph graph = exported_graph(0);
  graph.constants["none"] = {{1}, Floats{0}};
  graph.nodes.insert(graph.nodes.begin(), {"log", "Log", {"none"}, {"bad"}, {}});
  graph.outputs.push_back({"bad", true, false, {}});
  const auto result = fold_constants(graph);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("node 'log'"), std::string::npos) << result.error().message;
}

}  // namespace
}  // namespace fixgate
