#include "import/graph_reader.h"

#include <algorithm>
#include <unordered_set>

#include "import/attribute_data.h"
#include "import/declared_values.h"
#include "import/element_type.h"
#include "import/functions.h"
#include "import/node_order.h"
#include "import/tensor_data.h"
#include "network/operators/bodies.h"
#include "network/operators/operators.h"
#include "network/recurrent_shapes.h"

namespace fixgate {
namespace {

using onnx::NodeProto;
using onnx::TensorProto;

/// The file's name of a node or one made from its position, changed until no other node has it.
std::string unique_name(const NodeProto& proto, std::size_t position,
                        std::unordered_set<std::string>& taken) {
  const std::string wanted =
      proto.name().empty() ? fmt::format("{}_{}", proto.op_type(), position) : proto.name();
  std::string name = wanted;
  for (std::size_t serial = position; !taken.insert(name).second; ++serial)
    name = fmt::format("{}_{}", wanted, serial);
  return name;
}

GraphReader::Nodes addresses_of(const auto& nodes) {
  GraphReader::Nodes addresses;
  for (const NodeProto& node : nodes) addresses.push_back(&node);
  return addresses;
}

/// A declared dimension is -1 where any size will do.
bool fits(const Shape& shape, const GraphValue& declared) {
  return !declared.has_shape ||
         std::ranges::equal(shape, declared.shape, [](std::int64_t size, std::int64_t stated) {
           return stated < 0 || size == stated;
         });
}

/// Shapes that the file states itself, before anything is computed.
const Shape* stated_shape(const Graph& graph, const std::string& value) {
  if (const auto constant = graph.constants.find(value); constant != graph.constants.end())
    return &constant->second.shape;
  const auto input = std::ranges::find(graph.inputs, value, &GraphValue::name);
  return input != graph.inputs.end() && input->has_shape ? &input->shape : nullptr;
}

/// What a recurrent node's attributes and the shapes of its weights say against each other.
Result<void> check_recurrent_node(const Graph& graph, const Node& node) {
  FIXGATE_ASSIGN(const RecurrentAttributes attributes, parse_recurrent_attributes(node));
  FIXGATE_CHECK(check_recurrent_shapes(attributes, [&](std::size_t input) -> const Shape* {
    return input < node.inputs.size() ? stated_shape(graph, node.inputs[input]) : nullptr;
  }));
  return {};
}

}  // namespace

GraphReader::GraphReader(const onnx::GraphProto& proto, std::filesystem::path folder,
                         std::int64_t operator_set, bool is_body)
    : proto_(proto), folder_(folder), is_body_(is_body), tensors_(std::move(folder)) {
  graph_->operator_set = operator_set;
}

void GraphReader::refuse(const Result<void>& result) {
  if (!result) refusals_.push_back(result.error());
}

Result<void> GraphReader::read_declarations() {
  FIXGATE_ASSIGN(graph_->inputs, convert_values(proto_.input(), "graph input", is_body_, types_));
  FIXGATE_ASSIGN(graph_->outputs, convert_values(proto_.output(), "graph output", is_body_, output_types_));
  if (graph_->outputs.empty()) return fail("the graph has no outputs");
  if (proto_.sparse_initializer_size() > 0)
    return fail("sparse tensor '{}' is not supported; store it dense",
                proto_.sparse_initializer(0).values().name());
  for (const TensorProto& tensor : proto_.initializer()) FIXGATE_CHECK(add_initialiser(tensor));
  return {};
}

/// A graph input that has an initialiser is none: the value is always the initialiser's.
Result<void> GraphReader::add_initialiser(const TensorProto& tensor) {
  FIXGATE_CHECK(tensors_.add(tensor.name(), tensor));
  const auto input = std::ranges::find(graph_->inputs, tensor.name(), &GraphValue::name);
  if (input == graph_->inputs.end()) return {};
  const std::int32_t declared = types_.at(tensor.name());
  if (declared != tensor.data_type())
    return fail("tensor '{}' is {}, but declared {} as a graph input", tensor.name(),
                type_name(tensor.data_type()), type_name(declared));
  if (!fits({tensor.dims().begin(), tensor.dims().end()}, *input))
    return fail("tensor '{}' has another shape than it is declared with as a graph input", tensor.name());
  graph_->inputs.erase(input);
  return {};
}

void GraphReader::read_structure(const Nodes& nodes) {
  refuse(read_declarations());
  if (!refusals_.empty()) return;
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node node;
    node.name = unique_name(*nodes[i], i, taken);
    node.op_type = nodes[i]->op_type();
    if (nodes[i]->name().empty()) node.unnamed_position = static_cast<std::int64_t>(i);
    const std::string described = describe(node);
    if (const auto added = add_node(*nodes[i], std::move(node)); !added)
      refusals_.push_back(added.error().within(described));
  }
  graph_->constants = tensors_.outlines();
  tensors_.list_types(types_);
}

