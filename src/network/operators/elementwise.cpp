#include <Eigen/Core>
#include <algorithm>
#include <cmath>

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
  Int32 = 6,
  Int64 = 7,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  BFloat16 = 16
};

Result<CastType> cast_type(const Node& node) {
  FIXGATE_ASSIGN(const auto to, find_attribute<std::int64_t>(node, "to"));
  if (!to) return fail("attribute 'to' is missing");
  for (const CastType type : {CastType::Float, CastType::Int32, CastType::Int64, CastType::Bool,
                              CastType::Float16, CastType::Double, CastType::BFloat16})
    if (*to == static_cast<std::int64_t>(type)) return type;
  return fail(
      "attribute 'to' is {}; only float, float16, bfloat16, double, int32, int64 and bool are supported",
      *to);
}

bool is_floating(CastType type) {
  return type != CastType::Int32 && type != CastType::Int64 && type != CastType::Bool;
}

template <typename T>
float cast_to_float(T value, CastType type) {
  const auto single = static_cast<float>(value);
  if (type == CastType::Float16) return static_cast<float>(Eigen::half(single));
  if (type == CastType::BFloat16) return static_cast<float>(Eigen::bfloat16(single));
  return single;
}

std::int64_t narrow(std::int64_t value, CastType type) {
  if (type == CastType::Bool) return value != 0;
  return type == CastType::Int32 ? static_cast<std::int32_t>(value) : value;
}

bool fits(float value, CastType type) {
  if (type == CastType::Bool) return true;
  const float bound = type == CastType::Int32 ? 0x1p31F : 0x1p63F;
  return value >= -bound && value < bound;
}

Result<Tensor> cast_to_integers(const Tensor& source, CastType type) {
  if (!source.is_float())
    return map_values(source.shape, source.integers(),
                      [&](std::int64_t value) { return narrow(value, type); });
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
  const std::string& op = call.node.op_type;
  using Function = float (*)(float);
  const Function function = op == "Exp"    ? Function([](float v) { return std::exp(v); })
                            : op == "Log"  ? Function([](float v) { return std::log(v); })
                            : op == "Sqrt" ? Function([](float v) { return std::sqrt(v); })
                                           : Function([](float v) { return 1 / v; });
  return one(map_values(x->shape, x->floats(), function));
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
