// Graphs within nodes: If, Loop and Scan are read, run, and taken apart where a condition is certain.
#include <gtest/gtest.h>

#include <functional>

#include "import/test_cases.h"
#include "network/fold.h"
#include "network/run_graph.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

using onnx::AttributeProto;
using onnx::GraphProto;
using onnx::ModelProto;
using onnx::NodeProto;
using onnx::TensorProto;
using test_cases::Tensors;

using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;

void declare(onnx::ValueInfoProto& value, const std::string& name, const Integers& shape,
             TensorProto::DataType type = TensorProto::FLOAT) {
  value.set_name(name);
  auto* tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  for (const std::int64_t size : shape) tensor->mutable_shape()->add_dim()->set_dim_value(size);
}

NodeProto& add_node(GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs) {
  NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.set_name("the_" + op);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  return node;
}

GraphProto& add_body(NodeProto& node, const std::string& attribute) {
  AttributeProto& proto = *node.add_attribute();
  proto.set_name(attribute);
  proto.set_type(AttributeProto::GRAPH);
  proto.mutable_g()->set_name(attribute);
  return *proto.mutable_g();
}

void add_integer(NodeProto& node, const std::string& name, std::int64_t value) {
  AttributeProto& proto = *node.add_attribute();
  proto.set_name(name);
  proto.set_type(AttributeProto::INT);
  proto.set_i(value);
}

ModelProto empty_model() {
  ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(16);
  return model;
}

Result<Graph> import_model(const ModelProto& model) {
  return import_onnx_bytes(model.SerializeAsString(), ".", "net.onnx");
}

void expect_refused(const Result<Graph>& graph, const std::string& part) {
  ASSERT_FALSE(graph) << "accepted; expected: " << part;
  EXPECT_NE(graph.error().message.find(part), std::string::npos) << graph.error().message;
}

Floats run(const Graph& graph, const Tensors& inputs, const std::string& output = "y") {
  const auto outputs = Executor(graph).run(inputs);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs ? outputs->at(output).floats() : Floats();
}

/// y = flag ? x + x : x * t with t = -x, made outside: the branches read it, and name their results alike.
ModelProto branching_model() {
  ModelProto model = empty_model();
  GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {2});
  declare(*graph.add_input(), "flag", {}, TensorProto::BOOL);
  declare(*graph.add_output(), "y", {2});
  add_node(graph, "Neg", {"x"}, {"t"});
  NodeProto& node = add_node(graph, "If", {"flag"}, {"y"});
  GraphProto& yes = add_body(node, "then_branch");
  add_node(yes, "Add", {"x", "x"}, {"r"});
  declare(*yes.add_output(), "r", {2});
  GraphProto& no = add_body(node, "else_branch");
  add_node(no, "Mul", {"x", "t"}, {"r"});
  declare(*no.add_output(), "r", {2});
  return model;
}

Tensor flag(bool value) {
  return {{}, Integers{value}};
}

TEST(Bodies, AnIfRunsTheBranchOfItsCondition) {
  const auto graph = import_model(branching_model());
  ASSERT_TRUE(graph) << graph.error().message;
  const Tensor x{{2}, Floats{2, 3}};
  EXPECT_EQ(run(*graph, {{"x", x}, {"flag", flag(true)}}), (Floats{4, 6}));
  EXPECT_EQ(run(*graph, {{"x", x}, {"flag", flag(false)}}), (Floats{-4, -9}));
  EXPECT_EQ(graph->nodes.back().captured, 2U);
}

TEST(Bodies, ABranchThatIsTakenForCertainIsPutInPlace) {
  ModelProto model = branching_model();
  GraphProto& proto = *model.mutable_graph();
  proto.mutable_input()->RemoveLast();
  TensorProto& tensor = *proto.add_initializer();
  tensor.set_name("flag");
  tensor.set_data_type(TensorProto::BOOL);
  tensor.add_int32_data(0);
  auto graph = import_model(model);
  ASSERT_TRUE(graph) << graph.error().message;
  ASSERT_TRUE(fold_constants(*graph));
  ASSERT_EQ(graph->nodes.size(), 2U);
  EXPECT_EQ(graph->nodes[1].op_type, "Mul");
  EXPECT_EQ(run(*graph, {{"x", {{2}, Floats{2, 3}}}}), (Floats{-4, -9}));
}

