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

class StoredChain : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(StoredChain, IsTheSameProgram) {
  if (std::ranges::count(kOthers, GetParam().stem().string()) > 0)
    GTEST_SKIP() << "the chain is another program";
  const auto imported = import_onnx(GetParam());
  if (!imported) GTEST_SKIP() << imported.error().message;
  const auto graph = testing_support::folded(*imported);
  ASSERT_TRUE(graph) << graph.error().message;
  const auto chain = lower(*graph);
  if (!chain) GTEST_SKIP() << "no chain: " << chain.error().message;
  const auto plan = parse_plan(kPlan);
  ASSERT_TRUE(plan) << plan.error().message;
  const auto quantised = quantise(*chain, *plan, nullptr);
  if (!quantised) GTEST_SKIP() << "no fixed-point chain: " << quantised.error().message;
  const auto lowered = lower_to_program(*graph);
  ASSERT_TRUE(lowered) << lowered.error().message;
  EXPECT_EQ(text_of(lowered->network.program), text_of(program_of(quantised->network).program));
}

INSTANTIATE_TEST_SUITE_P(Lowering, StoredChain, ::testing::ValuesIn(test_cases::stored_models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

}  // namespace
}  // namespace fixgate::lowering
