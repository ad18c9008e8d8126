#include <cmath>
#include <limits>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

template <typename Out, typename A, typename B, typename Function>
Tensor combine(const Shape& shape, const Tensor& a, const Tensor& b, Function function) {
  const auto& left = std::get<std::vector<A>>(a.data);
  const auto& right = std::get<std::vector<B>>(b.data);
  std::vector<Out> result(static_cast<std::size_t>(element_count(shape)));
  StridedWalk left_walk(shape, broadcast_strides(a.shape, shape));
  StridedWalk right_walk(shape, broadcast_strides(b.shape, shape));
  for (Out& element : result) {
    element = function(left[static_cast<std::size_t>(left_walk.offset())],
                       right[static_cast<std::size_t>(right_walk.offset())]);
    left_walk.next();
    right_walk.next();
  }
  return {shape, std::move(result)};
}

Result<Shape> common_shape(const OperatorCall& call, const Tensor& a, const Tensor& b) {
  FIXGATE_ASSIGN(Shape shape, broadcast_shape(a.shape, b.shape));
  FIXGATE_CHECK(check_size(call, shape));
  return shape;
}

Result<void> check_same_type(const Tensor& a, const Tensor& b) {
  if (a.is_float() == b.is_float()) return {};
  return fail("one input is of a floating type and one of an integer type; cast one of them");
}

using FloatFunction = float (*)(float, float);
using IntegerFunction = std::int64_t (*)(std::int64_t, std::int64_t);

/// Two's complement, so that no overflow is undefined.
std::int64_t wrapped(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t bits(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0) return 0;  // refused before (check_divisor)
  return b == -1 ? wrapped(0 - bits(a)) : a / b;
}

Result<void> check_divisor(const Tensor& b) {
  if (b.is_float()) return {};
  for (const std::int64_t value : b.integers())
    if (value == 0) return fail("integer division by zero");
  return {};
}

FloatFunction float_function(const std::string& op) {
  if (op == "Add" || op == "Sum" || op == "Mean") return [](float a, float b) { return a + b; };
  if (op == "Sub") return [](float a, float b) { return a - b; };
  if (op == "Mul") return [](float a, float b) { return a * b; };
  if (op == "Div") return [](float a, float b) { return a / b; };
  if (op == "Min") return [](float a, float b) { return b < a || std::isnan(b) ? b : a; };
  return [](float a, float b) { return b > a || std::isnan(b) ? b : a; };
}

IntegerFunction integer_function(const std::string& op) {
  if (op == "Add" || op == "Sum" || op == "Mean")
    return [](std::int64_t a, std::int64_t b) { return wrapped(bits(a) + bits(b)); };
  if (op == "Sub") return [](std::int64_t a, std::int64_t b) { return wrapped(bits(a) - bits(b)); };
  if (op == "Mul") return [](std::int64_t a, std::int64_t b) { return wrapped(bits(a) * bits(b)); };
  if (op == "Div") return divide;
  if (op == "Min") return [](std::int64_t a, std::int64_t b) { return b < a ? b : a; };
  return [](std::int64_t a, std::int64_t b) { return b > a ? b : a; };
}

Result<Tensor> apply_arithmetic(const OperatorCall& call, const Tensor& a, const Tensor& b) {
  const std::string& op = call.node.op_type;
  FIXGATE_CHECK(check_same_type(a, b));
  if (op == "Div") FIXGATE_CHECK(check_divisor(b));
  FIXGATE_ASSIGN(const Shape shape, common_shape(call, a, b));
  if (a.is_float()) return combine<float, float, float>(shape, a, b, float_function(op));
  return combine<std::int64_t, std::int64_t, std::int64_t>(shape, a, b, integer_function(op));
}

template <typename T>
Tensor compare(const std::string& op, const Shape& shape, const Tensor& a, const Tensor& b) {
  using Function = bool (*)(T, T);
  const Function function = op == "Equal"         ? Function([](T x, T y) { return x == y; })
                            : op == "Less"        ? Function([](T x, T y) { return x < y; })
                            : op == "LessOrEqual" ? Function([](T x, T y) { return x <= y; })
                            : op == "Greater"     ? Function([](T x, T y) { return x > y; })
                                                  : Function([](T x, T y) { return x >= y; });
  return combine<std::int64_t, T, T>(shape, a, b, function);
}

template <typename T>
Tensor choose(const Shape& shape, const Tensor& condition, const Tensor& yes, const Tensor& no) {
  const Tensor all_yes = gather_strided(yes, shape, broadcast_strides(yes.shape, shape));
  const Tensor all_no = gather_strided(no, shape, broadcast_strides(no.shape, shape));
  const Tensor flags = gather_strided(condition, shape, broadcast_strides(condition.shape, shape));
  auto result = std::get<std::vector<T>>(all_yes.data);
  const auto& other = std::get<std::vector<T>>(all_no.data);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (flags.integers()[i] == 0) result[i] = other[i];
  return {shape, std::move(result)};
}

/// The elements broadcast to a shape.
std::vector<double> spread(const Tensor& tensor, const Shape& shape) {
  const Tensor all = gather_strided(tensor, shape, broadcast_strides(tensor.shape, shape));
  return std::visit([](const auto& values) { return std::vector<double>(values.begin(), values.end()); },
                    all.data);
}

std::vector<float> raise_floats(const std::vector<double>& bases, const std::vector<double>& exponents) {
  std::vector<float> result;
  for (std::size_t i = 0; i < bases.size(); ++i)
    result.push_back(static_cast<float>(std::pow(bases[i], exponents[i])));
  return result;
}

