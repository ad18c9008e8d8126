#include "import/declared_values.h"

#include "import/tensor_data.h"

namespace fixgate {
namespace {

constexpr std::int64_t kLargestDimension = std::int64_t{1} << 31;

/// Nothing is stated of its elements.
bool is_untyped(const onnx::ValueInfoProto& proto) {
  const auto& type = proto.type();
  return type.value_case() == onnx::TypeProto::VALUE_NOT_SET ||
         (type.has_tensor_type() && type.tensor_type().elem_type() == onnx::TensorProto::UNDEFINED);
}

Result<GraphValue> convert_value(const onnx::ValueInfoProto& proto) {
  GraphValue value;
  value.name = proto.name();
  if (proto.name().empty()) return fail("has no name");
  if (!proto.type().has_tensor_type()) return fail("is not declared as a tensor");
  const auto& type = proto.type().tensor_type();
  FIXGATE_ASSIGN(value.is_float, is_float_type(type.elem_type()));
  value.has_shape = type.has_shape();
  for (const auto& dimension : type.shape().dim()) {
    const std::int64_t size = dimension.has_dim_value() ? dimension.dim_value() : -1;
    if (size < -1 || size > kLargestDimension) return fail("has the dimension {}", size);
    value.shape.push_back(size);
    value.dimension_names.push_back(dimension.has_dim_param() ? dimension.dim_param() : "");
  }
  return value;
}

}  // namespace

Result<std::vector<GraphValue>> convert_values(
    const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& protos, const char* what, bool is_body,
    ElementTypes& types) {
  std::vector<GraphValue> values;
  for (const auto& proto : protos) {
    if (is_body && !proto.name().empty() && is_untyped(proto)) {
      values.push_back({proto.name(), true, false, {}});
      continue;
    }
    auto value = convert_value(proto);
    if (!value) return fail("{} '{}' {}", what, proto.name(), value.error().message);
    if (!types.emplace(proto.name(), proto.type().tensor_type().elem_type()).second)
      return fail("{} '{}' is declared twice", what, proto.name());
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace fixgate