/// The branch names a value as the graph around does behind it, and gives a captured value and one value twice.
TEST(Bodies, NamesThatAreTakenAreChanged) {
  ModelProto model = empty_model();
  GraphProto& proto = *model.mutable_graph();
  declare(*proto.add_input(), "x", {2});
  for (const char* name : {"y", "z"}) declare(*proto.add_output(), name, {2});
  TensorProto& tensor = *proto.add_initializer();
  tensor.set_name("flag");
  tensor.set_data_type(TensorProto::BOOL);
  tensor.add_int32_data(1);
  NodeProto& node = add_node(proto, "If", {"flag"}, {"a", "b", "c"});
  for (const char* name : {"then_branch", "else_branch"}) {
    GraphProto& body = add_body(node, name);
    add_node(body, "Neg", {"x"}, {"s"});
    add_node(body, "Abs", {"s"}, {"r"});
    for (const char* output : {"r", "r", "x"}) declare(*body.add_output(), output, {2});
  }
  add_node(proto, "Sum", {"a", "b", "c"}, {"s"});
  add_node(proto, "Neg", {"s"}, {"y"});
  add_node(proto, "Relu", {"s"}, {"z"});
  for (GraphProto* body : {node.mutable_attribute(0)->mutable_g(), node.mutable_attribute(1)->mutable_g()})
    body->mutable_output(1)->set_name("r2"), add_node(*body, "Identity", {"r"}, {"r2"});
  auto graph = import_model(model);
  ASSERT_TRUE(graph) << graph.error().message;
  ASSERT_TRUE(fold_constants(*graph));
  EXPECT_EQ(run(*graph, {{"x", {{2}, Floats{2, -3}}}}), (Floats{-6, -3}));
  for (const Node& kept : graph->nodes) EXPECT_NE(kept.op_type, "If");
}

/// s = s + x while the counter is below `trips` and s below 100; gives every s, too.
ModelProto looping_model(const std::function<void(GraphProto& body)>& change = {}) {
  ModelProto model = empty_model();
  GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {1});
  declare(*graph.add_input(), "trips", {}, TensorProto::INT64);
  declare(*graph.add_output(), "y", {1});
  declare(*graph.add_output(), "all", {-1, 1});
  NodeProto& node = add_node(graph, "Loop", {"trips", "", "x"}, {"y", "all"});
  GraphProto& body = add_body(node, "body");
  declare(*body.add_input(), "i", {}, TensorProto::INT64);
  declare(*body.add_input(), "go", {}, TensorProto::BOOL);
  declare(*body.add_input(), "s", {1});
  TensorProto& most = *body.add_initializer();
  most.set_name("most");
  most.set_data_type(TensorProto::FLOAT);
  most.add_float_data(100);
  add_node(body, "Add", {"s", "x"}, {"sum"});
  add_node(body, "Less", {"sum", "most"}, {"go_on"});
  add_node(body, "Identity", {"sum"}, {"copy"});
  declare(*body.add_output(), "go_on", {1}, TensorProto::BOOL);
  declare(*body.add_output(), "sum", {1});
  declare(*body.add_output(), "copy", {1});
  if (change) change(body);
  return model;
}

Tensors loop_inputs(float x, std::int64_t trips) {
  return {{"x", {{1}, Floats{x}}}, {"trips", {{}, Integers{trips}}}};
}

TEST(Bodies, ALoopCarriesItsStateUntilACountOrACondition) {
  const auto graph = import_model(looping_model());
  ASSERT_TRUE(graph) << graph.error().message;
  EXPECT_EQ(run(*graph, loop_inputs(3, 3)), (Floats{12}));
  EXPECT_EQ(run(*graph, loop_inputs(3, 3), "all"), (Floats{6, 9, 12}));
  EXPECT_EQ(run(*graph, loop_inputs(40, 9), "all"), (Floats{80, 120}));
  const auto none = Executor(*graph).run(loop_inputs(3, 0));
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_EQ(none->at("all").shape, (Shape{0, 1}));
}

