// fixgate inspect: what it says, and what it ends with.
#include "cli_test_case.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

class Inspect : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    ASSERT_TRUE(model_.ParseFromString(bytes_of(test_model("written_lstm_forward_1x_last_op11"))));
  }

  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  onnx::NodeProto& add_node(const std::string& op, const std::string& input, const std::string& output) {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    node.add_input(input);
    node.add_output(output);
    return node;
  }

  void expect(int exit_code, const std::vector<std::string>& parts) const {
    (void)store("m.onnx", model_.SerializeAsString());
    expect_of("m.onnx", exit_code, parts);
  }
  void expect_of(const std::string& model, int exit_code, const std::vector<std::string>& parts) const {
    const CommandResult result = run({"inspect", model});
    EXPECT_EQ(result.exit_code, exit_code) << result.output << result.error;
    for (const std::string& part : parts)
      EXPECT_NE(result.output.find(part), std::string::npos) << "'" << part << "' in: " << result.output;
  }

  onnx::ModelProto model_;
};

TEST_F(Inspect, EndsWellForAModelThatConverts) {
  expect(0, {"fixed point          everything in it is supported",
             "hardware             rtl supports all layers", "steps: any number"});
}

// rtl says the same of the quantised network.
TEST_F(Inspect, SaysWhatHardwareRefuses) {
  const std::string model = test_model("torchscript_gru_both_directions_op15");
  const std::string reason = "bidirectional layers are not supported in hardware";
  expect_of(model, 0,
            {"hardware             rtl refuses it", "not supported in hardware:\n  layer '", reason});
  run_well({"quantize", model, "--plan", kPlan, "-o", "q.fxg"});
  expect_refused({"rtl", "q.fxg", "-o", "acc"}, {reason});
  expect_of(test_model("torchscript_rnn_tanh_last_op17"), 0, {"RNN cells are not supported in hardware"});
}

TEST_F(Inspect, ShowsTheLayersOfAModelThatRunsInFloatOnly) {
  const std::string last = graph().output(0).name();
  graph().mutable_output(0)->set_name("sorted");
  add_node("Floor", last, "sorted").set_name("floor");
  expect(3, {"layer that is understood", "LSTM, 3 -> 4", "float                evaluate runs it",
             "fixed point          refused", "node 'floor' (Floor): operator Floor is not supported"});
}

TEST_F(Inspect, ListsStatesConstantOutputsAndWhatIsLeft) {
  const std::string kinds = std::string(FIXGATE_SOURCE_DIR) + "/tests/data/kinds/";
  expect_of(kinds + "states_packed_by_concat.onnx", 0,
            {"state                state comes from state_next", "look-ahead           0 steps"});
  expect_of(kinds + "constant_outputs.onnx", 0,
            {"constant output      version: does not depend on the data"});
  expect_of(kinds + "softmax_at_the_end.onnx", 0, {"log_softmax is left to the reader of the outputs"});
  expect_of(kinds + "residuals_and_masks.onnx", 0, {"layer", "reads", "products a tick"});
}

TEST_F(Inspect, ListsAllThatIsRefused) {
  add_node("GridSample", graph().input(0).name(), "a");
  add_node("NonZero", graph().input(0).name(), "b").set_name("nonzero");
  expect(4, {"m.onnx: refused",
             ("node " + std::to_string(graph().node_size() - 2) +
              " (GridSample, unnamed): operator GridSample is not supported"),
             "node 'nonzero' (NonZero): operator NonZero is not supported"});
}

// Float-only is what evaluate runs: not a graph of two data inputs.
TEST_F(Inspect, RefusesWhatNoCommandRuns) {
  onnx::ValueInfoProto& mask = *graph().add_input();
  mask = graph().input(0);
  mask.set_name("mask");
  const std::string x = graph().input(0).name();
  for (onnx::NodeProto& node : *graph().mutable_node())
    for (std::string& input : *node.mutable_input())
      if (input == x) input = "masked";
  add_node("Mod", x, "masked").add_input("mask");
  expect(4, {"float                refused", "a graph with one data input is needed", "operator Mod"});
}

TEST_F(Inspect, FailsForWhatIsNoModel) {
  expect_refused({"inspect", "gone.onnx"}, {"gone.onnx", "no such file"});
  expect_refused({"inspect", kPlan}, {kPlan, "not an ONNX model"});
}

TEST_F(Inspect, EscapesNames) {
  const std::string before = graph().input(0).name();
  graph().mutable_input(0)->set_name("a\x1b[31m\nb");
  for (onnx::NodeProto& node : *graph().mutable_node())
    for (std::string& input : *node.mutable_input())
      if (input == before) input = graph().input(0).name();
  (void)store("m.onnx", model_.SerializeAsString());
  const CommandResult result = run({"inspect", "m.onnx"});
  EXPECT_EQ(result.output.find('\x1b'), std::string::npos) << result.output;
  EXPECT_NE((result.output + result.error).find("\\x1b[31m\\x0ab"), std::string::npos)
      << result.output << result.error;
}

TEST_F(Inspect, HelpSaysTheExitCodes) {
  EXPECT_NE(run_well({"inspect", "--help"}).find("3 it runs in float only"), std::string::npos);
}

}  // namespace
}  // namespace fixgate
