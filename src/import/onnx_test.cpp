// Well-formed and hostile ONNX files, built here message by message.
#include "import/onnx.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <limits>

#include "import/test_cases.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;
using onnx::AttributeProto;
using onnx::GraphProto;
using onnx::ModelProto;
using onnx::NodeProto;
using onnx::TensorProto;

void declare(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  auto* type = value.mutable_type()->mutable_tensor_type();
  type->set_elem_type(TensorProto::FLOAT);
  for (const std::int64_t size : shape) type->mutable_shape()->add_dim()->set_dim_value(size);
}

NodeProto& add_node(GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                    const std::string& output) {
  NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.set_name("the_" + op);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

TensorProto& add_tensor(GraphProto& graph, const std::string& name, const std::vector<float>& values) {
  TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const float value : values) tensor.add_float_data(value);
  return tensor;
}

/// y = x + w with w = [1, 2].
ModelProto small_model() {
  ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {2});
  declare(*graph.add_output(), "y", {2});
  add_tensor(graph, "w", {1, 2});
  add_node(graph, "Add", {"x", "w"}, "y");
  return model;
}

Result<Graph> import_model(const ModelProto& model, const fs::path& folder = ".") {
  return import_onnx_bytes(model.SerializeAsString(), folder, "net.onnx");
}

void expect_refused(const Result<Graph>& result, const std::vector<std::string>& parts) {
  ASSERT_FALSE(result);
  for (const std::string& part : parts)
    EXPECT_NE(result.error().message.find(part), std::string::npos)
        << "'" << part << "' in: " << result.error().message;
}

/// The small model with one thing changed must be refused with a message that has the file and the parts.
void expect_refused(const std::function<void(ModelProto&)>& change, std::vector<std::string> parts) {
  ModelProto model = small_model();
  change(model);
  parts.emplace_back("net.onnx");
  expect_refused(import_model(model), parts);
}

AttributeProto& add_attribute(NodeProto& node, const std::string& name, AttributeProto::AttributeType type) {
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

NodeProto& first_node(ModelProto& model) {
  return *model.mutable_graph()->mutable_node(0);
}
TensorProto& first_tensor(ModelProto& model) {
  return *model.mutable_graph()->mutable_initializer(0);
}

/// A folder of its own for files beside a model, removed at the end.
class Scratch {
 public:
  Scratch() : path_(fs::path(testing::TempDir()) / ("fixgate_import_" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "model");
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] fs::path model() const { return path_ / "model"; }
  [[nodiscard]] fs::path outside() const { return path_; }

 private:
  fs::path path_;
};

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string as_bytes(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

void make_external(TensorProto& tensor, const std::map<std::string, std::string>& entries) {
  tensor.clear_float_data();
  tensor.set_data_location(TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto* entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
}

TEST(ImportOnnx, ReadsASmallModel) {
  const auto graph = import_model(small_model());
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->name, "net");
  EXPECT_EQ(graph->operator_set, 17);
  EXPECT_EQ(graph->inputs[0].shape, Shape{2});
  EXPECT_EQ(graph->constants.at("w").floats(), (std::vector<float>{1, 2}));
}

TEST(ImportOnnx, NamesNodesThatHaveNoName) {
  ModelProto model = small_model();
  first_node(model).clear_name();
  add_node(*model.mutable_graph(), "Relu", {"y"}, "a").set_name("Add_0");
  const auto graph = import_model(model);
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->nodes[0].name, "Add_0");
  EXPECT_NE(graph->nodes[1].name, "Add_0");
}

TEST(ImportOnnx, OrdersNodes) {
  ModelProto model = small_model();
  add_node(*model.mutable_graph(), "Relu", {"x"}, "z");
  first_node(model).set_input(0, "z");
  const auto graph = import_model(model);
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->nodes[0].op_type, "Relu");
}

TEST(ImportOnnx, LeavesOutInputsThatHaveAnInitialiser) {
  ModelProto model = small_model();
  declare(*model.mutable_graph()->add_input(), "w", {2});
  const auto graph = import_model(model);
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->inputs.size(), 1U);
}

