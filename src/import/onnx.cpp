#include "import/onnx.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>
#include <unordered_set>

#include "diagnostic/printable.h"
#include "files/kind.h"
#include "files/read.h"
#include "import/attribute_data.h"
#include "import/functions.h"
#include "import/node_order.h"
#include "import/tensor_data.h"
#include "network/operators/operators.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

using Folder = std::filesystem::path;
using onnx::TensorProto;

constexpr std::uintmax_t kLargestMessage = std::numeric_limits<int>::max();  // protobuf's own bound, 2 GiB
constexpr std::int64_t kLargestDimension = std::int64_t{1} << 31;

/// Protobuf's defaults bound the nesting.
template <typename Message>
Result<Message> parse_message(std::string_view bytes, const char* what) {
  if (bytes.empty()) return fail("the file is empty");
  if (bytes.size() > kLargestMessage) return fail("more than 2 GiB; keep the weights in external data");
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  Message message;
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return fail("not {}, or truncated or damaged (protobuf cannot read it)", what);
  return message;
}

Result<void> check_input_type(std::int32_t type) {
  FIXGATE_ASSIGN(const bool is_float, is_float_type(type));
  if (is_float || type == TensorProto::INT32 || type == TensorProto::INT64 || type == TensorProto::BOOL)
    return {};
  return fail("has a narrow or unsigned integer type (number {}); declare it int32 or int64", type);
}

Result<GraphValue> convert_value(const onnx::ValueInfoProto& proto) {
  GraphValue value;
  value.name = proto.name();
  if (proto.name().empty()) return fail("has no name");
  if (!proto.type().has_tensor_type()) return fail("is not declared as a tensor");
  const auto& type = proto.type().tensor_type();
  FIXGATE_CHECK(check_input_type(type.elem_type()));
  FIXGATE_ASSIGN(value.is_float, is_float_type(type.elem_type()));
  value.has_shape = type.has_shape();
  for (const auto& dimension : type.shape().dim()) {
    const std::int64_t size = dimension.has_dim_value() ? dimension.dim_value() : -1;
    if (size < -1 || size > kLargestDimension) return fail("has the dimension {}", size);
    value.shape.push_back(size);
  }
  return value;
}

Result<std::vector<GraphValue>> convert_values(
    const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& protos, const char* what) {
  std::vector<GraphValue> values;
  std::unordered_set<std::string> seen;
  for (const auto& proto : protos) {
    auto value = convert_value(proto);
    if (!value) return fail("{} '{}' {}", what, proto.name(), value.error().message);
    if (!seen.insert(proto.name()).second) return fail("{} '{}' is declared twice", what, proto.name());
    values.push_back(std::move(*value));
  }
  return values;
}

/// Initialisers and Constant nodes.
Result<void> add_constant(Graph& graph, const std::string& name, Result<Tensor> tensor) {
  if (name.empty()) return fail("a tensor has no name");
  if (tensor)
    if (auto finite = check_finite(*tensor); !finite) tensor = tl::make_unexpected(finite.error());
  if (!tensor) return fail("tensor '{}' {}", name, tensor.error().message);
  if (!graph.constants.emplace(name, std::move(*tensor)).second)
    return fail("tensor '{}' is given twice", name);
  return {};
}

Result<void> add_initialisers(Graph& graph, const onnx::GraphProto& proto, const Folder& folder) {
  if (proto.sparse_initializer_size() > 0)
    return fail("sparse tensor '{}' is not supported; store it dense",
                proto.sparse_initializer(0).values().name());
  for (const TensorProto& tensor : proto.initializer())
    FIXGATE_CHECK(add_constant(graph, tensor.name(), convert_tensor(tensor, folder)));
  std::erase_if(graph.inputs, [&](const GraphValue& input) { return graph.constants.contains(input.name); });
  return {};
}

Result<Node> convert_node(const onnx::NodeProto& proto, std::string name, const Folder& folder) {
  Node node;
  node.name = std::move(name);
  node.op_type = proto.op_type();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const auto& attribute : proto.attribute()) {
    auto value = convert_attribute(attribute, folder);
    if (!value) return fail("attribute '{}' {}", attribute.name(), value.error().message);
    if (!node.attributes.emplace(attribute.name(), std::move(*value)).second)
      return fail("attribute '{}' is given twice", attribute.name());
  }
  return node;
}

