#include "import/tensor_data.h"

#include <Eigen/Core>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "import/element_type.h"
#include "import/external_data.h"

namespace fixgate {
namespace {

using onnx::TensorProto;
using Integers = std::vector<std::int64_t>;

constexpr std::uint64_t kMostElements = std::uint64_t{1} << 31;

/// Bytes of an element in raw data; 0 where the type is not supported.
std::uint64_t width_of(std::int32_t type) {
  switch (type) {
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case TensorProto::BOOL:
      return 1;
    case TensorProto::INT16:
    case TensorProto::UINT16:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return 2;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return 8;
    default:
      return 0;
  }
}

/// The element count; every dimension and the product are checked, also where another dimension is 0.
Result<std::uint64_t> count_elements(const TensorProto& proto) {
  std::uint64_t count = 1;
  bool empty = false;
  for (const std::int64_t dimension : proto.dims()) {
    if (dimension < 0) return fail("has the negative dimension {}", dimension);
    empty = empty || dimension == 0;
    const std::uint64_t factor = dimension == 0 ? 1 : static_cast<std::uint64_t>(dimension);
    if (factor > kMostElements / count) return fail("has more than {} elements", kMostElements);
    count *= factor;
  }
  return empty ? 0 : count;
}

float half_to_float(std::uint16_t bits) {
  return static_cast<float>(Eigen::half(Eigen::half_impl::raw_uint16_to_half(bits)));
}

float bfloat_to_float(std::uint16_t bits) {
  return static_cast<float>(Eigen::bfloat16(Eigen::bfloat16_impl::raw_uint16_to_bfloat16(bits)));
}

/// A double beyond float's range becomes infinite, as everywhere; import refuses infinities by name.
float double_to_float(double value) {
  const double bound = static_cast<double>(std::numeric_limits<float>::max());
  if (std::abs(value) > bound)
    return std::copysign(std::numeric_limits<float>::infinity(),
                         static_cast<float>(std::signbit(value) ? -1 : 1));
  return static_cast<float>(value);
}

/// Elements of `Stored`, little-endian and perhaps not aligned, each converted.
template <typename Stored, typename Out, typename Convert>
std::vector<Out> decode(std::string_view bytes, Convert convert) {
  std::vector<Out> values(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = convert(stored);
  }
  return values;
}

template <typename Stored>
Integers decode_integers(std::string_view bytes) {
  return decode<Stored, std::int64_t>(bytes, [](Stored stored) { return static_cast<std::int64_t>(stored); });
}

Result<void> check_unsigned(const Integers& values) {
  for (const std::int64_t value : values)
    if (value < 0) return fail("has a uint64 value above 2^63 - 1, which is not supported");
  return {};
}

std::vector<float> decode_floats(std::int32_t type, std::string_view bytes) {
  if (type == TensorProto::FLOAT) return decode<float, float>(bytes, [](float value) { return value; });
  if (type == TensorProto::DOUBLE) return decode<double, float>(bytes, double_to_float);
  if (type == TensorProto::FLOAT16) return decode<std::uint16_t, float>(bytes, half_to_float);
  return decode<std::uint16_t, float>(bytes, bfloat_to_float);
}

Integers decode_integers(std::int32_t type, std::string_view bytes) {
  switch (type) {
    case TensorProto::INT8:
      return decode_integers<std::int8_t>(bytes);
    case TensorProto::UINT8:
      return decode_integers<std::uint8_t>(bytes);
    case TensorProto::BOOL:
      return decode<std::uint8_t, std::int64_t>(bytes, [](std::uint8_t v) { return std::int64_t{v != 0}; });
    case TensorProto::INT16:
      return decode_integers<std::int16_t>(bytes);
    case TensorProto::UINT16:
      return decode_integers<std::uint16_t>(bytes);
    case TensorProto::INT32:
      return decode_integers<std::int32_t>(bytes);
    case TensorProto::UINT32:
      return decode_integers<std::uint32_t>(bytes);
    default:
      return decode_integers<std::int64_t>(bytes);  // uint64 too: check_unsigned refuses what does not fit
  }
}

Result<Tensor> from_bytes(std::int32_t type, const Shape& shape, std::string_view bytes) {
  FIXGATE_ASSIGN(const bool is_float, is_float_type(type));
  if (is_float) return Tensor{shape, decode_floats(type, bytes)};
  Integers values = decode_integers(type, bytes);
  if (type == TensorProto::UINT64) FIXGATE_CHECK(check_unsigned(values));
  return Tensor{shape, std::move(values)};
}

/// A field of TensorProto that may hold data, and how many values it holds.
struct DataField {
  const char* name;
  std::uint64_t values;
};

std::vector<DataField> typed_fields(const TensorProto& proto) {
  const auto count = [](const auto& field) { return static_cast<std::uint64_t>(field.size()); };
  return {{"float_data", count(proto.float_data())}, {"double_data", count(proto.double_data())},
          {"int64_data", count(proto.int64_data())}, {"uint64_data", count(proto.uint64_data())},
          {"int32_data", count(proto.int32_data())}, {"string_data", count(proto.string_data())}};
}

/// The field that ONNX assigns to the type.
std::string_view field_of(std::int32_t type) {
  switch (type) {
    case TensorProto::FLOAT:
      return "float_data";
    case TensorProto::DOUBLE:
      return "double_data";
    case TensorProto::INT64:
      return "int64_data";
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return "uint64_data";
    default:
      return "int32_data";
  }
}

/// The data lie in one place, and in the typed field of the tensor's type if in any.
Result<void> check_place(const TensorProto& proto) {
  std::vector<std::string_view> places;
  if (proto.data_location() == TensorProto::EXTERNAL) places.emplace_back("external data");
  if (proto.has_raw_data()) places.emplace_back("raw_data");
  for (const DataField& field : typed_fields(proto)) {
    if (field.values == 0) continue;
    places.emplace_back(field.name);
    if (field.name != field_of(proto.data_type()) && places.size() == 1)
      return fail("has its data in {}, but a tensor of the type {} keeps them in {}", field.name,
                  type_name(proto.data_type()), field_of(proto.data_type()));
  }
  if (places.size() > 1) return fail("has data in both {} and {}: only one may be set", places[0], places[1]);
  return {};
}

Result<void> check_length(const TensorProto& proto, std::uint64_t count) {
  const std::uint64_t size = count * width_of(proto.data_type());
  if (proto.data_location() == TensorProto::EXTERNAL) return check_external_data(proto, size);
  if (proto.has_raw_data()) {
    if (proto.raw_data().size() == size) return {};
    return fail("has {} bytes of data, its type and shape need {}", proto.raw_data().size(), size);
  }
  for (const DataField& field : typed_fields(proto))
    if (field.name == field_of(proto.data_type()) && field.values != count)
      return fail("has {} values, its shape needs {}", field.values, count);
  return {};
}

/// float16 and bfloat16 lie as bit patterns in int32_data.
Result<Tensor> from_bit_patterns(const TensorProto& proto, const Shape& shape) {
  std::vector<float> values;
  for (const std::int32_t bits : proto.int32_data()) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    values.push_back(proto.data_type() == TensorProto::FLOAT16 ? half_to_float(pattern)
                                                               : bfloat_to_float(pattern));
  }
  return Tensor{shape, std::move(values)};
}

Tensor from_int32(const TensorProto& proto, const Shape& shape) {
  Integers values(proto.int32_data().begin(), proto.int32_data().end());
  if (proto.data_type() == TensorProto::BOOL)
    for (std::int64_t& value : values) value = value != 0;
  return {shape, std::move(values)};
}

Result<Tensor> from_doubles(const TensorProto& proto, const Shape& shape) {
  std::vector<float> values;
  for (const double value : proto.double_data()) values.push_back(double_to_float(value));
  return Tensor{shape, std::move(values)};
}

Result<Tensor> from_uint64(const TensorProto& proto, const Shape& shape) {
  Integers values(proto.uint64_data().begin(), proto.uint64_data().end());
  FIXGATE_CHECK(check_unsigned(values));
  return Tensor{shape, std::move(values)};
}

/// Data in the field that ONNX assigns to the type.
Result<Tensor> from_typed_field(const TensorProto& proto, const Shape& shape) {
  switch (proto.data_type()) {
    case TensorProto::FLOAT:
      return Tensor{shape, std::vector<float>(proto.float_data().begin(), proto.float_data().end())};
    case TensorProto::DOUBLE:
      return from_doubles(proto, shape);
    case TensorProto::INT64:
      return Tensor{shape, Integers(proto.int64_data().begin(), proto.int64_data().end())};
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return from_uint64(proto, shape);
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return from_bit_patterns(proto, shape);
    default:
      return from_int32(proto, shape);
  }
}

}  // namespace