TEST(ImportOnnx, ReadsEveryKindOfConstant) {
  ModelProto model = small_model();
  GraphProto& graph = *model.mutable_graph();
  add_attribute(add_node(graph, "Constant", {}, "c1"), "value_float", AttributeProto::FLOAT).set_f(2.5F);
  add_attribute(add_node(graph, "Constant", {}, "c2"), "value_ints", AttributeProto::INTS).add_ints(7);
  add_attribute(add_node(graph, "Constant", {}, "c3"), "value_int", AttributeProto::INT).set_i(-1);
  const auto result = import_model(model);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->constants.at("c1").shape, Shape{});
  EXPECT_EQ(result->constants.at("c2").integers(), std::vector<std::int64_t>{7});
  EXPECT_EQ(result->constants.at("c3").integers(), std::vector<std::int64_t>{-1});
  expect_refused(
      [](ModelProto& m) {
        add_attribute(add_node(*m.mutable_graph(), "Constant", {}, "c"), "value_string",
                      AttributeProto::STRING);
      },
      {"the_Constant", "value_string"});
}

TEST(ImportOnnx, ReadsEveryType) {
  struct Case {
    TensorProto::DataType type;
    std::string bytes;
    double value;
  };
  using namespace std::string_literals;
  const std::vector<Case> cases = {{TensorProto::FLOAT16, "\x00\x3e"s, 1.5},
                                   {TensorProto::BFLOAT16, "\xc0\x3f"s, 1.5},
                                   {TensorProto::DOUBLE, "\0\0\0\0\0\0\xf8\x3f"s, 1.5},
                                   {TensorProto::INT8, "\xff"s, -1},
                                   {TensorProto::UINT8, "\xff"s, 255},
                                   {TensorProto::INT16, "\xfe\xff"s, -2},
                                   {TensorProto::UINT16, "\xfe\xff"s, 65534},
                                   {TensorProto::INT32, "\xfe\xff\xff\xff"s, -2},
                                   {TensorProto::UINT32, "\xfe\xff\xff\xff"s, 4294967294.0},
                                   {TensorProto::BOOL, "\x02"s, 1},
                                   {TensorProto::INT64, "\xfe\xff\xff\xff\xff\xff\xff\xff"s, -2},
                                   {TensorProto::UINT64, "\x05\0\0\0\0\0\0\0"s, 5}};
  for (const Case& c : cases) {
    ModelProto model = small_model();
    TensorProto& tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name("t");
    tensor.set_data_type(c.type);
    tensor.set_raw_data(c.bytes);  // a scalar
    const auto graph = import_model(model);
    ASSERT_TRUE(graph) << graph.error().message;
    const Tensor& read = graph->constants.at("t");
    EXPECT_EQ(
        read.is_float() ? static_cast<double>(read.floats()[0]) : static_cast<double>(read.integers()[0]),
        c.value);
  }
}

TEST(ImportOnnx, InlinesLocalFunctions) {
  ModelProto model = small_model();
  onnx::FunctionProto& function = *model.add_functions();
  function.set_name("Scaled");
  function.set_domain("local");
  function.add_input("a");
  function.add_output("b");
  function.add_attribute("slope");
  NodeProto& body = *function.add_node();
  body.set_op_type("LeakyRelu");
  body.add_input("a");
  body.add_output("inner");
  add_attribute(body, "alpha", AttributeProto::FLOAT).set_ref_attr_name("slope");
  NodeProto& second = *function.add_node();
  second.set_op_type("Neg");
  second.add_input("inner");
  second.add_output("b");
  NodeProto& call = first_node(model);
  call.set_op_type("Scaled");
  call.set_domain("local");
  call.clear_input();
  call.add_input("x");
  add_attribute(call, "slope", AttributeProto::FLOAT).set_f(0.5F);
  const auto graph = import_model(model);
  ASSERT_TRUE(graph) << graph.error().message;
  const auto outputs = Executor(*graph).run({{"x", {{2}, std::vector<float>{-4, 3}}}});
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->at("y").floats(), (std::vector<float>{2, -3}));
  second.set_op_type("Scaled");  // calls itself
  second.set_domain("local");
  expect_refused(import_model(model), {"Scaled", "nested"});
}

