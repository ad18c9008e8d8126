// Every network of tests/data/models, written by several exporters: it lowers and computes what ONNX Runtime
// computed, or it is refused as the table says.
#include <gtest/gtest.h>

#include "import/test_cases.h"
#include "networks/agreement.h"
#include "sweep/load_network.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 1e-5;

constexpr test_cases::Refusal kRefused[] = {
    {"dynamo_lstm_final_op24", "operator set 24 is not supported"},
    {"dynamo_lstm_static_op23", "operator set 23 is not supported"},
    {"dynamo_rnn_tanh_last_op18", "node 'node_Slice_16' (Slice): picks something else than the last step"},
    {"keras_gru_reset_before_loop_op15",
     "/gru/while/Less__265' (Cast): operator Cast on a shape is not supported"},
    {"keras_lstm_backwards_op16", "node 'Expand__1343' (Expand): operator Expand on a shape"},
    {"keras_simple_rnn_loop_op15",
     "/simple_rnn/while/Less__434' (Cast): operator Cast on a shape is not supported"},
    {"written_gru0_clip_op17", "node 0 (GRU, unnamed): attribute 'clip'"},
    {"written_gru0_lengths_constant_op21", "node 0 (GRU, unnamed): input 'sequence_lens' is not supported"},
    {"written_gru1_clip_op14", "node 0 (GRU, unnamed): attribute 'clip'"},
    {"written_gru1_lengths_reverse_op17", "node 0 (GRU, unnamed): input 'sequence_lens' is not supported"},
    {"written_gru1_states_constant_op17",
     "node 0 (GRU, unnamed): a constant initial state that differs within the batch"},
    {"written_lstm_clip_op11", "node 0 (LSTM, unnamed): attribute 'clip'"},
    {"written_lstm_input_forget_op14", "node 0 (LSTM, unnamed): attribute 'input_forget'"},
    {"written_lstm_lengths_both_directions_op18",
     "node 0 (LSTM, unnamed): input 'sequence_lens' is not supported"},
    {"written_lstm_lengths_final_op9", "node 0 (LSTM, unnamed): input 'sequence_lens' is not supported"},
    {"written_lstm_lengths_op13", "node 0 (LSTM, unnamed): input 'sequence_lens' is not supported"},
    {"written_lstm_peepholes_both_directions_op17", "node 0 (LSTM, unnamed): input 'P' (peepholes)"},
    {"written_lstm_peepholes_op9", "node 0 (LSTM, unnamed): input 'P' (peepholes)"},
    {"written_lstm_states_constant_op14",
     "node 0 (LSTM, unnamed): a constant initial state that differs within the batch"},
    {"written_rnn_clip_op9", "node 0 (RNN, unnamed): attribute 'clip'"},
    {"written_rnn_lengths_both_directions_op17",
     "node 0 (RNN, unnamed): input 'sequence_lens' is not supported"},
};

class Fixtures : public testing::TestWithParam<fs::path> {};

TEST_P(Fixtures, ComputeTheStoredOutputsOrAreRefused) {
  const auto network = load_network(GetParam());
  if (const char* reason = test_cases::refusal_of(GetParam().stem(), kRefused)) {
    ASSERT_FALSE(network) << "it lowers now: take it off the table";
    EXPECT_NE(network.error().message.find(reason), std::string::npos) << network.error().message;
    return;
  }
  ASSERT_TRUE(network) << network.error().message;
  const auto graph = load_graph(GetParam());
  ASSERT_TRUE(graph);
  const std::string text =
      agreement::difference(*network, *graph, test_cases::stored_values(GetParam(), "input_"),
                            test_cases::stored_values(GetParam(), "output_"), kTolerance);
  EXPECT_EQ(text, "");
}

INSTANTIATE_TEST_SUITE_P(Stored, Fixtures, testing::ValuesIn(test_cases::stored_models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

TEST(FixtureTable, CountsTheLoweredAndTheRefused) {
  std::size_t lowered = 0;
  std::size_t refused = 0;
  for (const fs::path& model : test_cases::stored_models()) ++(load_network(model) ? lowered : refused);
  fmt::print("lowered: {} of {}, refused: {} (listed)\n", lowered, lowered + refused, refused);
  EXPECT_EQ(refused, std::size(kRefused));
}

}  // namespace
}  // namespace fixgate