/// The file's name of a node or one made from its position, changed until no other node has it.
std::string unique_name(const onnx::NodeProto& proto, std::size_t position,
                        std::unordered_set<std::string>& taken) {
  const std::string wanted =
      proto.name().empty() ? fmt::format("{}_{}", proto.op_type(), position) : proto.name();
  std::string name = wanted;
  for (std::size_t serial = position; !taken.insert(name).second; ++serial)
    name = fmt::format("{}_{}", wanted, serial);
  return name;
}

Result<void> add_node(Graph& graph, const onnx::NodeProto& proto, std::string name, const Folder& folder) {
  if (proto.op_type() == "Constant") {
    FIXGATE_ASSIGN(Tensor tensor, convert_constant(proto, folder));
    return add_constant(graph, proto.output(0), std::move(tensor));
  }
  if (find_operator(proto.op_type()) == nullptr) return fail("operator {} is not supported", proto.op_type());
  FIXGATE_ASSIGN(Node node, convert_node(proto, std::move(name), folder));
  FIXGATE_CHECK(check_node(node, graph.operator_set));
  graph.nodes.push_back(std::move(node));
  return {};
}

Result<void> add_nodes(Graph& graph, const std::vector<onnx::NodeProto>& protos, const Folder& folder) {
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < protos.size(); ++i) {
    const std::string name = unique_name(protos[i], i, taken);
    if (auto result = add_node(graph, protos[i], name, folder); !result)
      return fail("node '{}' ({}): {}", name, protos[i].op_type(), result.error().message);
  }
  return {};
}

Result<Graph> convert_model(const onnx::ModelProto& model, const Folder& folder, const std::string& name) {
  if (!model.has_graph()) return fail("no graph inside; is it an ONNX model?");
  Graph graph;
  graph.name = std::filesystem::path(name).stem().string();
  FIXGATE_ASSIGN(graph.operator_set, operator_set_of(model));
  FIXGATE_ASSIGN(graph.inputs, convert_values(model.graph().input(), "graph input"));
  FIXGATE_ASSIGN(graph.outputs, convert_values(model.graph().output(), "graph output"));
  if (graph.outputs.empty()) return fail("the graph has no outputs");
  FIXGATE_CHECK(add_initialisers(graph, model.graph(), folder));
  FIXGATE_ASSIGN(const auto nodes, inline_functions(model));
  FIXGATE_CHECK(add_nodes(graph, nodes, folder));
  FIXGATE_CHECK(order_nodes(graph));
  return graph;
}

/// The error with its file; names out of a damaged file may hold anything.
tl::unexpected<Error> in_file(const std::string& name, const Error& error) {
  return tl::make_unexpected(Error{printable(error.within(name).message)});
}

}  // namespace

Result<Graph> import_onnx_bytes(std::string_view bytes, const std::filesystem::path& folder,
                                const std::string& name) {
  const auto in_model = [&](const Error& error) {
    return in_file(name, or_other_kind(error, bytes, kOnnxKind, "an ONNX file is expected"));
  };
  const auto model = parse_message<onnx::ModelProto>(bytes, "an ONNX model");
  if (!model) return in_model(model.error());
  auto graph = convert_model(*model, folder, name);
  if (!graph) return in_model(graph.error());
  return graph;
}

Result<Graph> import_onnx(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLargestMessage));
  auto graph = import_onnx_bytes(bytes, path.parent_path(), path.string());
  return graph;
}

Result<NamedTensor> import_named_tensor(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLargestMessage));
  const auto proto = parse_message<TensorProto>(bytes, "an ONNX tensor");
  if (!proto) return in_file(path.string(), proto.error());
  auto tensor = convert_tensor(*proto, path.parent_path());
  if (!tensor)
    return in_file(path.string(),
                   Error{fmt::format("tensor '{}' {}", proto->name(), tensor.error().message)});
  return NamedTensor{proto->name(), std::move(*tensor)};
}

Result<Tensor> import_tensor(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(NamedTensor named, import_named_tensor(path));
  return std::move(named.tensor);
}

}  // namespace fixgate