TEST(Bodies, AnEndlessLoopIsStopped) {
  const auto graph = import_model(looping_model());
  ASSERT_TRUE(graph) << graph.error().message;
  const Tensors inputs = loop_inputs(0, std::int64_t{1} << 60);
  RunBudget budget{1000};
  const auto outputs = run_graph(*graph, {&inputs.at("x"), &inputs.at("trips")}, {kElementLimit, 0, &budget});
  ASSERT_FALSE(outputs);
  EXPECT_NE(outputs.error().message.find("the_Loop' (Loop): the bodies of If, Loop and Scan run more than"),
            std::string::npos)
      << outputs.error().message;
}

TEST(Bodies, AScanReadsAnAxisStepByStep) {
  ModelProto model = empty_model();
  GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "h0", {1});
  declare(*graph.add_input(), "x", {1, 3});
  declare(*graph.add_output(), "h", {1});
  declare(*graph.add_output(), "y", {3, 1});
  NodeProto& node = add_node(graph, "Scan", {"h0", "x"}, {"h", "y"});
  add_integer(node, "num_scan_inputs", 1);
  for (const char* name : {"scan_input_axes", "scan_input_directions", "scan_output_directions"}) {
    AttributeProto& proto = *node.add_attribute();
    proto.set_name(name);
    proto.set_type(AttributeProto::INTS);
    proto.add_ints(1);
  }
  GraphProto& body = add_body(node, "body");
  declare(*body.add_input(), "state", {1});
  declare(*body.add_input(), "step", {1});
  add_node(body, "Add", {"state", "state"}, {"twice"});
  add_node(body, "Add", {"twice", "step"}, {"next"});
  add_node(body, "Neg", {"next"}, {"out"});
  declare(*body.add_output(), "next", {1});
  declare(*body.add_output(), "out", {1});
  const auto read = import_model(model);
  ASSERT_TRUE(read) << read.error().message;
  const Tensors inputs{{"h0", {{1}, Floats{1}}}, {"x", {{1, 3}, Floats{10, 20, 30}}}};
  EXPECT_EQ(run(*read, inputs, "h"), (Floats{8 + 4 * 30 + 2 * 20 + 10}));
  EXPECT_EQ(run(*read, inputs), (Floats{-178, -84, -32}));  // written from the last to the first
}

TEST(Bodies, RefusesBodiesThatDoNotFit) {
  expect_refused(import_model(looping_model([](GraphProto& body) { body.mutable_input()->RemoveLast(); })),
                 "node 'the_Loop' (Loop): its body has 4 inputs");
  expect_refused(import_model(looping_model([](GraphProto& body) { body.mutable_output()->RemoveLast(); })),
                 "node 'the_Loop' (Loop): 2 outputs, its body gives 1");
  expect_refused(import_model(looping_model([](GraphProto& body) { body.clear_output(); })),
                 "the graph has no outputs");
  expect_refused(
      import_model(looping_model([](GraphProto& body) {
        body.mutable_input(2)->mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::INT64);
      })),
      "input 's' of its body is declared int64, but it is float");
  expect_refused(
      import_model(looping_model([](GraphProto& body) { body.mutable_node(0)->set_op_type("GridSample"); })),
      "operator GridSample is not supported");
  expect_refused(
      import_model(looping_model([](GraphProto& body) { body.mutable_node(0)->set_input(1, "nowhere"); })),
      "value 'nowhere' is used but nothing produces it");
  expect_refused(
      import_model(looping_model([](GraphProto& body) { body.mutable_node(2)->set_input(0, "copy"); })),
      "is part of a cycle");
  ModelProto branches = branching_model();
  branches.mutable_graph()->mutable_node(1)->mutable_attribute()->RemoveLast();
  expect_refused(import_model(branches), "attribute 'else_branch' is missing");
}

TEST(Bodies, RefusesSubgraphsOfOtherOperators) {
  ModelProto model = branching_model();
  add_body(*model.mutable_graph()->mutable_node(0), "then_branch");
  expect_refused(import_model(model), "attribute 'then_branch' is a subgraph");
}

TEST(Bodies, ReadsTensorsOfBodiesOnceEverythingFits) {
  const auto graph = import_model(looping_model([](GraphProto& body) {
    body.mutable_initializer(0)->set_float_data(0, std::numeric_limits<float>::infinity());
  }));
  expect_refused(graph, "tensor 'most'");
}

}  // namespace
}  // namespace fixgate
