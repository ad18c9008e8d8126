#include <gtest/gtest.h>

#include "network/fold.h"
#include "network/lower.h"
#include "network/testing/graph_builder.h"

namespace fixgate {
namespace {

using testing_support::GraphBuilder;
using testing_support::Names;

constexpr std::int64_t kInputs = 3;
constexpr std::int64_t kHidden = 4;

std::vector<std::string> refusals(Graph graph) {
  EXPECT_TRUE(fold_constants(graph));
  EXPECT_TRUE(fold_initial_states(graph));
  std::vector<std::string> messages;
  for (const Error& refusal : lower_what_can_be(graph).refusals) messages.push_back(refusal.message);
  const auto network = lower(graph);
  EXPECT_EQ(network.has_value(), messages.empty());
  EXPECT_EQ(network ? "" : network.error().message, messages.empty() ? "" : messages.front());
  return messages;
}

std::string gru(GraphBuilder& g, const std::string& x, std::int64_t inputs,
                testing_support::Attributes attributes = {}) {
  return g.squeeze(g.recurrent("GRU", x, inputs, kHidden, "forward", {}, std::move(attributes))[0], {1});
}

TEST(Refusals, AreNoneOfASupportedNetwork) {
  GraphBuilder g;
  EXPECT_EQ(refusals(g.graph({gru(g, g.input("x", {-1, -1, kInputs}), kInputs)})), Names{});
}

TEST(Refusals, AreFoundBehindAnUnsupportedFeature) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto first = gru(g, x, kInputs, {{"clip", 1.0F}});
  const auto second = g.recurrent("LSTM", first, kHidden, kHidden, "forward", {},
                                  {{"clip", 2.0F}, {"input_forget", std::int64_t{1}}})[0];
  const auto picked = g.slice(g.squeeze(second, {1}), 0, 2, 0);
  EXPECT_EQ(refusals(g.graph({picked})),
            (Names{"node 'GRU_0' (GRU): attribute 'clip' is not supported in fixed point",
                   "node 'LSTM_2' (LSTM): attribute 'clip' is not supported in fixed point",
                   "node 'LSTM_2' (LSTM): attribute 'input_forget' is not supported in fixed point",
                   "node 'Slice_4' (Slice): picks something else than the last step or a direction; this is "
                   "not supported in fixed point"}));
}

TEST(Refusals, AreNotTheConsequencesOfAnother) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto h = gru(g, g.node("Exp", {x}), kInputs);
  EXPECT_EQ(refusals(g.graph({g.dense(h, kHidden, 2)})),
            Names{"node 'Exp_0' (Exp): operator Exp on the data is not supported in fixed point"});
}

TEST(Refusals, AreWhatAnUnjudgedNodeSaysByItself) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto h = gru(g, g.node("Exp", {x}), kInputs, {{"clip", 1.0F}});
  const auto y = g.node("Erf", {g.dense(h, kHidden, 2)});
  EXPECT_EQ(refusals(g.graph({y})),
            (Names{"node 'Exp_0' (Exp): operator Exp on the data is not supported in fixed point",
                   "node 'GRU_1' (GRU): attribute 'clip' is not supported in fixed point",
                   "node 'Erf_5' (Erf): this operator is not supported in fixed point"}));
}

// A node that leaves an input out does not read the output that a refused node leaves out.
TEST(Refusals, KnowNothingByNoName) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto h = gru(g, x, kInputs);
  const auto picked = g.slice(h, 0, 2, 0);
  const auto other = g.node("Slice", {h, g.integers({1}), g.integers({3}), "", ""});
  Graph graph = g.graph({picked, other});
  graph.nodes[2].outputs.emplace_back("");
  EXPECT_EQ(refusals(graph).size(), 2U);
}

TEST(Refusals, OfNoDataInputStandAlone) {
  GraphBuilder g;
  const auto h0 = g.input("h0", {1, 1, kHidden});
  const auto x = g.floats({2, 1, kInputs});
  EXPECT_EQ(refusals(g.graph({g.recurrent("GRU", x, kInputs, kHidden, "forward", {h0})[1]})),
            Names{"the graph has no data input"});
}

TEST(Refusals, OfTheWholeComeLast) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto y = g.recurrent("GRU", x, kInputs, kHidden, "bidirectional", {}, {{"clip", 1.0F}})[0];
  EXPECT_EQ(refusals(g.graph({y})),
            (Names{"node 'GRU_0' (GRU): attribute 'clip' is not supported in fixed point",
                   "the directions of 'GRU_0' are not merged into one vector"}));
}

TEST(Refusals, OfLengthsAreNoneOfStates) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  Graph graph = g.graph({gru(g, x, kInputs)});
  graph.inputs.push_back({"lengths", false, true, {-1}});
  graph.nodes.front().inputs.back() = "lengths";
  EXPECT_EQ(refusals(graph),
            Names{"node 'GRU_0' (GRU): input 'sequence_lens' is not supported in fixed point: each "
                  "sequence runs at its own length"});
}

TEST(Refusals, OfAnInputAreOfItsReadersToo) {
  GraphBuilder g;
  const auto x = g.input("x", {-1, -1, kInputs});
  const auto mask = g.input("mask", {-1, -1, kHidden});
  const auto h = g.node("Mul", {gru(g, x, kInputs), mask});
  EXPECT_EQ(refusals(g.graph({h})),
            Names{"graph inputs 'x' and 'mask': a network with one data input is needed"});
}

}  // namespace
}  // namespace fixgate