/// Only where double is exact.
Result<std::vector<std::int64_t>> raise_integers(const std::vector<double>& bases,
                                                 const std::vector<double>& exponents) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const double power = std::pow(bases[i], exponents[i]);
    if (!(std::abs(power) <= 0x1p53))
      return fail("{} to the power of {} is too large", bases[i], exponents[i]);
    result.push_back(static_cast<std::int64_t>(power));
  }
  return result;
}

}  // namespace

Result<Outputs> arithmetic(const OperatorCall& call) {
  FIXGATE_ASSIGN(Tensor result, apply_arithmetic(call, *call.inputs[0], *call.inputs[1]));
  return one(std::move(result));
}

Result<Outputs> power(const OperatorCall& call) {
  const Tensor& base = *call.inputs[0];
  const Tensor& exponent = *call.inputs[1];
  FIXGATE_ASSIGN(const Shape shape, common_shape(call, base, exponent));
  const std::vector<double> bases = spread(base, shape);
  const std::vector<double> exponents = spread(exponent, shape);
  if (base.is_float()) return one({shape, raise_floats(bases, exponents)});
  FIXGATE_ASSIGN(auto integers, raise_integers(bases, exponents));
  return one({shape, std::move(integers)});
}

Result<Outputs> variadic(const OperatorCall& call) {
  Tensor result = *call.inputs[0];
  const bool is_mean = call.node.op_type == "Mean";
  if (is_mean) FIXGATE_CHECK(float_input(call, 0));
  for (std::size_t i = 1; i < call.inputs.size(); ++i) {
    if (!call.has(i)) return fail("input {} is missing", i);
    FIXGATE_ASSIGN(result, apply_arithmetic(call, result, *call.inputs[i]));
  }
  if (is_mean)
    for (float& value : result.floats()) value /= static_cast<float>(call.inputs.size());
  return one(std::move(result));
}

/// The slope broadcasts to the input's shape, not the other way.
Result<Outputs> parametric_relu(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const Tensor* slope, float_input(call, 1));
  FIXGATE_ASSIGN(const Shape shape, broadcast_shape(x->shape, slope->shape));
  if (shape != x->shape)
    return fail("the slope of shape {} does not broadcast to {}", to_text(slope->shape), to_text(x->shape));
  return one(
      combine<float, float, float>(shape, *x, *slope, [](float v, float s) { return v < 0 ? v * s : v; }));
}

/// fmod: the remainder has the sign of the dividend; otherwise, of integers alone, that of the divisor.
Result<Outputs> modulo(const OperatorCall& call) {
  const Tensor& a = *call.inputs[0];
  const Tensor& b = *call.inputs[1];
  FIXGATE_ASSIGN(const auto as_c, attribute_or<std::int64_t>(call.node, "fmod", 0));
  FIXGATE_CHECK(check_same_type(a, b));
  FIXGATE_CHECK(check_divisor(b));
  FIXGATE_ASSIGN(const Shape shape, common_shape(call, a, b));
  if (a.is_float()) {
    if (as_c == 0) return fail("Mod of a floating type needs the attribute fmod = 1");
    return one(combine<float, float, float>(shape, a, b, [](float x, float y) { return std::fmod(x, y); }));
  }
  const bool keep_sign = as_c != 0;
  return one(combine<std::int64_t, std::int64_t, std::int64_t>(
      shape, a, b, [=](std::int64_t x, std::int64_t y) -> std::int64_t {
        if (y == -1) return 0;
        const std::int64_t rest = x % y;
        return !keep_sign && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
      }));
}

Result<Outputs> comparison(const OperatorCall& call) {
  const Tensor& a = *call.inputs[0];
  const Tensor& b = *call.inputs[1];
  FIXGATE_CHECK(check_same_type(a, b));
  FIXGATE_ASSIGN(const Shape shape, common_shape(call, a, b));
  if (a.is_float()) return one(compare<float>(call.node.op_type, shape, a, b));
  return one(compare<std::int64_t>(call.node.op_type, shape, a, b));
}

Result<Outputs> logical(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* a, integer_input(call, 0));
  FIXGATE_ASSIGN(const Tensor* b, integer_input(call, 1));
  FIXGATE_ASSIGN(const Shape shape, common_shape(call, *a, *b));
  const IntegerFunction one_alone = [](std::int64_t x, std::int64_t y) {
    return std::int64_t{(x != 0) != (y != 0)};
  };
  const IntegerFunction both = [](std::int64_t x, std::int64_t y) { return std::int64_t{x != 0 && y != 0}; };
  const IntegerFunction either = [](std::int64_t x, std::int64_t y) {
    return std::int64_t{x != 0 || y != 0};
  };
  return one(combine<std::int64_t, std::int64_t, std::int64_t>(shape, *a, *b,
                                                               call.node.op_type == "And"  ? both
                                                               : call.node.op_type == "Or" ? either
                                                                                           : one_alone));
}

Result<Outputs> where(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* condition, integer_input(call, 0));
  const Tensor& yes = *call.inputs[1];
  const Tensor& no = *call.inputs[2];
  FIXGATE_CHECK(check_same_type(yes, no));
  FIXGATE_ASSIGN(const Shape values, broadcast_shape(yes.shape, no.shape));
  FIXGATE_ASSIGN(const Shape shape, broadcast_shape(condition->shape, values));
  FIXGATE_CHECK(check_size(call, shape));
  if (yes.is_float()) return one(choose<float>(shape, *condition, yes, no));
  return one(choose<std::int64_t>(shape, *condition, yes, no));
}

}  // namespace fixgate::operators
