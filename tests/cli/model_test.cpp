// ONNX files that nobody should send, given to the program.
#include <cstring>
#include <limits>

#include "cli_test_case.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

constexpr std::size_t kBitsBetweenFlips = 97;

/// A model with one LSTM and one dense layer, changed in one place.
class WrongModel : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    bytes_ = bytes_of(test_model("written_lstm_forward_1x_last_op11"));
    ASSERT_TRUE(model_.ParseFromString(bytes_));
  }

  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  onnx::NodeProto& lstm() { return node("LSTM"); }
  onnx::NodeProto& node(const std::string& type) {
    for (onnx::NodeProto& node : *graph().mutable_node())
      if (node.op_type() == type) return node;
    ADD_FAILURE() << "no " << type;
    return *graph().mutable_node(0);
  }
  /// The weights W of the LSTM.
  onnx::TensorProto& weights() {
    for (onnx::TensorProto& tensor : *graph().mutable_initializer())
      if (tensor.name() == lstm().input(1)) return tensor;
    ADD_FAILURE() << "no weights";
    return *graph().mutable_initializer(0);
  }
  void poison(float value) {
    ASSERT_TRUE(weights().has_raw_data());
    std::memcpy(weights().mutable_raw_data()->data(), &value, sizeof value);
  }
  void keep_outside(const std::string& location) {
    weights().clear_raw_data();
    weights().set_data_location(onnx::TensorProto::EXTERNAL);
    auto* entry = weights().add_external_data();
    entry->set_key("location");
    entry->set_value(location);
  }
  void expect_changed_refused(const std::vector<std::string>& parts) {
    (void)store("m.onnx", model_.SerializeAsString());
    expect_model_refused("m.onnx", parts);
  }

  std::string bytes_;
  onnx::ModelProto model_;
};

TEST_F(WrongModel, UnchangedIsQuantised) {
  (void)store("m.onnx", model_.SerializeAsString());
  run_well({"quantize", "m.onnx", "--plan", kPlan, "-o", kOutput});
  EXPECT_NE(bytes_of(folder_ / kOutput), "what was there before");
}

TEST_F(WrongModel, MissingEmptyOrAFolder) {
  expect_model_refused("gone.onnx", {"no such file"});
  (void)store("m.onnx", "");
  expect_model_refused("m.onnx", {"empty"});
  std::filesystem::create_directory(folder_ / "folder.onnx");
  expect_model_refused("folder.onnx", {"folder"});
  expect_model_refused("/dev/zero", {"cannot be read"});
}

TEST_F(WrongModel, Truncated) {
  for (std::size_t size = 1; size < bytes_.size(); size += 50) {
    (void)store("m.onnx", bytes_.substr(0, size));
    expect_model_refused("m.onnx", {});
  }
}

TEST_F(WrongModel, FlippedBitsNeverCrash) {
  for (std::size_t bit = 0; bit < bytes_.size() * 8; bit += kBitsBetweenFlips) {
    std::string flipped = bytes_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    (void)store("m.onnx", flipped);
    if (run({"quantize", "m.onnx", "--plan", kPlan, "-o", "new.fxg"}).exit_code != 0)
      expect_model_refused("m.onnx", {});
    std::filesystem::remove(folder_ / "new.fxg");
    EXPECT_NE(run({"inspect", "m.onnx"}).exit_code, -1) << "bit " << bit;
  }
}

TEST_F(WrongModel, SomethingElse) {
  (void)store("m.onnx", "<html>404</html>\n");
  expect_model_refused("m.onnx", {"not an ONNX model"});
  expect_model_refused(example("digits/train.npz"), {"is a zip archive", "an ONNX file is expected"});
}

TEST_F(WrongModel, HugeDimensions) {
  weights().set_dims(1, std::int64_t{1} << 40);
  expect_changed_refused({weights().name()});
  weights().set_dims(1, std::numeric_limits<std::int64_t>::max());
  expect_changed_refused({weights().name()});
  weights().set_dims(1, -1);
  expect_changed_refused({weights().name(), "negative"});
}

TEST_F(WrongModel, HugeConstants) {
  onnx::TensorProto& shape = *graph().add_initializer();
  shape.set_name("huge");
  shape.set_data_type(onnx::TensorProto::INT64);
  shape.add_dims(2);
  shape.add_int64_data(std::int64_t{1} << 31);
  shape.add_int64_data(std::int64_t{1} << 31);
  onnx::NodeProto& fill = *graph().add_node();
  fill.set_op_type("ConstantOfShape");
  fill.set_name("fill");
  fill.add_input("huge");
  fill.add_output("filled");
  graph().add_output()->set_name("filled");
  expect_changed_refused({"fill"});
}

TEST_F(WrongModel, Cycle) {
  lstm().set_input(0, node("Gemm").output(0));
  expect_changed_refused({"cycle"});
}

TEST_F(WrongModel, NotFiniteWeights) {
  poison(std::numeric_limits<float>::quiet_NaN());
  expect_changed_refused({weights().name(), "nan"});
  poison(-std::numeric_limits<float>::infinity());
  expect_changed_refused({weights().name(), "inf"});
}

TEST_F(WrongModel, WrongTypes) {
  weights().set_data_type(onnx::TensorProto::STRING);
  expect_changed_refused({weights().name(), "string"});
  weights().set_data_type(onnx::TensorProto::INT32);
  expect_changed_refused({lstm().name()});
}

TEST_F(WrongModel, UnknownOperator) {
  node("Gemm").set_op_type("Levitate");
  expect_changed_refused({"Levitate"});
  node("Levitate").set_domain("com.example");
  expect_changed_refused({"com.example"});
}

TEST_F(WrongModel, UnknownAttribute) {
  onnx::AttributeProto& attribute = *lstm().add_attribute();
  attribute.set_name("temperature");
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(1);
  expect_changed_refused({lstm().name(), "temperature"});
}

TEST_F(WrongModel, ExternalData) {
  keep_outside("weights.bin");
  expect_changed_refused({weights().name(), "weights.bin"});
  (void)store("weights.bin", "short");
  expect_changed_refused({weights().name(), "weights.bin", "too short"});
}

TEST_F(WrongModel, ExternalDataOutsideTheFolder) {
  for (const char* location : {"../weights.bin", "/dev/zero"}) {
    weights().clear_external_data();
    keep_outside(location);
    expect_changed_refused({weights().name(), location});
  }
  weights().clear_external_data();
  std::filesystem::create_symlink("/dev/zero", folder_ / "link");
  keep_outside("link");
  expect_changed_refused({weights().name(), "link"});
}

TEST_F(WrongModel, WhatFixedPointCannotDo) {
  expect_model_refused(test_model("written_gru1_clip_op14"), {"clip"});
}

TEST_F(WrongModel, NamesThatAreNoText) {
  lstm().set_name("\xff\xfe\n\x01");
  (void)store("m.onnx", model_.SerializeAsString());
  const CommandResult result = run({"quantize", "m.onnx", "--plan", kPlan, "-o", "new.fxg"});
  if (result.exit_code == 0)
    run_well({"show", "new.fxg"});
  else
    expect_model_refused("m.onnx", {});
}

TEST_F(WrongModel, NamesThatAreNoTextAreShownAsOneLine) {
  model_.mutable_graph()->mutable_node(0)->set_op_type("Foo\xff\n\x1b[2J");
  (void)store("m.onnx", model_.SerializeAsString());
  expect_model_refused("m.onnx", {"Foo\\xff\\x0a\\x1b[2J"});
}

}  // namespace
}  // namespace fixgate
