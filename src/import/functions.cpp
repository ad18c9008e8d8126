#include "import/functions.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <map>
#include <string>

#include "network/operators/operators.h"

namespace fixgate {
namespace {

using onnx::AttributeProto;
using onnx::FunctionProto;
using onnx::NodeProto;

constexpr int kDeepest = 32;
constexpr std::size_t kMostNodes = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 31;  // as many as a whole file
constexpr int kDefaultAttributesField = 11;  // FunctionProto.attribute_proto, newer than Debian's onnx.proto

/// Whether a message has a field that the onnx.proto we are built with does not know.
bool has_unknown_field(const std::string& unknown_fields, int field) {
  namespace pb = google::protobuf;
  pb::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(unknown_fields.data()),
                                  static_cast<int>(unknown_fields.size()));
  for (std::uint32_t tag = stream.ReadTag(); tag != 0; tag = stream.ReadTag()) {
    if (pb::internal::WireFormatLite::GetTagFieldNumber(tag) == field) return true;
    if (!pb::internal::WireFormatLite::SkipField(&stream, tag)) return false;
  }
  return false;
}

/// Inside a call of a function: its values' names outside, and the attributes it was given.
struct Scope {
  std::string prefix;
  std::map<std::string, std::string> names;
  std::map<std::string, AttributeProto> attributes;

  [[nodiscard]] std::string outer_name(const std::string& name) const {
    if (name.empty()) return name;
    const auto found = names.find(name);
    return found == names.end() ? prefix + name : found->second;
  }
};

/// A node of a function's body as the graph outside sees it.
NodeProto in_scope(const NodeProto& node, const Scope& scope) {
  NodeProto result = node;
  if (!node.name().empty()) result.set_name(scope.prefix + node.name());
  for (std::string& name : *result.mutable_input()) name = scope.outer_name(name);
  for (std::string& name : *result.mutable_output()) name = scope.outer_name(name);
  result.clear_attribute();
  for (const AttributeProto& attribute : node.attribute()) {
    if (attribute.ref_attr_name().empty()) *result.add_attribute() = attribute;
    const auto given = scope.attributes.find(attribute.ref_attr_name());
    if (attribute.ref_attr_name().empty() || given == scope.attributes.end())
      continue;  // not given: left out here too
    *result.add_attribute() = given->second;
    result.mutable_attribute()->rbegin()->set_name(attribute.name());
  }
  return result;
}

Result<void> check_call(const NodeProto& call, const FunctionProto& function) {
  for (const NodeProto& node : function.node())
    for (const AttributeProto& attribute : node.attribute())
      if (attribute.type() == AttributeProto::GRAPH || attribute.type() == AttributeProto::GRAPHS)
        return fail("the function {} has an {}, which is not supported; inline it (onnx.inliner)",
                    function.name(), node.op_type());
  if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
    return fail("more inputs or outputs than the function {} has", function.name());
  for (const AttributeProto& attribute : call.attribute()) {
    bool known = false;
    for (const std::string& name : function.attribute()) known = known || name == attribute.name();
    if (!known)
      return fail("attribute '{}' is not known for the function {}", attribute.name(), function.name());
  }
  return {};
}

Scope scope_of(const NodeProto& call, const FunctionProto& function, std::size_t serial) {
  Scope scope;
  scope.prefix = fmt::format("{}_{}/", call.name().empty() ? call.op_type() : call.name(), serial);
  for (int i = 0; i < function.input_size(); ++i)
    scope.names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
  for (int i = 0; i < function.output_size(); ++i)
    if (i < call.output_size() && !call.output(i).empty()) scope.names[function.output(i)] = call.output(i);
  for (const AttributeProto& attribute : call.attribute()) scope.attributes[attribute.name()] = attribute;
  return scope;
}

class Inliner {
 public:
  Result<void> add_functions(const onnx::ModelProto& model, std::int64_t operator_set) {
    for (const FunctionProto& function : model.functions()) {
      for (const auto& set : function.opset_import())
        if (is_default_domain(set.domain()) && set.version() != operator_set)
          return fail("function {} is of operator set {}, the model of {}", function.name(), set.version(),
                      operator_set);
      if (has_unknown_field(function.unknown_fields(), kDefaultAttributesField))
        return fail("function {} has default attributes, which are not supported; inline it (onnx.inliner)",
                    function.name());
      if (!functions_.emplace(std::pair(function.domain(), function.name()), &function).second)
        return fail("function {} is defined twice", function.name());
    }
    return {};
  }

  Result<void> add(const NodeProto& node, int depth = 0) {
    const auto found = functions_.find({node.domain(), node.op_type()});
    if (found != functions_.end()) return add_call(node, *found->second, depth);
    if (nodes_.size() == kMostNodes) return fail("the functions expand to more than {} nodes", kMostNodes);
    bytes_ += node.ByteSizeLong();
    if (bytes_ > kMostBytes) return fail("the functions expand to more than {} bytes of nodes", kMostBytes);
    nodes_.push_back(node);
    return {};
  }

  std::vector<NodeProto> take() { return std::move(nodes_); }

 private:
  Result<void> add_call(const NodeProto& call, const FunctionProto& function, int depth) {
    if (depth == kDeepest) return fail("function {} is nested more than {} deep", function.name(), kDeepest);
    if (++calls_ > kMostNodes) return fail("the functions make more than {} calls", kMostNodes);
    if (auto result = check_call(call, function); !result)
      return tl::make_unexpected(result.error().within(
          call.name().empty() ? "an unnamed call" : fmt::format("node '{}'", call.name())));
    const Scope scope = scope_of(call, function, calls_);
    for (const NodeProto& node : function.node()) FIXGATE_CHECK(add(in_scope(node, scope), depth + 1));
    return {};
  }

  std::map<std::pair<std::string, std::string>, const FunctionProto*> functions_;
  std::vector<NodeProto> nodes_;
  std::size_t calls_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

bool is_default_domain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

Result<std::int64_t> operator_set_of(const onnx::ModelProto& model) {
  std::int64_t version = 0;
  for (const auto& set : model.opset_import()) {
    if (!is_default_domain(set.domain())) continue;
    if (version != 0 && version != set.version())
      return fail("two operator sets: {} and {}", version, set.version());
    version = set.version();
  }
  if (version < kFirstOperatorSet || version > kLastOperatorSet)
    return fail("operator set {} is not supported; export with opset_version {} to {}", version,
                kFirstOperatorSet, kLastOperatorSet);
  return version;
}

Result<std::vector<NodeProto>> inline_functions(const onnx::ModelProto& model) {
  FIXGATE_ASSIGN(const std::int64_t operator_set, operator_set_of(model));
  Inliner inliner;
  FIXGATE_CHECK(inliner.add_functions(model, operator_set));
  for (const NodeProto& node : model.graph().node()) FIXGATE_CHECK(inliner.add(node));
  return inliner.take();
}

}  // namespace fixgate
