// Chains of layers come out as the programs that they have always been, with the same names in the same order.
#include <gtest/gtest.h>

#include "fixed/program_of.h"
#include "import/onnx.h"
#include "import/test_cases.h"
#include "lowering/lower_to_program.h"
#include "lowering/testing/judge.h"
#include "network/lower.h"
#include "program/text.h"
#include "quantize/quantize.h"

namespace fixgate::lowering {
namespace {

constexpr const char* kPlan = R"(
version = 1
[[signal]]
format = "sfix12_En8"
[[weight]]
width = 8
)";

/// The text of a program alone.
std::string text_of(const program::Program& program) {
  program::FixedNetwork network;
  network.program = program;
  for (program::Value& value : network.program.values) value.shape.clear();
  for (program::Output& output : network.program.outputs) output.shape.clear();
  network.formats = {program.values.size(), SignalFormat{}};
  for (const program::Matrix& matrix : program.matrices) {
    WeightMatrix weights;
    weights.rows = matrix.rows;
    weights.columns = matrix.columns;
    weights.width = 8;
    network.weights.add(weights);
  }
  network.constants = {program.constants.size(), {}};
  network.initial = {program.states.size(), {}};
  network.table_of = {program.functions.size(), program::TableId(0)};
  network.tables.add(ActivationTable{});
  return write_text(network, false);
}

/// Where the chain keeps less, or more: it drops outputs that are states, and joins both directions at every
/// step where only the final states are read.
constexpr const char* kOthers[] = {"dynamo_lstm_returns_states_op21",
                                   "torchscript_lstm_returns_states_op19",
                                   "dynamo_gru_both_directions_final_op19",
                                   "keras_lstm_both_directions_op14",
                                   "torchscript_lstm_both_directions_final_op14",
                                   "written_gru1_bidirectional_1x_final_op13",
                                   "written_gru1_bidirectional_1x_final_op7",
                                   "written_lstm_bidirectional_1x_final_op14",
                                   "written_rnn_bidirectional_2x_final_op11"};

/// A stored network that the chain path converts: its graph and the chain's program.
struct Chain {
  Graph graph;
  program::Program program;
};

/// Nothing where the chain path refuses the file.
std::optional<Chain> chain_of_file(const std::filesystem::path& path) {
  const auto imported = import_onnx(path);
  if (!imported) return std::nullopt;
  auto graph = testing_support::folded(*imported);
  if (!graph) return std::nullopt;
  const auto chain = lower(*graph);
  if (!chain) return std::nullopt;
  const auto quantised = quantise(*chain, *parse_plan(kPlan), nullptr);
  if (!quantised) return std::nullopt;
  return Chain{std::move(*graph), program_of(quantised->network).program};
}

std::vector<std::filesystem::path> stored_chains() {
  std::vector<std::filesystem::path> chains;
  for (const std::filesystem::path& path : test_cases::stored_models())
    if (chain_of_file(path)) chains.push_back(path);
  return chains;
}

TEST(StoredChains, AreMany) {
  EXPECT_GT(stored_chains().size(), 90U);
}

class StoredChain : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(StoredChain, IsTheSameProgram) {
  const auto chain = chain_of_file(GetParam());
  ASSERT_TRUE(chain);
  const auto lowered = lower_to_program(chain->graph);
  ASSERT_TRUE(lowered) << lowered.error().message;
  const std::string text = text_of(lowered->network.program);
  if (std::ranges::count(kOthers, GetParam().stem().string()) > 0)
    EXPECT_NE(text, text_of(chain->program)) << "it is the same program by now";
  else
    EXPECT_EQ(text, text_of(chain->program));
}

INSTANTIATE_TEST_SUITE_P(Lowering, StoredChain, ::testing::ValuesIn(stored_chains()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

}  // namespace
}  // namespace fixgate::lowering
