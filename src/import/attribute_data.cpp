#include "import/attribute_data.h"

#include <algorithm>
#include <cmath>

#include "import/tensor_data.h"

namespace fixgate {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

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

Result<Attribute> finite_tensor(const TensorProto& proto, const std::filesystem::path& folder) {
  const Shape shape(proto.dims().begin(), proto.dims().end());
  FIXGATE_CHECK(check_tensor(proto));
  if (element_count(shape) != 1) return fail("has {} elements, not one", element_count(shape));
  FIXGATE_ASSIGN(Tensor tensor, convert_tensor(proto, folder));
  FIXGATE_CHECK(check_finite(tensor));
  return Attribute(std::move(tensor));
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

Result<void> check_constant(const onnx::NodeProto& node) {
  if (node.input_size() != 0 || node.output_size() != 1 || node.attribute_size() != 1)
    return fail("a Constant has no input, one output and one attribute");
  const AttributeProto& proto = node.attribute(0);
  const auto wanted = constant_type(proto.name());
  if (!wanted) return fail("attribute '{}' {}", proto.name(), wanted.error().message);
  if (!proto.ref_attr_name().empty())
    return fail("attribute '{}' refers to '{}', which has no value", proto.name(), proto.ref_attr_name());
  if (proto.type() != *wanted) return fail("attribute '{}' has the wrong type", proto.name());
  return {};
}

std::unique_ptr<TensorProto> tensor_of(const AttributeProto& proto) {
  auto tensor = std::make_unique<TensorProto>();
  const bool is_float = proto.type() == AttributeProto::FLOAT || proto.type() == AttributeProto::FLOATS;
  tensor->set_data_type(is_float ? TensorProto::FLOAT : TensorProto::INT64);
  if (proto.type() == AttributeProto::FLOATS || proto.type() == AttributeProto::INTS)
    tensor->add_dims(is_float ? proto.floats_size() : proto.ints_size());
  *tensor->mutable_float_data() = proto.floats();
  *tensor->mutable_int64_data() = proto.ints();
  if (proto.type() == AttributeProto::FLOAT) tensor->add_float_data(proto.f());
  if (proto.type() == AttributeProto::INT) tensor->add_int64_data(proto.i());
  return tensor;
}

}  // namespace fixgate