TEST(ImportOnnx, RefusesFilesThatAreNotModels) {
  const Scratch scratch;
  const fs::path path = scratch.model() / "net.onnx";
  expect_refused(import_onnx(path), {"net.onnx", "no such file"});
  expect_refused(import_onnx(scratch.model()), {"is a folder"});
  write(path, "");
  expect_refused(import_onnx(path), {"net.onnx", "empty"});
  write(path, "PK\x03\x04 this is a zip file, not a network");
  expect_refused(import_onnx(path), {"net.onnx", "is a zip archive", "an ONNX file is expected"});
  write(path, "this is no model");
  expect_refused(import_onnx(path), {"net.onnx", "protobuf"});
  write(path, "\x08\x07");  // an IR version and nothing else
  expect_refused(import_onnx(path), {"net.onnx", "no graph"});
}

TEST(ImportOnnx, SurvivesEveryTruncationAndBitFlip) {
  const std::string bytes = small_model().SerializeAsString();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(import_onnx_bytes(std::string_view(bytes).substr(0, length), ".", "net.onnx")) << length;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto graph = import_onnx_bytes(flipped, ".", "net.onnx");
    EXPECT_EQ(graph ? std::string::npos : graph.error().message.find('\n'), std::string::npos);
  }
}

TEST(ImportOnnx, RefusesOtherOperatorSets) {
  expect_refused([](ModelProto& m) { m.mutable_opset_import(0)->set_version(6); },
                 {"operator set 6", "7 to 22"});
  expect_refused([](ModelProto& m) { m.mutable_opset_import(0)->set_version(99); },
                 {"operator set 99", "7 to 22"});
  expect_refused([](ModelProto& m) { m.clear_opset_import(); }, {"operator set"});
}

TEST(ImportOnnx, RefusesWhatItDoesNotKnow) {
  expect_refused([](ModelProto& m) { first_node(m).set_op_type("GridSample"); },
                 {"the_Add", "GridSample is not supported"});
  expect_refused([](ModelProto& m) { first_node(m).set_op_type("NonZero"); },
                 {"the_Add", "NonZero is not supported"});
  expect_refused([](ModelProto& m) { first_node(m).set_domain("com.x"); }, {"the_Add", "com.x"});
  expect_refused([](ModelProto& m) { add_attribute(first_node(m), "beam", AttributeProto::INT); },
                 {"the_Add", "beam"});
  expect_refused([](ModelProto& m) { add_attribute(first_node(m), "body", AttributeProto::GRAPH); },
                 {"body", "subgraph"});
  expect_refused([](ModelProto& m) { first_node(m).add_input("x"); }, {"the_Add", "3 inputs"});
}

TEST(ImportOnnx, RefusesAttributesOfOtherOperatorSets) {
  ModelProto model = small_model();
  NodeProto& node = add_node(*model.mutable_graph(), "Squeeze", {"x"}, "s");
  add_attribute(node, "axes", AttributeProto::INTS).add_ints(0);
  expect_refused(import_model(model), {"the_Squeeze", "axes", "operator set 17"});
  model.mutable_opset_import(0)->set_version(12);
  EXPECT_TRUE(import_model(model));
}

TEST(ImportOnnx, RefusesAttributesOfTheWrongType) {
  ModelProto model = small_model();
  NodeProto& node = add_node(*model.mutable_graph(), "Flatten", {"x"}, "f");
  add_attribute(node, "axis", AttributeProto::FLOAT);
  expect_refused(import_model(model), {"the_Flatten", "axis", "wrong type"});
}

