// Every network of tests/data/models, written by several exporters: it lowers and computes what ONNX Runtime
// computed, or it is refused as the table says.
#include <gtest/gtest.h>

#include "import/test_cases.h"
#include "networks/agreement.h"
#include "sweep/load_network.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;
using test_cases::Tensors;

constexpr double kTolerance = 1e-5;

struct Refusal {
  const char* name;
  const char* reason;  // part of the error
};

constexpr Refusal kRefused[] = {
    {"dynamo_lstm_final_op24", "operator set 24 is not supported"},
    {"dynamo_lstm_static_op23", "operator set 23 is not supported"},
    {"dynamo_rnn_tanh_last_op18", "node 'node_Slice_16' (Slice): picks something else than the last step"},
    {"keras_gru_reset_before_loop_op15",
     "node 'sequential/gru/while_loop' (Loop): operator Loop is not supported"},
    {"keras_lstm_backwards_op16", "node 'Expand__1343' (Expand): operator Expand on a shape"},
    {"keras_simple_rnn_loop_op15",
     "node 'sequential/simple_rnn/while_loop' (Loop): operator Loop is not supported"},
    {"written_gru0_clip_op17", "node 'GRU_0' (GRU): attribute 'clip'"},
    {"written_gru0_lengths_constant_op21", "node 'GRU_0' (GRU): input 'sequence_lens' is not supported"},
    {"written_gru1_clip_op14", "node 'GRU_0' (GRU): attribute 'clip'"},
    {"written_gru1_lengths_reverse_op17", "node 'GRU_0' (GRU): input 'sequence_lens' is not supported"},
    {"written_gru1_states_constant_op17",
     "node 'GRU_0' (GRU): a constant initial state that differs within the batch"},
    {"written_lstm_clip_op11", "node 'LSTM_0' (LSTM): attribute 'clip'"},
    {"written_lstm_input_forget_op14", "node 'LSTM_0' (LSTM): attribute 'input_forget'"},
    {"written_lstm_lengths_both_directions_op18",
     "node 'LSTM_0' (LSTM): input 'sequence_lens' is not supported"},
    {"written_lstm_lengths_final_op9", "node 'LSTM_0' (LSTM): input 'sequence_lens' is not supported"},
    {"written_lstm_lengths_op13", "node 'LSTM_0' (LSTM): input 'sequence_lens' is not supported"},
    {"written_lstm_peepholes_both_directions_op17", "node 'LSTM_0' (LSTM): input 'P' (peepholes)"},
    {"written_lstm_peepholes_op9", "node 'LSTM_0' (LSTM): input 'P' (peepholes)"},
    {"written_lstm_states_constant_op14",
     "node 'LSTM_0' (LSTM): a constant initial state that differs within the batch"},
    {"written_rnn_clip_op9", "node 'RNN_0' (RNN): attribute 'clip'"},
    {"written_rnn_lengths_both_directions_op17",
     "node 'RNN_0' (RNN): input 'sequence_lens' is not supported"},
};

const Refusal* refusal_of(const fs::path& model) {
  const auto* found =
      std::ranges::find_if(kRefused, [&](const Refusal& one) { return model.stem() == one.name; });
  return found == std::end(kRefused) ? nullptr : found;
}

std::vector<fs::path> models() {
  return test_cases::paths_in(fs::path(FIXGATE_SOURCE_DIR) / "tests/data/models", "", ".onnx");
}

Tensors stored_values(const fs::path& model, const std::string& start) {
  Tensors values;
  for (const fs::path& path :
       test_cases::paths_in(fs::path(model).replace_extension(".data"), start, ".pb")) {
    auto named = import_named_tensor(path);
    EXPECT_TRUE(named) << named.error().message;
    if (named) values[named->name] = std::move(named->tensor);
  }
  return values;
}

class Fixtures : public testing::TestWithParam<fs::path> {};

TEST_P(Fixtures, ComputeTheStoredOutputsOrAreRefused) {
  const auto network = load_network(GetParam());
  if (const Refusal* refusal = refusal_of(GetParam())) {
    ASSERT_FALSE(network) << "it lowers now: take it off the table";
    EXPECT_NE(network.error().message.find(refusal->reason), std::string::npos) << network.error().message;
    return;
  }
  ASSERT_TRUE(network) << network.error().message;
  const auto graph = load_graph(GetParam());
  ASSERT_TRUE(graph);
  const std::string text = agreement::difference(*network, *graph, stored_values(GetParam(), "input_"),
                                                 stored_values(GetParam(), "output_"), kTolerance);
  EXPECT_EQ(text, "");
}

INSTANTIATE_TEST_SUITE_P(Stored, Fixtures, testing::ValuesIn(models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

TEST(FixtureTable, CountsTheLoweredAndTheRefused) {
  std::size_t lowered = 0;
  std::size_t refused = 0;
  for (const fs::path& model : models()) ++(load_network(model) ? lowered : refused);
  fmt::print("lowered: {} of {}, refused: {} (listed)\n", lowered, lowered + refused, refused);
  EXPECT_EQ(refused, std::size(kRefused));
}

}  // namespace
}  // namespace fixgate