Result<void> GraphReader::add_node(const NodeProto& proto, Node node) {
  if (!is_default_domain(proto.domain()))
    return fail("operator {} of the domain '{}' is not supported; only ONNX's own operators are",
                proto.op_type(), proto.domain());
  if (proto.op_type() == "Constant") return add_constant(proto);
  if (find_operator(proto.op_type()) == nullptr) return fail("operator {} is not supported", proto.op_type());
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  FIXGATE_CHECK(read_attributes(proto, node));
  FIXGATE_CHECK(check_node(node, graph_->operator_set));
  if (is_control(node)) {
    capture_for(node);
    FIXGATE_CHECK(check_bodies(node));
  }
  graph_->nodes.push_back(std::move(node));
  return {};
}

Result<void> GraphReader::add_constant(const NodeProto& proto) {
  FIXGATE_CHECK(check_constant(proto));
  const onnx::AttributeProto& attribute = proto.attribute(0);
  const auto added = attribute.type() == onnx::AttributeProto::TENSOR
                         ? tensors_.add(proto.output(0), attribute.t())
                         : tensors_.add(proto.output(0), tensor_of(attribute));
  if (!added) return fail("attribute '{}': {}", attribute.name(), added.error().message);
  return {};
}

Result<void> GraphReader::read_attributes(const NodeProto& proto, Node& node) {
  for (const auto& attribute : proto.attribute()) FIXGATE_CHECK(read_attribute(attribute, node));
  if (node.op_type == "ConstantOfShape" && node.attributes.empty() && !node.outputs.empty())
    types_[node.outputs.front()] = TensorProto::FLOAT;
  return {};
}

Result<void> GraphReader::read_attribute(const onnx::AttributeProto& proto, Node& node) {
  const bool is_body = proto.type() == onnx::AttributeProto::GRAPH && is_control(node);
  auto value = is_body ? read_body(proto.g(), node) : convert_attribute(proto, folder_);
  if (!value) return fail("attribute '{}' {}", proto.name(), value.error().message);
  if (!node.attributes.emplace(proto.name(), std::move(*value)).second)
    return fail("attribute '{}' is given twice", proto.name());
  if (proto.type() == onnx::AttributeProto::TENSOR && !node.outputs.empty())
    types_[node.outputs.front()] = proto.t().data_type();  // of a ConstantOfShape
  return {};
}

/// The body's own refusals become refusals of this graph.
Result<Attribute> GraphReader::read_body(const onnx::GraphProto& proto, const Node& node) {
  auto reader = std::make_unique<GraphReader>(proto, folder_, graph_->operator_set, true);
  reader->graph_->name = graph_->name;
  reader->read_structure(addresses_of(proto.node()));
  if (!reader->refusals_.empty()) {
    for (std::size_t i = 1; i < reader->refusals_.size(); ++i)
      refusals_.push_back(reader->refusals_[i].within(describe(node)));
    return fail("holds a graph that is refused: {}", reader->refusals_[0].message);
  }
  Body body = reader->graph_;
  bodies_[node.name].push_back(std::move(reader));
  return Attribute(std::move(body));
}

std::vector<std::string> GraphReader::free_values() const {
  std::unordered_set<std::string> made;
  for (const GraphValue& input : graph_->inputs) made.insert(input.name);
  for (const auto& [name, tensor] : graph_->constants) made.insert(name);
  for (const Node& node : graph_->nodes) made.insert(node.outputs.begin(), node.outputs.end());
  std::vector<std::string> free;
  const auto use = [&](const std::string& name) {
    if (!name.empty() && made.insert(name).second) free.push_back(name);
  };
  for (const Node& node : graph_->nodes) std::ranges::for_each(node.inputs, use);
  for (const GraphValue& output : graph_->outputs) use(output.name);
  return free;
}

void GraphReader::capture(const std::vector<std::string>& values) {
  for (const std::string& value : values) graph_->inputs.push_back({value, true, false, {}});
}

/// The bodies of a node capture the same values.
void GraphReader::capture_for(Node& node) {
  std::vector<std::string> values;
  for (const auto& reader : bodies_[node.name])
    for (const std::string& value : reader->free_values())
      if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  for (const auto& reader : bodies_[node.name]) {
    std::vector<std::string> own;  // a name of the body's own hides that of the graph around
    for (const std::string& value : values) {
      const auto free = reader->free_values();
      own.push_back(std::ranges::find(free, value) != free.end() ? value : fmt::format("{}:unused", value));
    }
    reader->capture(own);
    reader->order();
    for (const Error& refusal : reader->refusals_) refusals_.push_back(refusal.within(describe(node)));
  }
  if (node.op_type == "Loop") node.inputs.resize(std::max<std::size_t>(node.inputs.size(), 2));
  node.inputs.insert(node.inputs.end(), values.begin(), values.end());
  node.captured = values.size();
}

void GraphReader::order() {
  refuse(order_nodes(*graph_));
}

/// Types and the shapes of recurrent nodes, of every node: of one whose inputs' types are known.
void GraphReader::check_nodes() {
  for (Error& refusal : check_types(*graph_, types_, [&](const Node& node) { return follow_bodies(node); }))
    refusals_.push_back(std::move(refusal));
  state_types();
  for (const Node& node : graph_->nodes)
    if (is_recurrent(node))
      if (const auto checked = check_recurrent_node(*graph_, node); !checked)
        refusals_.push_back(checked.error().within(describe(node)));
  if (refusals_.empty()) refuse(check_output_types(output_types_, types_));
}