TEST(ImportOnnx, RefusesGraphsThatAreNotWellFormed) {
  expect_refused([](ModelProto& m) { m.mutable_graph()->clear_output(); }, {"no outputs"});
  expect_refused([](ModelProto& m) { first_node(m).set_input(0, "y"); }, {"the_Add", "cycle"});
  expect_refused([](ModelProto& m) { first_node(m).set_input(0, "nowhere"); }, {"the_Add", "nowhere"});
  expect_refused([](ModelProto& m) { first_node(m).set_output(0, "z"); }, {"output", "'y'"});
  expect_refused([](ModelProto& m) { add_node(*m.mutable_graph(), "Relu", {"x"}, "y"); },
                 {"the_Relu", "two producers"});
  expect_refused([](ModelProto& m) { add_node(*m.mutable_graph(), "Relu", {"x"}, "w"); },
                 {"the_Relu", "two producers"});
  expect_refused([](ModelProto& m) { add_tensor(*m.mutable_graph(), "w", {1}); }, {"'w'", "twice"});
  expect_refused([](ModelProto& m) { declare(*m.mutable_graph()->add_input(), "x", {1}); }, {"'x'", "twice"});
  expect_refused([](ModelProto& m) { first_node(m).clear_output(); }, {"the_Add", "without outputs"});
}

TEST(ImportOnnx, RefusesBadTensors) {
  const std::int64_t huge = std::int64_t{1} << 62;
  expect_refused([=](ModelProto& m) { first_tensor(m).set_dims(0, huge); }, {"'w'", "more than"});
  expect_refused([=](ModelProto& m) { first_tensor(m).add_dims(huge); }, {"'w'", "more than"});
  expect_refused([](ModelProto& m) { first_tensor(m).set_dims(0, 1 << 30); }, {"'w'", "2 values"});
  expect_refused([](ModelProto& m) { first_tensor(m).set_dims(0, -2); }, {"'w'", "negative"});
  expect_refused(
      [](ModelProto& m) {
        first_tensor(m).clear_float_data();
        first_tensor(m).set_raw_data("abc");
      },
      {"'w'", "3 bytes"});
  expect_refused([](ModelProto& m) { first_tensor(m).set_data_type(TensorProto::STRING); },
                 {"'w'", "string"});
  expect_refused([](ModelProto& m) { first_tensor(m).set_data_type(TensorProto::COMPLEX64); },
                 {"'w'", "complex"});
  expect_refused([](ModelProto& m) { first_tensor(m).set_data_type(99); }, {"'w'", "99"});
  expect_refused([](ModelProto& m) { first_tensor(m).mutable_segment()->set_begin(0); }, {"'w'", "segments"});
}

TEST(ImportOnnx, RefusesWeightsThatAreNotFinite) {
  for (const float value : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    expect_refused([=](ModelProto& m) { first_tensor(m).set_float_data(1, value); }, {"'w'", "position 1"});
  expect_refused(
      [](ModelProto& m) {
        for (auto* value : {m.mutable_graph()->mutable_input(0), m.mutable_graph()->mutable_output(0)})
          value->mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::DOUBLE);
        first_tensor(m).clear_float_data();
        first_tensor(m).set_data_type(TensorProto::DOUBLE);
        first_tensor(m).add_double_data(1e300);  // no float
        first_tensor(m).add_double_data(0);
      },
      {"'w'", "inf"});
}

TEST(ImportOnnx, RefusesInputsOfOtherTypes) {
  const auto type_of = [](ModelProto& m) {
    return m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  };
  expect_refused([&](ModelProto& m) { type_of(m)->set_elem_type(TensorProto::STRING); },
                 {"graph input 'x'", "string"});
  expect_refused([&](ModelProto& m) { type_of(m)->set_elem_type(TensorProto::UINT8); },
                 {"the_Add", "input 1 is float, but input 0 is uint8"});
  expect_refused([&](ModelProto& m) { type_of(m)->mutable_shape()->mutable_dim(0)->set_dim_value(-7); },
                 {"'x'", "-7"});
  expect_refused([](ModelProto& m) { m.mutable_graph()->mutable_input(0)->clear_type(); }, {"'x'", "tensor"});
}

