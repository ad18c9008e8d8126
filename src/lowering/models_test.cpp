// The stored networks of tests/data/models: lowered, run in float, compared with the graph executor.
#include <gtest/gtest.h>

#include "import/onnx.h"
#include "import/test_cases.h"
#include "lowering/lower_to_program.h"
#include "lowering/testing/judge.h"

namespace fixgate::lowering {
namespace {

constexpr double kTolerance = 1e-5;

/// What a program cannot say, or no runner can read, and why.
constexpr test_cases::Refusal kRefused[] = {
    {"dynamo_lstm_final_op24", "operator set 24 is not supported"},
    {"dynamo_lstm_static_op23", "operator set 23 is not supported"},
    {"written_gru0_clip_op17", "attribute 'clip' is supported for LSTM alone"},
    {"written_gru1_clip_op14", "attribute 'clip' is supported for LSTM alone"},
    {"written_rnn_clip_op9", "attribute 'clip' is supported for LSTM alone"},
    {"written_gru0_lengths_constant_op21", "input 'sequence_lens' is not the number of steps"},
};

Result<LoweredProgram> lowered_file(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(Graph graph, import_onnx(path));
  FIXGATE_ASSIGN(graph, testing_support::folded(std::move(graph)));
  return lower_to_program(graph);
}

class StoredModel : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(StoredModel, ComputesWhatTheGraphDoes) {
  if (const char* reason = test_cases::refusal_of(GetParam().stem().string(), kRefused)) {
    const auto refused = lowered_file(GetParam());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find(reason), std::string::npos) << refused.error().message;
    return;
  }
  const auto imported = import_onnx(GetParam());
  ASSERT_TRUE(imported) << imported.error().message;
  const auto graph = testing_support::folded(*imported);
  ASSERT_TRUE(graph) << graph.error().message;
  const auto lowered = lower_to_program(*graph);
  ASSERT_TRUE(lowered) << lowered.error().message;
  testing_support::Judge judge(*graph, *lowered, 9);
  const auto difference = judge.run(3);
  ASSERT_TRUE(difference) << difference.error().message;
  EXPECT_LT(*difference, kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Lowering, StoredModel, ::testing::ValuesIn(test_cases::stored_models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

}  // namespace
}  // namespace fixgate::lowering
