#include "import/graph_reader.h"

#include <algorithm>
#include <unordered_set>

#include "import/attribute_data.h"
#include "import/declared_values.h"
#include "import/element_type.h"
#include "import/functions.h"
#include "import/node_order.h"
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

ExaminedModel GraphReader::read(const std::string& name) {
  refuse(begin(name));
  if (refusals_.empty()) add_nodes();
  if (refusals_.empty()) refuse(order_nodes(graph_));
  if (refusals_.empty()) check_nodes();
  if (refusals_.empty()) refuse(check_output_types(output_types_, types_));
  if (refusals_.empty()) refuse(tensors_.read_into(graph_));
  if (!refusals_.empty()) return tl::make_unexpected(std::move(refusals_));
  return std::move(graph_);
}

void GraphReader::refuse(const Result<void>& result) {
  if (!result) refusals_.push_back(result.error());
}

Result<void> GraphReader::begin(const std::string& name) {
  if (!model_.has_graph()) return fail("no graph inside; is it an ONNX model?");
  graph_.name = std::filesystem::path(name).stem().string();
  FIXGATE_ASSIGN(graph_.operator_set, operator_set_of(model_));
  FIXGATE_ASSIGN(graph_.inputs, convert_values(model_.graph().input(), "graph input", types_));
  FIXGATE_ASSIGN(graph_.outputs, convert_values(model_.graph().output(), "graph output", output_types_));
  if (graph_.outputs.empty()) return fail("the graph has no outputs");
  FIXGATE_CHECK(add_initialisers());
  FIXGATE_ASSIGN(nodes_, inline_functions(model_));
  return {};
}

Result<void> GraphReader::add_initialisers() {
  if (model_.graph().sparse_initializer_size() > 0)
    return fail("sparse tensor '{}' is not supported; store it dense",
                model_.graph().sparse_initializer(0).values().name());
  for (const TensorProto& tensor : model_.graph().initializer()) FIXGATE_CHECK(add_initialiser(tensor));
  return {};
}

/// A graph input that has an initialiser is none: the value is always the initialiser's.
Result<void> GraphReader::add_initialiser(const TensorProto& tensor) {
  FIXGATE_CHECK(tensors_.add(tensor.name(), tensor));
  const auto input = std::ranges::find(graph_.inputs, tensor.name(), &GraphValue::name);
  if (input == graph_.inputs.end()) return {};
  const std::int32_t declared = types_.at(tensor.name());
  if (declared != tensor.data_type())
    return fail("tensor '{}' is {}, but declared {} as a graph input", tensor.name(),
                type_name(tensor.data_type()), type_name(declared));
  if (!fits({tensor.dims().begin(), tensor.dims().end()}, *input))
    return fail("tensor '{}' has another shape than it is declared with as a graph input", tensor.name());
  graph_.inputs.erase(input);
  return {};
}

void GraphReader::add_nodes() {
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node node;
    node.name = unique_name(nodes_[i], i, taken);
    node.op_type = nodes_[i].op_type();
    if (nodes_[i].name().empty()) node.unnamed_position = static_cast<std::int64_t>(i);
    const std::string described = describe(node);
    if (const auto added = add_node(nodes_[i], std::move(node)); !added)
      refusals_.push_back(added.error().within(described));
  }
  graph_.constants = tensors_.outlines();
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
  FIXGATE_CHECK(check_node(node, graph_.operator_set));
  graph_.nodes.push_back(std::move(node));
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
  for (const auto& attribute : proto.attribute()) {
    auto value = convert_attribute(attribute, folder_);
    if (!value) return fail("attribute '{}' {}", attribute.name(), value.error().message);
    if (!node.attributes.emplace(attribute.name(), std::move(*value)).second)
      return fail("attribute '{}' is given twice", attribute.name());
    if (attribute.type() == onnx::AttributeProto::TENSOR && !node.outputs.empty())
      types_[node.outputs.front()] = attribute.t().data_type();  // of a ConstantOfShape
  }
  if (node.op_type == "ConstantOfShape" && node.attributes.empty() && !node.outputs.empty())
    types_[node.outputs.front()] = TensorProto::FLOAT;
  return {};
}

/// Types and the shapes of recurrent nodes, of every node: of one whose inputs' types are known.
void GraphReader::check_nodes() {
  for (Error& refusal : check_types(graph_, types_)) refusals_.push_back(std::move(refusal));
  for (Node& node : graph_.nodes)
    if (node.op_type == "QuantizeLinear" && types_.contains(node.outputs[0]))
      node.attributes["output_dtype"] = std::int64_t{types_.at(node.outputs[0])};
  for (const Node& node : graph_.nodes)
    if (is_recurrent(node))
      if (const auto checked = check_recurrent_node(graph_, node); !checked)
        refusals_.push_back(checked.error().within(describe(node)));
}

}  // namespace fixgate
