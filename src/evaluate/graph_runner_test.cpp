#include "evaluate/graph_runner.h"

#include <gtest/gtest.h>

#include "evaluate/outcome.h"
#include "network/executor.h"
#include "network/fold.h"
#include "network/testing/graph_builder.h"

namespace fixgate {
namespace {

using testing_support::GraphBuilder;
using testing_support::Integers;
using testing_support::Names;

constexpr std::int64_t kInputs = 3;
constexpr std::int64_t kHidden = 4;
constexpr float kTolerance = 1e-5F;

Sequence features(Eigen::Index steps) {
  Sequence sequence;
  sequence.features.resize(steps, kInputs);
  for (Eigen::Index k = 0; k < sequence.features.size(); ++k)
    sequence.features.data()[k] = std::sin(static_cast<float>(k) * 0.7F);
  return sequence;
}

GraphRunner runner_of(const Graph& graph) {
  auto runner = GraphRunner::make(graph);
  EXPECT_TRUE(runner) << runner.error().message;
  return std::move(*runner);
}

FloatMatrix run(const Graph& graph, const Sequence& sequence) {
  const GraphRunner runner = runner_of(graph);
  GraphRunner::State state = runner.initial_state();
  const auto outputs = runner.run(sequence, state);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs ? *outputs : FloatMatrix();
}

std::string refusal(const Graph& graph) {
  const auto runner = GraphRunner::make(graph);
  return runner ? "none" : runner.error().message;
}

void expect_near(const FloatMatrix& a, const FloatMatrix& b) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.cols(), b.cols());
  EXPECT_LE((a - b).cwiseAbs().maxCoeff(), kTolerance);
}

/// x [time, batch, features] less 0.5, through a GRU, a dense layer on every step.
Graph shifted_gru(const Shape& x) {
  GraphBuilder g;
  const auto shifted = g.node("Sub", {g.input("x", x), g.constant({{1}, std::vector<float>{0.5F}})});
  const auto y = g.squeeze(g.recurrent("GRU", shifted, kInputs, kHidden)[0], {1});
  return g.graph({g.dense(y, kHidden, 2)});
}

TEST(GraphRunner, ComputesWhatTheExecutorDoes) {
  const Graph graph = shifted_gru({-1, -1, kInputs});
  const Sequence sequence = features(7);
  const Tensor x{{7, 1, kInputs},
                 std::vector<float>(sequence.features.data(), sequence.features.data() + 7 * kInputs)};
  const auto whole = Executor(graph).run({{"x", x}});
  ASSERT_TRUE(whole) << whole.error().message;
  const Tensor& y = whole->begin()->second;
  expect_near(run(graph, sequence), Eigen::Map<const FloatMatrix>(y.floats().data(), 7, 2));
}

TEST(GraphRunner, FindsTimeBehindATranspose) {
  const auto made = [](bool batch_first) {
    GraphBuilder g;
    auto x = g.input("x", {-1, -1, kInputs});
    if (batch_first) x = g.transpose(x, {1, 0, 2});
    x = g.node("Exp", {x});
    return g.graph({g.squeeze(g.recurrent("LSTM", x, kInputs, kHidden)[0], {1})});
  };
  expect_near(run(made(true), features(5)), run(made(false), features(5)));
}

// The last state, repeated, is what the second layer reads, as autoencoders do.
TEST(GraphRunner, RunsALayerThatReadsNoData) {
  GraphBuilder g;
  const auto x = g.input("x", {4, -1, kInputs});
  const auto h = g.recurrent("GRU", x, kInputs, kHidden)[1];
  const auto repeated = g.node("Tile", {h, g.integers({4, 1, 1})});
  const auto y = g.squeeze(g.recurrent("GRU", repeated, kHidden, kHidden)[0], {1});
  const Graph graph = g.graph({g.dense(y, kHidden, kInputs)});
  EXPECT_EQ(run(graph, features(4)).rows(), 4);
}