Result<bool> is_float_type(std::int32_t data_type) {
  if (width_of(data_type) == 0)
    return fail("has the element type {}, which is not supported", type_name(data_type));
  return data_type == TensorProto::FLOAT || data_type == TensorProto::DOUBLE ||
         data_type == TensorProto::FLOAT16 || data_type == TensorProto::BFLOAT16;
}

Result<void> check_tensor(const TensorProto& proto) {
  FIXGATE_CHECK(is_float_type(proto.data_type()));
  if (proto.has_segment()) return fail("is stored in segments, which is not supported");
  FIXGATE_ASSIGN(const std::uint64_t count, count_elements(proto));
  FIXGATE_CHECK(check_place(proto));
  return check_length(proto, count);
}

Result<Tensor> convert_tensor(const TensorProto& proto, const std::filesystem::path& folder) {
  FIXGATE_CHECK(check_tensor(proto));
  const Shape shape(proto.dims().begin(), proto.dims().end());
  if (proto.data_location() == TensorProto::EXTERNAL) {
    FIXGATE_ASSIGN(const std::uint64_t count, count_elements(proto));
    FIXGATE_ASSIGN(const std::string bytes,
                   read_external_data(proto, folder, count * width_of(proto.data_type())));
    return from_bytes(proto.data_type(), shape, bytes);
  }
  if (proto.has_raw_data()) return from_bytes(proto.data_type(), shape, proto.raw_data());
  return from_typed_field(proto, shape);
}

Result<void> check_finite(const Tensor& tensor) {
  if (!tensor.is_float()) return {};
  for (std::size_t i = 0; i < tensor.floats().size(); ++i)
    if (!std::isfinite(tensor.floats()[i]))
      return fail("has the value {} at position {}", tensor.floats()[i], i);
  return {};
}

}  // namespace fixgate
