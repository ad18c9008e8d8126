// Networks that others made, from the folder that FIXGATE_SHARED names.
#include <gtest/gtest.h>

#include <cstdlib>

#include "import/onnx.h"
#include "lowering/lower_to_program.h"
#include "lowering/testing/judge.h"

namespace fixgate::lowering {
namespace {

struct Real {
  const char* file;
  std::map<std::string, double> set = {};
  std::int64_t steps = 20;
  const char* refused = nullptr;  // why
};

void PrintTo(const Real& real, std::ostream* stream) {
  *stream << real.file;
}

const Real kFiles[] = {{"aecmos/Run_1663915512_Stage_0.onnx", {}, 40},
                       {"aircraft-rul-keras/lstm_model.onnx"},
                       {"dtln/model_1.onnx"},
                       {"dtln/model_2.onnx"},
                       {"fraud-rnn/fraud_rnn_static.onnx"},
                       {"g2p-en/g2p_decoder_step.onnx"},
                       {"g2p-en/g2p_encoder.onnx"},
                       {"gtcrn/gtcrn_simple.onnx"},
                       {"mlagents-hallway/Hallway.onnx"},
                       {"nam-lstm/lstm.onnx"},
                       {"nsnet2/nsnet2.onnx"},
                       {"pose-gru/gru_model.onnx"},
                       {"rtneural/gru.onnx"},
                       {"rtneural/gru_1d.onnx"},
                       {"rtneural/lstm.onnx"},
                       {"rtneural/lstm_1d.onnx"},
                       {"silero-vad/silero_vad.onnx", {{"sr", 16000}, {"input.1", 576}}},
                       {"silero-vad/silero_vad_16k_op15.onnx", {{"sr", 16000}, {"sequence", 576}}},
                       {"silero-vad/silero_vad_op18_ifless.onnx", {{"sr", 8000}, {"sequence", 288}}},
                       {"silero-vad-v4/silero_vad_legacy.onnx", {{"sr", 16000}, {"sequence", 1536}}},
                       {"tract-byte-bidi-lstm/model.onnx"},
                       {"tract-qlstm/model.onnx", {}, 20, "QLinearConv"}};

class RealNetwork : public ::testing::TestWithParam<Real> {};

TEST_P(RealNetwork, ComputesWhatTheGraphDoes) {
  const char* shared = std::getenv("FIXGATE_SHARED");  // `make test` sets it, empty where there is no folder
  if (shared == nullptr || *shared == '\0')
    GTEST_SKIP() << "FIXGATE_SHARED does not name the folder with " << GetParam().file;
  const auto imported = import_onnx(std::string(shared) + "/real/" + GetParam().file);
  if (GetParam().refused != nullptr) {
    ASSERT_FALSE(imported);
    EXPECT_NE(imported.error().message.find(GetParam().refused), std::string::npos)
        << imported.error().message;
    return;
  }
  ASSERT_TRUE(imported) << imported.error().message;
  const auto graph = testing_support::folded(*imported);
  ASSERT_TRUE(graph) << graph.error().message;
  const auto lowered = lower_to_program(*graph, {GetParam().set, {}});
  ASSERT_TRUE(lowered) << lowered.error().message;
  testing_support::Judge judge(*graph, *lowered, GetParam().steps);
  for (const GraphValue& input : graph->inputs)
    if (const auto set = GetParam().set.find(input.name); set != GetParam().set.end())
      judge.extra[input.name] = {input.shape,
                                 std::vector<std::int64_t>{static_cast<std::int64_t>(set->second)}};
  const auto difference = judge.run(3);
  ASSERT_TRUE(difference) << difference.error().message;
  EXPECT_LT(*difference, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Lowering, RealNetwork, ::testing::ValuesIn(kFiles), [](const auto& real) {
  std::string name = real.param.file;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace fixgate::lowering
