#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "network/activation_function.h"
#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"

namespace fixgate::operators {
namespace {

template <typename T, typename Function>
Tensor map_values(const Shape& shape, const std::vector<T>& values, Function function) {
  std::vector<T> result(values.size());
  std::ranges::transform(values, result.begin(), function);
  return {shape, std::move(result)};
}

/// The scalar function of an element-wise operator of the same name.
Result<ActivationFunction> function_of(const Node& node) {
  FIXGATE_ASSIGN(const auto alpha, find_attribute<float>(node, "alpha"));
  FIXGATE_ASSIGN(const auto beta, find_attribute<float>(node, "beta"));
  return parse_activation(node.op_type, alpha, beta);
}

using FloatFunction = float (*)(float);

/// Of the operators without attributes.
FloatFunction float_function(const std::string& op) {
  static const std::map<std::string, FloatFunction> kFunctions{
      {"Ceil", [](float v) { return std::ceil(v); }},
      {"Cos", [](float v) { return std::cos(v); }},
      {"Erf", [](float v) { return std::erf(v); }},
      {"Exp", [](float v) { return std::exp(v); }},
      {"Floor", [](float v) { return std::floor(v); }},
      {"HardSwish", [](float v) { return v * std::clamp(v / 6 + 0.5F, 0.0F, 1.0F); }},
      {"Log", [](float v) { return std::log(v); }},
      {"Reciprocal", [](float v) { return 1 / v; }},
      {"Round", [](float v) { return std::nearbyint(v); }},  // halves to even
      {"Sin", [](float v) { return std::sin(v); }},
      {"Sqrt", [](float v) { return std::sqrt(v); }}};
  return kFunctions.at(op);
}

using DoubleFunction = std::function<double(double)>;

Result<DoubleFunction> gelu_function(const Node& node) {
  FIXGATE_ASSIGN(const auto form, attribute_or<std::string>(node, "approximate", "none"));
  if (form == "none")
    return DoubleFunction([](double v) { return fixgate::evaluate({ActivationFunction::Kind::Gelu}, v); });
  if (form != "tanh") return fail("attribute 'approximate' is '{}', neither none nor tanh", form);
  return DoubleFunction([](double v) {
    return 0.5 * v * (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (v + 0.044715 * v * v * v)));
  });
}

/// The operators that are made of exponentials, with their attributes.
Result<DoubleFunction> smooth_function(const Node& node) {
  if (node.op_type == "Gelu") return gelu_function(node);
  if (node.op_type == "Mish")
    return DoubleFunction([](double v) { return fixgate::evaluate({ActivationFunction::Kind::Mish}, v); });
  const bool is_selu = node.op_type == "Selu";
  FIXGATE_ASSIGN(const float alpha, attribute_or<float>(node, "alpha", is_selu ? 1.67326319F : 1.0F));
  FIXGATE_ASSIGN(const float gamma, attribute_or<float>(node, "gamma", 1.05070102F));
  const auto a = static_cast<double>(alpha);
  const auto g = static_cast<double>(gamma);
  if (is_selu) return DoubleFunction([=](double v) { return g * (v > 0 ? v : a * std::expm1(v)); });
  if (alpha == 0) return fail("attribute 'alpha' is 0");
  return DoubleFunction([=](double v) { return v > 0 ? v : a * std::expm1(v / a); });  // Celu
}

/// A bound of Clip: an attribute before set 11, a scalar input since.
Result<std::optional<float>> float_bound(const OperatorCall& call, const std::string& attribute,
                                         std::size_t position) {
  if (!call.has(position)) return find_attribute<float>(call.node, attribute);
  FIXGATE_ASSIGN(const Tensor* bound, float_input(call, position));
  if (bound->floats().size() != 1) return fail("input {} must be a scalar", position);
  return std::optional<float>(bound->floats()[0]);
}

Result<std::optional<std::int64_t>> integer_bound(const OperatorCall& call, std::size_t position) {
  if (!call.has(position)) return std::optional<std::int64_t>();
  FIXGATE_ASSIGN(const Tensor* bound, integer_input(call, position));
  if (bound->integers().size() != 1) return fail("input {} must be a scalar", position);
  return std::optional<std::int64_t>(bound->integers()[0]);
}

template <typename T>
Tensor clip_values(const Shape& shape, const std::vector<T>& values, std::optional<T> low,
                   std::optional<T> high) {
  return map_values(shape, values, [&](T value) {
    if (low && value < *low) value = *low;
    return high && value > *high ? *high : value;  // as ONNX: the upper bound wins where they cross
  });
}

/// The types that Cast can give, by the numbers of TensorProto.DataType.
enum class CastType : std::int64_t {
  Float = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  BFloat16 = 16
};

Result<CastType> cast_type(const Node& node) {
  FIXGATE_ASSIGN(const auto to, find_attribute<std::int64_t>(node, "to"));
  if (!to) return fail("attribute 'to' is missing");
  if ((*to >= 1 && *to <= 13 && *to != 8) || *to == 16) return static_cast<CastType>(*to);
  return fail("attribute 'to' is {}, which is no floating type, integer type or bool", *to);
}

bool is_floating(CastType type) {
  return type == CastType::Float || type == CastType::Float16 || type == CastType::Double ||
         type == CastType::BFloat16;
}

template <typename T>
float cast_to_float(T value, CastType type) {
  const auto single = static_cast<float>(value);
  if (type == CastType::Float16) return static_cast<float>(Eigen::half(single));
  if (type == CastType::BFloat16) return static_cast<float>(Eigen::bfloat16(single));
  return single;
}

struct IntegerType {
  int bits;
  bool is_signed;
};

/// uint64 as far as int64 holds it.
IntegerType integer_type(CastType type) {
  switch (type) {
    case CastType::UInt8:
    case CastType::Int8:
      return {8, type == CastType::Int8};
    case CastType::UInt16:
    case CastType::Int16:
      return {16, type == CastType::Int16};
    case CastType::UInt32:
    case CastType::Int32:
      return {32, type == CastType::Int32};
    default:
      return {64, type != CastType::UInt64};
  }
}

/// The lowest bits, as C casts.
std::int64_t narrow(std::int64_t value, CastType type) {
  if (type == CastType::Bool) return value != 0;
  const auto [bits, is_signed] = integer_type(type);
  if (bits == 64) return value;
  const auto low =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << bits) - 1));
  return is_signed && low >> (bits - 1) != 0 ? low - (std::int64_t{1} << bits) : low;
}

