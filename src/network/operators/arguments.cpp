#include "network/operators/arguments.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "network/node_attributes.h"

namespace fixgate {

std::string to_text(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Result<void> check_shape(const Shape& shape, std::int64_t limit) {
  Shape nonzero = shape;  // so that no partial product overflows either
  for (std::int64_t& dimension : nonzero) {
    if (dimension < 0) return fail("the shape {} has a negative dimension", to_text(shape));
    dimension = std::max<std::int64_t>(dimension, 1);
  }
  if (element_count(nonzero) > limit)
    return fail("the shape {} is above the limit of {} elements of one tensor", to_text(shape), limit);
  return {};
}

Result<void> check_size(const OperatorCall& call, const Shape& shape) {
  const auto checked = check_shape(shape, call.element_limit);
  if (checked) return {};
  if (call.shared_limit > 0 && check_shape(shape, kElementLimit))
    return fail(
        "its result, of the shape {}, would take the constants that the graph computes above {} elements in "
        "all, which is the limit",
        to_text(shape), call.shared_limit);
  return fail("result: {}", checked.error().message);
}

namespace {

Result<const Tensor*> typed_input(const OperatorCall& call, std::size_t position, bool is_float) {
  const Tensor* tensor = call.input(position);
  if (tensor == nullptr) return fail("input {} is missing", position);
  if (tensor->is_float() != is_float)
    return fail("input {} must be {}", position, is_float ? "of a floating type" : "of an integer type");
  return tensor;
}

}  // namespace

Result<const Tensor*> float_input(const OperatorCall& call, std::size_t position) {
  return typed_input(call, position, true);
}

Result<const Tensor*> integer_input(const OperatorCall& call, std::size_t position) {
  return typed_input(call, position, false);
}

Result<std::vector<std::int64_t>> integer_list(const OperatorCall& call, std::size_t position) {
  FIXGATE_ASSIGN(const Tensor* tensor, integer_input(call, position));
  if (tensor->shape.size() > 1)
    return fail("input {} must be a list, its shape is {}", position, to_text(tensor->shape));
  return tensor->integers();
}

Result<std::vector<std::int64_t>> list_argument(const OperatorCall& call, const std::string& attribute,
                                                std::size_t position, std::vector<std::int64_t> standard) {
  if (call.has(position)) return integer_list(call, position);
  return attribute_or<std::vector<std::int64_t>>(call.node, attribute, std::move(standard));
}

Result<std::size_t> normalise_axis(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank)
    return fail("axis {} is outside a tensor of rank {}", axis, rank);
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<std::vector<std::size_t>> normalise_axes(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::vector<std::size_t> result;
  for (const std::int64_t axis : axes) {
    FIXGATE_ASSIGN(const std::size_t normal, normalise_axis(axis, rank));
    if (std::ranges::find(result, normal) != result.end()) return fail("axis {} is given twice", axis);
    result.push_back(normal);
  }
  return result;
}

AxisView view_axis(const Shape& shape, std::size_t axis) {
  const auto middle = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  return {element_count({shape.begin(), middle}), *middle, element_count({middle + 1, shape.end()})};
}

}  // namespace fixgate
