#include "network/recurrent_attributes.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

using Kind = ActivationFunction::Kind;

Node node_of(const std::string& op_type, std::map<std::string, Attribute> attributes = {}) {
  return {"cell", op_type, {"X", "W", "R"}, {"Y"}, std::move(attributes)};
}

std::string error_of(const Node& node) {
  const auto result = parse_recurrent_attributes(node);
  return result ? "" : result.error().message;
}

TEST(RecurrentAttributes, FillsInDefaults) {
  const auto lstm = parse_recurrent_attributes(node_of("LSTM"));
  ASSERT_TRUE(lstm);
  EXPECT_EQ(lstm->kind, CellKind::Lstm);
  EXPECT_EQ(lstm->direction, RecurrentDirection::Forward);
  EXPECT_EQ(lstm->gates(), 4);
  EXPECT_FALSE(lstm->clip || lstm->hidden_size || lstm->input_forget || lstm->linear_before_reset);
  ASSERT_EQ(lstm->directions(), 1U);
  ASSERT_EQ(lstm->activations[0].size(), 3U);
  EXPECT_EQ(lstm->activations[0][0].kind, Kind::Sigmoid);
  EXPECT_EQ(lstm->activations[0][2].kind, Kind::Tanh);
}

TEST(RecurrentAttributes, HandsParametersToTheFunctionsThatTakeThem) {
  const auto gru = parse_recurrent_attributes(node_of(
      "GRU", {{"direction", std::string("bidirectional")},
              {"activations", std::vector<std::string>{"Sigmoid", "LeakyRelu", "HardSigmoid", "Tanh"}},
              {"activation_alpha", std::vector<float>{0.5F, 0.25F}},
              {"activation_beta", std::vector<float>{0.75F}}}));
  ASSERT_TRUE(gru) << gru.error().message;
  EXPECT_EQ(gru->activations[0][1], (ActivationFunction{Kind::LeakyRelu, 0.5F, 0}));
  EXPECT_EQ(gru->activations[1][0], (ActivationFunction{Kind::HardSigmoid, 0.25F, 0.75F}));
}

TEST(RecurrentAttributes, RefusesBadValues) {
  EXPECT_NE(error_of(node_of("LSTM", {{"direction", std::string("up")}})).find("direction"),
            std::string::npos);
  EXPECT_NE(error_of(node_of("LSTM", {{"clip", -1.0F}})).find("clip"), std::string::npos);
  EXPECT_NE(error_of(node_of("LSTM", {{"clip", std::int64_t{1}}})).find("wrong type"), std::string::npos);
  EXPECT_NE(error_of(node_of("LSTM", {{"layout", std::int64_t{2}}})).find("layout"), std::string::npos);
  EXPECT_NE(error_of(node_of("LSTM", {{"hidden_size", std::int64_t{0}}})).find("hidden_size"),
            std::string::npos);
  EXPECT_NE(error_of(node_of("GRU", {{"activations", std::vector<std::string>{"Tanh"}}})).find("needs 2"),
            std::string::npos);
  EXPECT_NE(error_of(node_of("RNN", {{"activation_alpha", std::vector<float>{1}}})).find("activation_alpha"),
            std::string::npos);
  EXPECT_NE(error_of(node_of("Gemm")), "");
}

}  // namespace
}  // namespace fixgate