/// Whether the number without its fraction is in the type's range.
bool fits(float value, CastType type) {
  if (type == CastType::Bool) return true;
  const auto [bits, is_signed] = integer_type(type);
  const float end = std::ldexp(1.0F, std::min(is_signed ? bits - 1 : bits, 63));
  const float whole = std::trunc(value);
  return whole >= (is_signed ? -end : 0.0F) && whole < end;
}

Result<Tensor> cast_to_integers(const Tensor& source, CastType type) {
  if (!source.is_float()) {
    Tensor result =
        map_values(source.shape, source.integers(), [&](std::int64_t value) { return narrow(value, type); });
    if (type == CastType::UInt64 && std::ranges::any_of(result.integers(), [](auto v) { return v < 0; }))
      return fail("a negative value does not fit uint64");
    return result;
  }
  std::vector<std::int64_t> result;
  result.reserve(source.floats().size());
  for (const float value : source.floats()) {
    if (!fits(value, type)) return fail("value {} does not fit the integer type", value);
    result.push_back(type == CastType::Bool ? value != 0 : static_cast<std::int64_t>(value));
  }
  return Tensor{source.shape, std::move(result)};
}

Tensor cast_to_floats(const Tensor& source, CastType type) {
  return std::visit(
      [&](const auto& values) {
        std::vector<float> result(values.size());
        std::ranges::transform(values, result.begin(),
                               [&](auto value) { return cast_to_float(value, type); });
        return Tensor{source.shape, std::move(result)};
      },
      source.data);
}