TEST(GraphRunner, AnswersOneOfAFixedBatch) {
  expect_near(run(shifted_gru({-1, 3, kInputs}), features(5)),
              run(shifted_gru({-1, -1, kInputs}), features(5)));
}

TEST(GraphRunner, RefusesABatchThatIsNotTreatedAlike) {
  GraphBuilder g;
  const auto x = g.node("Add", {g.input("x", {-1, 3, kInputs}), g.floats({1, 3, 1})});
  const Graph graph = g.graph({g.squeeze(g.recurrent("GRU", x, kInputs, kHidden)[0], {1})});
  const GraphRunner runner = runner_of(graph);
  GraphRunner::State state = runner.initial_state();
  const auto outputs = runner.run(features(5), state);
  ASSERT_FALSE(outputs);
  EXPECT_NE(outputs.error().message.find("batches of 3"), std::string::npos) << outputs.error().message;
}

TEST(GraphRunner, RefusesAxesThatCannotBeTold) {
  EXPECT_EQ(refusal(shifted_gru({5, 5, kInputs})),
            "graph input 'x': which of its axes is time cannot be told from its shape");
}

TEST(GraphRunner, RefusesOtherStepsThanTheFileFixes) {
  const GraphRunner runner = runner_of(shifted_gru({5, -1, kInputs}));
  GraphRunner::State state = runner.initial_state();
  for (const Eigen::Index steps : {3, 8, 10}) {
    const auto outputs = runner.run(features(steps), state);
    ASSERT_FALSE(outputs) << steps;
    EXPECT_NE(outputs.error().message.find("exactly 5 steps, the data has " + std::to_string(steps)),
              std::string::npos)
        << outputs.error().message;
  }
}

/// Two layers whose states come in one tensor and go out in one, the layers in the given order.
Graph stacked(std::int64_t steps, bool in_order) {
  GraphBuilder g;
  const auto x = g.node("Exp", {g.input("x", {steps, 1, kInputs})});
  const auto h0 = g.input("h0", {2, 1, kHidden});
  const auto first = g.recurrent("GRU", x, kInputs, kHidden, "forward", {g.slice(h0, 0, 1, 0)});
  const auto second =
      g.recurrent("GRU", g.squeeze(first[0], {1}), kHidden, kHidden, "forward", {g.slice(h0, 1, 2, 0)});
  const auto hn = g.concat(in_order ? Names{first[1], second[1]} : Names{second[1], first[1]}, 0);
  return g.graph({g.squeeze(second[0], {1}), hn});
}

TEST(GraphRunner, CarriesStatesFromCallToCall) {
  expect_near(run(stacked(4, true), features(12)), run(stacked(-1, true), features(12)));
  const GraphRunner runner = runner_of(stacked(4, true));
  EXPECT_EQ(runner.call(), (CallSteps{4, true}));
  GraphRunner::State state = runner.initial_state();
  const auto outputs = runner.run(features(10), state);
  ASSERT_FALSE(outputs);
  EXPECT_NE(outputs.error().message.find("4 steps a call, and the data's 10 steps"), std::string::npos)
      << outputs.error().message;
}

TEST(GraphRunner, CarriesNoStatesThatComeBackInAnotherOrder) {
  EXPECT_EQ(runner_of(stacked(4, false)).call(), (CallSteps{4, false}));
}

TEST(GraphRunner, GivesLengthsTheSequencesSteps) {
  const auto made = [](bool with_lengths) {
    GraphBuilder g;
    const auto x = g.node("Exp", {g.input("x", {-1, -1, kInputs})});
    Graph graph = g.graph({g.squeeze(g.recurrent("GRU", x, kInputs, kHidden)[0], {1})});
    if (!with_lengths) return graph;
    graph.inputs.push_back({"lengths", false, true, {-1}});
    graph.nodes[1].inputs.back() = "lengths";
    return graph;
  };
  expect_near(run(made(true), features(6)), run(made(false), features(6)));
}

