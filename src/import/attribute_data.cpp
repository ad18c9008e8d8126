#include "import/attribute_data.h"

#include <algorithm>
#include <cmath>

#include "import/tensor_data.h"

namespace fixgate {
namespace {

using onnx::AttributeProto;

Result<Attribute> finite_float(float value) {
  if (!std::isfinite(value)) return fail("is not a finite number");
  return Attribute(value);
}

Result<Attribute> finite_floats(const AttributeProto& proto) {
  std::vector<float> values(proto.floats().begin(), proto.floats().end());
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
    return fail("has a value that is not a finite number");
  return Attribute(std::move(values));
}

Result<Attribute> finite_tensor(const onnx::TensorProto& proto, const std::filesystem::path& folder) {
  FIXGATE_ASSIGN(Tensor tensor, convert_tensor(proto, folder));
  FIXGATE_CHECK(check_finite(tensor));
  return Attribute(std::move(tensor));
}

template <typename T>
Tensor list_of(const std::vector<T>& values) {
  return {{static_cast<std::int64_t>(values.size())}, values};
}

/// A Constant's value from an attribute of another type than tensor.
Result<Tensor> tensor_of(const Attribute& attribute) {
  if (const auto* tensor = std::get_if<Tensor>(&attribute)) return *tensor;
  if (const auto* value = std::get_if<float>(&attribute)) return Tensor{{}, std::vector<float>{*value}};
  if (const auto* value = std::get_if<std::int64_t>(&attribute))
    return Tensor{{}, std::vector<std::int64_t>{*value}};
  if (const auto* values = std::get_if<std::vector<float>>(&attribute)) return list_of(*values);
  if (const auto* values = std::get_if<std::vector<std::int64_t>>(&attribute)) return list_of(*values);
  return fail("is text, which is not supported");
}

/// The type that a Constant's attribute must have, by its name.
Result<AttributeProto::AttributeType> constant_type(const std::string& name) {
  if (name == "value") return AttributeProto::TENSOR;
  if (name == "value_float") return AttributeProto::FLOAT;
  if (name == "value_floats") return AttributeProto::FLOATS;
  if (name == "value_int") return AttributeProto::INT;
  if (name == "value_ints") return AttributeProto::INTS;
  return fail("is not supported for Constant");
}

}  // namespace

Result<Attribute> convert_attribute(const AttributeProto& proto, const std::filesystem::path& folder) {
  if (!proto.ref_attr_name().empty())
    return fail("refers to '{}', which has no value", proto.ref_attr_name());
  switch (proto.type()) {
    case AttributeProto::INT:
      return Attribute(std::int64_t{proto.i()});
    case AttributeProto::FLOAT:
      return finite_float(proto.f());
    case AttributeProto::STRING:
      return Attribute(proto.s());
    case AttributeProto::INTS:
      return Attribute(std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end()));
    case AttributeProto::FLOATS:
      return finite_floats(proto);
    case AttributeProto::STRINGS:
      return Attribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case AttributeProto::TENSOR:
      return finite_tensor(proto.t(), folder);
    case AttributeProto::GRAPH:
    case AttributeProto::GRAPHS:
      return fail("is a subgraph, which is not supported");
    default:
      return fail("has the attribute type {}, which is not supported", static_cast<int>(proto.type()));
  }
}

Result<Tensor> convert_constant(const onnx::NodeProto& node, const std::filesystem::path& folder) {
  if (node.input_size() != 0 || node.output_size() != 1 || node.attribute_size() != 1)
    return fail("a Constant has no input, one output and one attribute");
  const AttributeProto& proto = node.attribute(0);
  const auto convert = [&]() -> Result<Tensor> {
    FIXGATE_ASSIGN(const auto wanted, constant_type(proto.name()));
    if (proto.ref_attr_name().empty() && proto.type() != wanted) return fail("has the wrong type");
    FIXGATE_ASSIGN(const Attribute attribute, convert_attribute(proto, folder));
    return tensor_of(attribute);
  };
  auto tensor = convert();
  if (tensor) return tensor;
  return fail("attribute '{}' {}", proto.name(), tensor.error().message);
}

}  // namespace fixgate