TEST(ImportOnnx, ReadsNarrowInputsButDoesNotComputeInThem) {
  const auto narrow_model = [](const char* op) {
    ModelProto model;
    model.add_opset_import()->set_version(18);
    GraphProto& graph = *model.mutable_graph();
    declare(*graph.add_input(), "x", {2});
    declare(*graph.add_output(), "y", {2});
    for (auto* value : {graph.mutable_input(0), graph.mutable_output(0)})
      value->mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::UINT8);
    add_node(graph, op, {"x", "x"}, "y");
    return model;
  };
  EXPECT_TRUE(import_model(narrow_model("Max")));
  expect_refused(import_model(narrow_model("Add")),
                 {"the_Add", "computes in the narrow or unsigned integer type uint8"});
}

TEST(ImportOnnx, ReadsExternalData) {
  const Scratch scratch;
  write(scratch.model() / "w.bin", "skip" + as_bytes({3, 4}));
  ModelProto model = small_model();
  make_external(first_tensor(model), {{"location", "w.bin"}, {"offset", "4"}, {"length", "8"}});
  const auto graph = import_model(model, scratch.model());
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(graph->constants.at("w").floats(), (std::vector<float>{3, 4}));
}

TEST(ImportOnnx, KeepsExternalDataInsideTheFolder) {
  const Scratch scratch;
  write(scratch.outside() / "secret.bin", as_bytes({3, 4}));
  fs::create_symlink("../secret.bin", scratch.model() / "link.bin");
  fs::create_directory_symlink("..", scratch.model() / "up");
  const std::string absolute = (scratch.outside() / "secret.bin").string();
  for (const std::string& location :
       {absolute, std::string("../secret.bin"), std::string("a/../../secret.bin"), std::string("link.bin"),
        std::string("up/secret.bin"), std::string("")}) {
    ModelProto model = small_model();
    make_external(first_tensor(model), {{"location", location}});
    expect_refused(import_model(model, scratch.model()), {"'w'", "external data"});
  }
}

TEST(ImportOnnx, RefusesExternalDataThatDoesNotFit) {
  const Scratch scratch;
  write(scratch.model() / "w.bin", "1234567");
  const std::vector<std::pair<std::map<std::string, std::string>, std::string>> cases = {
      {{{"location", "gone.bin"}}, "beside the model"},
      {{{"location", "w.bin"}}, "too short"},
      {{{"location", "w.bin"}, {"offset", "18446744073709551615"}}, "too short"},
      {{{"location", "w.bin"}, {"length", "3"}}, "need 8"},
      {{{"location", "w.bin"}, {"offset", "-1"}}, "offset is '-1'"},
      {{{"offset", "0"}}, "without a location"}};
  for (const auto& [entries, part] : cases) {
    ModelProto model = small_model();
    make_external(first_tensor(model), entries);
    expect_refused(import_model(model, scratch.model()), {"'w'", part});
  }
}

TEST(ImportOnnx, RefusesDataInTwoPlaces) {
  expect_refused(
      [](ModelProto& m) {
        first_tensor(m).set_raw_data(as_bytes({1, 2}));
      },
      {"tensor 'w' has data in both raw_data and float_data: only one may be set"});
  expect_refused(
      [](ModelProto& m) {
        first_tensor(m).add_int32_data(1);
        first_tensor(m).add_int32_data(1);
      },
      {"tensor 'w' has data in both float_data and int32_data"});
  expect_refused(
      [](ModelProto& m) {
        first_tensor(m).clear_float_data();
        first_tensor(m).add_double_data(1);
      },
      {"tensor 'w' has its data in double_data, but a tensor of the type float keeps them in float_data"});
  expect_refused(
      [](ModelProto& m) {
        make_external(first_tensor(m), {{"location", "w.bin"}});
        first_tensor(m).add_float_data(1);
      },
      {"tensor 'w' has data in both external data and float_data"});
}

// Big files are not read for a graph that is refused anyway.
TEST(ImportOnnx, ReadsExternalDataLast) {
  const auto external_w = [](ModelProto& m, std::int64_t size) {
    make_external(first_tensor(m), {{"location", "gone.bin"}});
    first_tensor(m).set_dims(0, size);
  };
  expect_refused([&](ModelProto& m) { external_w(m, 2); }, {"gone.bin", "beside the model"});
  expect_refused(
      [&](ModelProto& m) {
        external_w(m, std::int64_t{1} << 28);
        add_node(*m.mutable_graph(), "GridSample", {"x"}, "z");
      },
      {"GridSample is not supported"});
  expect_refused([&](ModelProto& m) { external_w(m, (std::int64_t{1} << 28) + 1); },
                 {"more than 268435456 elements, which is the limit"});
  ModelProto unused = small_model();
  make_external(add_tensor(*unused.mutable_graph(), "u", {1}), {{"location", "gone.bin"}});
  EXPECT_TRUE(import_model(unused));
}