TEST(GraphRunner, LeavesTheFunctionAtTheEndToTheReader) {
  for (const auto& [op, function] :
       {std::pair{"Softmax", OutputFunction::Softmax}, std::pair{"LogSoftmax", OutputFunction::LogSoftmax},
        std::pair{"ArgMax", OutputFunction::ArgMax}}) {
    GraphBuilder g;
    const auto x = g.node("Exp", {g.input("x", {-1, -1, kInputs})});
    const auto y = g.dense(g.squeeze(g.recurrent("GRU", x, kInputs, kHidden)[0], {1}), kHidden, 2);
    const Graph graph = g.graph({g.node(op, {y}, {{"axis", std::int64_t{-1}}})});
    EXPECT_EQ(runner_of(graph).output_function(), function);
    EXPECT_EQ(run(graph, features(3)).cols(), 2);
  }
}

TEST(GraphRunner, RefusesGraphsOfSeveralInputsOrOutputs) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto mask = g.input("mask", {-1, -1, kInputs});
  const auto y = g.recurrent("GRU", g.node("Mul", {x, mask}), kInputs, kHidden)[0];
  EXPECT_EQ(refusal(g.graph({y})), "graph inputs 'x' and 'mask': a graph with one data input is needed");
  GraphBuilder two;
  const auto z = two.recurrent("GRU", two.input("x", {-1, -1, kInputs}), kInputs, kHidden)[0];
  EXPECT_EQ(refusal(two.graph({two.node("Exp", {z}), two.node("Neg", {z})})),
            "graph outputs 'Exp_1_0' and 'Neg_2_0': a graph with one output besides its states is needed");
}

TEST(GraphRunner, RefusesWhatNoRecurrentNodeReads) {
  GraphBuilder g;
  EXPECT_EQ(refusal(g.graph({g.dense(g.input("x", {-1, -1, kInputs}), kInputs, 2)})),
            "no LSTM, GRU or RNN reads the data");
}

TEST(GraphRunner, RefusesInputsTooLargeToTry) {
  GraphBuilder g;
  const auto h0 = g.input("h0", {1 << 20, 1 << 20, kHidden});
  const auto y = g.recurrent("GRU", g.input("x", {-1, -1, kInputs}), kInputs, kHidden, "forward", {h0})[0];
  EXPECT_EQ(refusal(g.graph({y})),
            "graph input 'h0' takes more than 16777216 elements in one call, which is the limit");
}

TEST(RunGraphs, RefusesProbabilitiesForPerplexity) {
  GraphBuilder g;
  const auto x = g.node("Exp", {g.input("x", {-1, -1, kInputs})});
  const auto y = g.dense(g.squeeze(g.recurrent("GRU", x, kInputs, kHidden)[0], {1}), kHidden, 2);
  const Graph graph = g.graph({g.node("Abs", {g.node("Softmax", {y}, {{"axis", std::int64_t{-1}}})})});
  Sample sample{features(3), {}, "s"};
  sample.target.next_tokens = {0, 1, 1};
  const auto outcomes =
      run_float(runner_of(graph), {{sample}, false}, {MetricKind::Perplexity, Decision::Argmax});
  ASSERT_FALSE(outcomes);
  EXPECT_NE(outcomes.error().message.find("probabilities already"), std::string::npos)
      << outcomes.error().message;
}

TEST(RunGraphs, RefusesATextWhoseStateGoesNowhere) {
  const Sample sample{features(3), {}, "s"};
  const auto outcomes = run_float(runner_of(shifted_gru({-1, -1, kInputs})), {{sample, sample}, true},
                                  {MetricKind::Rmse, Decision::Argmax});
  ASSERT_FALSE(outcomes);
  EXPECT_NE(outcomes.error().message.find("one text"), std::string::npos) << outcomes.error().message;
}

}  // namespace
}  // namespace fixgate