/// What follows from the nodes: types of outputs that are not declared, and what a QuantizeLinear's zero point says
/// of its output; the executor's integers have no width.
void GraphReader::state_types() {
  for (GraphValue& output : graph_->outputs)
    if (const auto type = types_.find(output.name); type != types_.end())
      output.is_float = is_float_type(type->second).value_or(true);
  for (Node& node : graph_->nodes)
    if (node.op_type == "QuantizeLinear" && types_.contains(node.outputs[0]))
      node.attributes["output_dtype"] = std::int64_t{types_.at(node.outputs[0])};
}

Result<void> GraphReader::follow_bodies(const Node& node) {
  for (const auto& body : bodies_.at(node.name)) FIXGATE_CHECK(follow_body(node, *body));
  return {};
}

Result<void> GraphReader::follow_body(const Node& node, GraphReader& body) {
  FIXGATE_CHECK(body.take_input_types(node, types_));
  body.check_nodes();
  if (!body.refusals_.empty()) return tl::make_unexpected(body.refusals_.front());
  FIXGATE_CHECK(body.check_state_types(node));
  return body.give_output_types(node, types_);
}

/// Of a body: a state goes in as it came out.
Result<void> GraphReader::check_state_types(const Node& node) const {
  if (node.op_type == "If") return {};
  const bool is_loop = node.op_type == "Loop";
  FIXGATE_ASSIGN(const BodyParts parts, is_loop ? parts_of_loop(node) : parts_of_scan(node));
  for (std::size_t i = 0; i < parts.states; ++i) {
    const std::int32_t before = types_.at(graph_->inputs[i + (is_loop ? 2 : 0)].name);
    const std::int32_t after = types_.at(graph_->outputs[i + (is_loop ? 1 : 0)].name);
    if (before != after)
      return fail("state {} of its body is {} before and {} after it", i, type_name(before),
                  type_name(after));
  }
  return {};
}

/// Of a body: its inputs have the types of the node's, which stand behind the condition of an If.
Result<void> GraphReader::take_input_types(const Node& node, const ElementTypes& around) {
  const std::size_t skipped = node.op_type == "If" ? 1 : 0;
  for (std::size_t i = 0; i < graph_->inputs.size(); ++i) {
    GraphValue& input = graph_->inputs[i];
    const bool is_counter = node.op_type == "Loop" && i < 2;
    const std::int32_t counter = i == 0 ? TensorProto::INT64 : TensorProto::BOOL;
    const std::string& source = node.inputs[i + skipped];
    if (!is_counter && source.empty()) return fail("input {} is missing", i + skipped);
    const std::int32_t given = is_counter ? counter : around.at(source);
    const auto [stated, is_new] = types_.emplace(input.name, given);
    if (stated->second != given)
      return fail("input '{}' of its body is declared {}, but it is {}", input.name,
                  type_name(stated->second), type_name(given));
    FIXGATE_ASSIGN(input.is_float, is_float_type(given));
  }
  return {};
}

/// Of a body: the node's outputs have the types of its own; a Loop's stand behind its condition.
Result<void> GraphReader::give_output_types(const Node& node, ElementTypes& around) const {
  const std::size_t skipped = node.op_type == "Loop" ? 1 : 0;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    const std::int32_t type = types_.at(graph_->outputs[i + skipped].name);
    const auto [stated, is_new] = around.emplace(node.outputs[i], type);
    if (stated->second != type)
      return fail("output '{}' is {} of one body and {} of another", node.outputs[i],
                  type_name(stated->second), type_name(type));
  }
  return {};
}

Result<void> GraphReader::read_tensors(std::int64_t& elements) {
  FIXGATE_CHECK(tensors_.read_into(*graph_, elements));
  for (const auto& [name, readers] : bodies_)
    for (const auto& reader : readers) FIXGATE_CHECK(reader->read_tensors(elements));
  return {};
}

ExaminedModel read_model(const onnx::ModelProto& model, const std::filesystem::path& folder,
                         const std::string& name) {
  const auto refused = [](const Error& error) { return tl::make_unexpected(Refusals{error}); };
  if (!model.has_graph()) return refused(Error{"no graph inside; is it an ONNX model?"});
  const auto operator_set = operator_set_of(model);
  if (!operator_set) return refused(operator_set.error());
  const auto nodes = inline_functions(model);
  if (!nodes) return refused(nodes.error());
  GraphReader reader(model.graph(), folder, *operator_set, false);
  reader.graph()->name = std::filesystem::path(name).stem().string();
  reader.read_structure(addresses_of(*nodes));
  if (reader.refusals().empty()) reader.order();
  if (reader.refusals().empty()) reader.check_nodes();
  if (!reader.refusals().empty()) return tl::make_unexpected(reader.refusals());
  std::int64_t elements = 0;
  if (const auto read = reader.read_tensors(elements); !read) return refused(read.error());
  return std::move(*reader.graph());
}

}  // namespace fixgate