/// y, the last hidden state of an LSTM of 3 inputs and 4 units.
ModelProto lstm_model() {
  ModelProto model;
  model.add_opset_import()->set_version(17);
  GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {5, 1, 3});
  declare(*graph.add_output(), "y", {1, 1, 4});
  for (const auto& [name, dims] : {std::pair{"W", Shape{1, 16, 3}}, std::pair{"R", Shape{1, 16, 4}}}) {
    TensorProto& tensor =
        add_tensor(graph, name, std::vector<float>(static_cast<std::size_t>(element_count(dims)), 0.5F));
    tensor.clear_dims();
    for (const std::int64_t size : dims) tensor.add_dims(size);
  }
  NodeProto& node = add_node(graph, "LSTM", {"x", "W", "R"}, "");
  node.add_output("y");
  add_attribute(node, "hidden_size", AttributeProto::INT).set_i(4);
  return model;
}

void expect_lstm_refused(const std::function<void(ModelProto&)>& change, const std::string& reason) {
  ModelProto model = lstm_model();
  change(model);
  expect_refused(import_model(model), {"node 'the_LSTM' (LSTM): " + reason});
}

TEST(ImportOnnx, ComparesTheSizesOfRecurrentNodes) {
  EXPECT_TRUE(import_model(lstm_model()));
  expect_lstm_refused([](ModelProto& m) { first_node(m).mutable_attribute(0)->set_i(5); },
                      "attribute 'hidden_size' is 5, but input R has shape [1, 16, 4], which is for 4");
  expect_lstm_refused(
      [](ModelProto& m) {
        add_attribute(first_node(m), "direction", AttributeProto::STRING).set_s("bidirectional");
      },
      "input W has shape [1, 16, 3], not [2, 16, 3]");
  expect_lstm_refused(
      [](ModelProto& m) {
        m.mutable_graph()
            ->mutable_input(0)
            ->mutable_type()
            ->mutable_tensor_type()
            ->mutable_shape()
            ->mutable_dim(2)
            ->set_dim_value(7);
      },
      "input W has shape [1, 16, 3], not [1, 16, 7]");
  expect_lstm_refused(
      [](ModelProto& m) {
        add_tensor(*m.mutable_graph(), "B", std::vector<float>(32, 0));
        first_node(m).add_input("B");
      },
      "input B has shape [32], not [1, 32]");
  expect_lstm_refused(
      [](ModelProto& m) {
        add_attribute(first_node(m), "activations", AttributeProto::STRINGS).add_strings("Tanh");
      },
      "attribute 'activations' has 1 names, LSTM with 1 direction(s) needs 3");
}

// A sparse file of any size: W's shape is refused before it is looked for.
TEST(ImportOnnx, ComparesSizesBeforeExternalDataAreRead) {
  expect_lstm_refused(
      [](ModelProto& m) {
        first_tensor(m).set_dims(2, 1 << 23);
        make_external(first_tensor(m), {{"location", "gone.bin"}});
      },
      "input W has shape [1, 16, 8388608], not [1, 16, 3]");
}

void set_type(TensorProto& tensor, TensorProto::DataType type, std::size_t bytes) {
  tensor.clear_float_data();
  tensor.set_data_type(type);
  tensor.set_raw_data(std::string(bytes, '\0'));
}

