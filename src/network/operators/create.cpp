#include <cmath>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"

namespace fixgate::operators {
namespace {

template <typename T>
Result<T> scalar(const OperatorCall& call, std::size_t position) {
  const Tensor& tensor = *call.inputs[position];
  const auto* values = std::get_if<std::vector<T>>(&tensor.data);
  if (values == nullptr) return fail("input {} is of another type than input 0", position);
  if (values->size() != 1) return fail("input {} must be a scalar", position);
  return values->front();
}

template <typename T>
Result<Outputs> count_up(const OperatorCall& call) {
  FIXGATE_ASSIGN(const T start, scalar<T>(call, 0));
  FIXGATE_ASSIGN(const T limit, scalar<T>(call, 1));
  FIXGATE_ASSIGN(const T delta, scalar<T>(call, 2));
  const double steps =
      std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
  if (delta == T{0} || !std::isfinite(steps)) return fail("the range has no end");
  if (steps > static_cast<double>(call.element_limit))
    return fail("the range is above {} elements", call.element_limit);
  std::vector<T> values(steps > 0 ? static_cast<std::size_t>(steps) : 0);
  T value = start;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = value;
    if (i + 1 < values.size()) value += delta;
  }
  return one({{static_cast<std::int64_t>(values.size())}, std::move(values)});
}

}  // namespace

Result<Outputs> constant_of_shape(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Shape shape, integer_list(call, 0));
  FIXGATE_CHECK(check_size(call, shape));
  FIXGATE_ASSIGN(const Tensor value, attribute_or<Tensor>(call.node, "value", {{1}, std::vector<float>{0}}));
  return std::visit(
      [&](const auto& values) -> Result<Outputs> {
        if (values.size() != 1) return fail("attribute 'value' must have one element");
        const auto count = static_cast<std::size_t>(element_count(shape));
        return one({shape, std::decay_t<decltype(values)>(count, values[0])});
      },
      value.data);
}

Result<Outputs> range(const OperatorCall& call) {
  return call.inputs[0]->is_float() ? count_up<float>(call) : count_up<std::int64_t>(call);
}

}  // namespace fixgate::operators