/// Whether a Dropout node asks for its training behaviour (operator set 12's third input).
Result<bool> is_training(const OperatorCall& call) {
  if (!call.has(2)) return false;
  FIXGATE_ASSIGN(const Tensor* mode, integer_input(call, 2));
  return std::ranges::any_of(mode->integers(), [](std::int64_t flag) { return flag != 0; });
}

}  // namespace

Result<Outputs> activation(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const ActivationFunction function, function_of(call.node));
  return one(map_values(x->shape, x->floats(), [&](float value) {
    return static_cast<float>(fixgate::evaluate(function, static_cast<double>(value)));
  }));
}

Result<Outputs> arithmetic_unary(const OperatorCall& call) {
  const bool negate = call.node.op_type == "Neg";
  const Tensor& x = *call.inputs[0];
  if (x.is_float())
    return one(map_values(x.shape, x.floats(), [=](float v) { return negate ? -v : std::abs(v); }));
  return one(
      map_values(x.shape, x.integers(), [=](std::int64_t v) {  // unsigned: the least value wraps, defined
        return negate || v < 0 ? static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(v)) : v;
      }));
}

Result<Outputs> float_unary(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  return one(map_values(x->shape, x->floats(), float_function(call.node.op_type)));
}

Result<Outputs> smooth_unary(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const auto function, smooth_function(call.node));
  return one(map_values(x->shape, x->floats(),
                        [&](float v) { return static_cast<float>(function(static_cast<double>(v))); }));
}

Result<Outputs> is_nan(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  std::vector<std::int64_t> result;
  for (const float value : x->floats()) result.push_back(std::isnan(value));
  return one({x->shape, std::move(result)});
}

Result<Outputs> sign(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  return std::visit(
      [&](const auto& values) -> Result<Outputs> {
        using T = typename std::decay_t<decltype(values)>::value_type;
        return one(map_values(x.shape, values, [](T v) { return v > 0 ? T{1} : v < 0 ? T{-1} : v; }));
      },
      x.data);
}

Result<Outputs> logical_not(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, integer_input(call, 0));
  return one(map_values(x->shape, x->integers(), [](std::int64_t v) { return std::int64_t{v == 0}; }));
}

Result<Outputs> clip(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  if (x.is_float()) {
    FIXGATE_ASSIGN(const auto low, float_bound(call, "min", 1));
    FIXGATE_ASSIGN(const auto high, float_bound(call, "max", 2));
    return one(clip_values(x.shape, x.floats(), low, high));
  }
  FIXGATE_ASSIGN(const auto low, integer_bound(call, 1));
  FIXGATE_ASSIGN(const auto high, integer_bound(call, 2));
  return one(clip_values(x.shape, x.integers(), low, high));
}

Result<Outputs> identity(const OperatorCall& call) {
  return one(*call.inputs[0]);
}

Result<Outputs> dropout(const OperatorCall& call) {
  FIXGATE_ASSIGN(const bool training, is_training(call));
  if (training) return fail("training_mode is set; export the network for inference (model.eval())");
  Outputs outputs = one(*call.inputs[0]);
  const auto count = static_cast<std::size_t>(element_count(outputs[0].shape));
  outputs.push_back({outputs[0].shape, std::vector<std::int64_t>(count, 1)});  // the mask: nothing dropped
  return outputs;
}

Result<Outputs> cast(const OperatorCall& call) {
  FIXGATE_ASSIGN(const CastType type, cast_type(call.node));
  if (is_floating(type)) return one(cast_to_floats(*call.inputs[0], type));
  FIXGATE_ASSIGN(Tensor result, cast_to_integers(*call.inputs[0], type));
  return one(std::move(result));
}

}  // namespace fixgate::operators