TEST(ImportOnnx, AsksForOneTypeWhereOnnxDoes) {
  constexpr std::size_t kElements = 48;
  for (const auto& [type, name, size] :
       {std::tuple{TensorProto::FLOAT16, "float16", 2U}, std::tuple{TensorProto::DOUBLE, "double", 8U}})
    expect_lstm_refused([&](ModelProto& m) { set_type(first_tensor(m), type, kElements * size); },
                        fmt::format("input W is {}, but input X is float; ONNX asks for one type", name));
  expect_lstm_refused([](ModelProto& m) { set_type(first_tensor(m), TensorProto::BFLOAT16, kElements * 2); },
                      "input W is bfloat16; in operator set 17 it may be float, float16 or double");
  expect_lstm_refused([](ModelProto& m) { set_type(first_tensor(m), TensorProto::INT8, kElements); },
                      "input W is int8; in operator set 17 it may be float, float16 or double");
  expect_lstm_refused(
      [](ModelProto& m) {
        first_node(m).add_input("");
        first_node(m).add_input("lengths");
        TensorProto& lengths = *m.mutable_graph()->add_initializer();
        lengths.set_name("lengths");
        lengths.add_dims(1);
        set_type(lengths, TensorProto::INT64, 8);
      },
      "input sequence_lens is int64; in operator set 17 it may be int32");
}

TEST(ImportOnnx, FollowsTypesThroughNodes) {
  ModelProto model = small_model();
  NodeProto& cast = add_node(*model.mutable_graph(), "Cast", {"y"}, "z");
  add_attribute(cast, "to", AttributeProto::INT).set_i(TensorProto::DOUBLE);
  add_node(*model.mutable_graph(), "Mul", {"z", "w"}, "p");
  expect_refused(import_model(model),
                 {"node 'the_Mul' (Mul): input 1 is float, but input 0 is double; ONNX asks for one type"});
  expect_refused(
      [](ModelProto& m) {
        m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
            TensorProto::DOUBLE);
      },
      {"graph output 'y' is declared double, but it is float"});
  expect_refused(
      [](ModelProto& m) {
        declare(*m.mutable_graph()->add_input(), "w", {2});
        m.mutable_graph()->mutable_input(1)->mutable_type()->mutable_tensor_type()->set_elem_type(
            TensorProto::DOUBLE);
      },
      {"tensor 'w' is float, but declared double as a graph input"});
  expect_refused([](ModelProto& m) { declare(*m.mutable_graph()->add_input(), "w", {3}); },
                 {"tensor 'w' has another shape than it is declared with"});
}

TEST(ImportOnnx, NamesAnUnnamedNodeByItsPlace) {
  expect_refused([](ModelProto& m) { add_node(*m.mutable_graph(), "GridSample", {"x"}, "z").clear_name(); },
                 {"node 1 (GridSample, unnamed): operator GridSample is not supported"});
  expect_refused(
      [](ModelProto& m) {
        first_node(m).clear_name();
        first_node(m).set_input(0, "nowhere");
      },
      {"node 0 (Add, unnamed): value 'nowhere' is used but nothing produces it"});
}

TEST(ImportOnnx, ListsAllThatIsRefused) {
  ModelProto model = small_model();
  add_node(*model.mutable_graph(), "GridSample", {"x"}, "z");
  add_node(*model.mutable_graph(), "NonZero", {"x"}, "l");
  expect_refused(import_model(model), {"the_GridSample", "(and 1 more: fixgate inspect lists all)"});
  const Scratch scratch;
  write(scratch.model() / "net.onnx", model.SerializeAsString());
  const auto examined = examine_onnx(scratch.model() / "net.onnx");
  ASSERT_TRUE(examined) << examined.error().message;
  ASSERT_FALSE(*examined);
  ASSERT_EQ(examined->error().size(), 2U);
  EXPECT_EQ(examined->error()[1].message, "node 'the_NonZero' (NonZero): operator NonZero is not supported");
}

TEST(ImportTensor, NamesFileAndTensorInErrors) {
  const Scratch scratch;
  const fs::path path = scratch.model() / "input_0.pb";
  TensorProto tensor;
  tensor.set_name("x");
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.add_dims(3);
  write(path, tensor.SerializeAsString());
  const auto result = import_tensor(path);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("input_0.pb: tensor 'x' has 0 values"), std::string::npos)
      << result.error().message;
}

}  // namespace
}  // namespace fixgate
