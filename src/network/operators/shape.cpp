#include <algorithm>
#include <numeric>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;

Outputs reshaped(const Tensor& tensor, Shape shape) {
  return one({std::move(shape), tensor.data});
}

/// Transpose's order: reversed where `perm` is left out.
Result<Shape> permutation_of(const Node& node, std::size_t rank) {
  Shape reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  FIXGATE_ASSIGN(const auto given, attribute_or<Integers>(node, "perm", reversed));
  Shape sorted = given;
  std::ranges::sort(sorted);
  if (!std::ranges::equal(sorted, std::vector<std::int64_t>(reversed.rbegin(), reversed.rend())))
    return fail("perm {} is not an order of the {} dimensions", to_text(given), rank);
  return given;
}

/// Reshape's 0 (keep the input's dimension, unless allowzero) replaced.
Result<Shape> with_kept_dimensions(const Shape& source, Shape target, bool allow_zero) {
  for (std::size_t d = 0; d < target.size(); ++d) {
    if (target[d] < -1) return fail("the wanted shape {} has a negative dimension", to_text(target));
    if (target[d] != 0 || allow_zero) continue;
    if (d >= source.size())
      return fail("dimension {} of the wanted shape keeps one that the input does not have", d);
    target[d] = source[d];
  }
  return target;
}

/// Reshape's -1 replaced by what makes the element counts agree.
Result<Shape> with_inferred_dimension(const OperatorCall& call, std::int64_t count, Shape target) {
  const auto inferred = std::ranges::find(target, -1);
  if (inferred != target.end()) {
    *inferred = 1;
    if (std::ranges::find(target, -1) != target.end()) return fail("the wanted shape has more than one -1");
    FIXGATE_CHECK(check_size(call, target));
    const std::int64_t rest = element_count(target);
    if (rest == 0 || count % rest != 0) return fail("{} elements do not divide into the wanted shape", count);
    *inferred = count / rest;
  }
  if (element_count(target) != count)
    return fail("{} elements do not fill the wanted shape {}", count, to_text(target));
  return target;
}

Result<Shape> unsqueezed_shape(const Shape& shape, const Integers& axes) {
  FIXGATE_ASSIGN(auto places, normalise_axes(axes, shape.size() + axes.size()));
  std::ranges::sort(places);
  Shape result = shape;
  for (const std::size_t place : places)
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(place), 1);
  return result;
}

/// Squeeze without axes: every dimension of 1.
Result<std::vector<std::size_t>> squeezed_axes(const OperatorCall& call, const Shape& shape) {
  FIXGATE_ASSIGN(const Integers axes, list_argument(call, "axes", 1));
  if (!axes.empty()) return normalise_axes(axes, shape.size());
  std::vector<std::size_t> result;
  if (call.has(1) || call.node.attributes.contains("axes")) return result;
  for (std::size_t d = 0; d < shape.size(); ++d)
    if (shape[d] == 1) result.push_back(d);
  return result;
}

}  // namespace

Result<Outputs> transpose(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_ASSIGN(const Shape permutation, permutation_of(call.node, x.shape.size()));
  return one(transposed(x, permutation));
}

Result<Outputs> squeeze(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_ASSIGN(const auto axes, squeezed_axes(call, x.shape));
  Shape shape;
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    const bool removed = std::ranges::find(axes, d) != axes.end();
    if (removed && x.shape[d] != 1) return fail("dimension {} of {} is not 1", d, to_text(x.shape));
    if (!removed) shape.push_back(x.shape[d]);
  }
  return reshaped(x, std::move(shape));
}

Result<Outputs> unsqueeze(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Integers axes, list_argument(call, "axes", 1));
  if (axes.empty()) return fail("axes are missing");
  FIXGATE_ASSIGN(Shape shape, unsqueezed_shape(call.inputs[0]->shape, axes));
  return reshaped(*call.inputs[0], std::move(shape));
}

Result<Outputs> reshape(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_ASSIGN(const Integers wanted, integer_list(call, 1));
  FIXGATE_ASSIGN(const auto allow_zero, attribute_or<std::int64_t>(call.node, "allowzero", 0));
  FIXGATE_ASSIGN(Shape shape, with_kept_dimensions(x.shape, wanted, allow_zero != 0));
  FIXGATE_ASSIGN(shape, with_inferred_dimension(call, element_count(x.shape), std::move(shape)));
  FIXGATE_CHECK(check_size(call, shape));
  return reshaped(x, std::move(shape));
}

Result<Outputs> flatten(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  FIXGATE_ASSIGN(std::int64_t axis, attribute_or<std::int64_t>(call.node, "axis", 1));
  if (axis < -rank || axis > rank) return fail("axis {} is outside a tensor of rank {}", axis, rank);
  if (axis < 0) axis += rank;
  const auto middle = x.shape.begin() + axis;
  return reshaped(x, {element_count({x.shape.begin(), middle}), element_count({middle, x.shape.end()})});
}

Result<Outputs> expand(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_ASSIGN(const Integers wanted, integer_list(call, 1));
  FIXGATE_ASSIGN(const Shape shape, broadcast_shape(x.shape, wanted));
  FIXGATE_CHECK(check_size(call, shape));
  return one(gather_strided(x, shape, broadcast_strides(x.shape, shape)));
}

Result<Outputs> shape_of(const OperatorCall& call) {
  const Shape& shape = call.inputs[0]->shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  FIXGATE_ASSIGN(std::int64_t start, attribute_or<std::int64_t>(call.node, "start", 0));
  FIXGATE_ASSIGN(std::int64_t end, attribute_or<std::int64_t>(call.node, "end", rank));
  start = std::clamp<std::int64_t>(start < 0 ? start + rank : start, 0, rank);
  end = std::clamp<std::int64_t>(end < 0 ? end + rank : end, start, rank);
  return one({{end - start}, Integers(shape.begin() + start, shape.begin() + end)});
}

Result<Outputs> size_of(const OperatorCall& call) {
  return one({{}, Integers{element_count(call.inputs[0]->shape)}});
}

}  // namespace fixgate::operators
