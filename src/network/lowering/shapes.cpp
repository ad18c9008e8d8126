// Shape and the operators on its result.
#include <algorithm>
#include <limits>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {
namespace {

using Dimensions = std::vector<Dimension>;

constexpr std::int64_t kLargestSize = std::int64_t{1} << 31;

Result<Dimensions> picked(const Dimensions& from, const std::vector<std::int64_t>& indices) {
  Dimensions to;
  for (const std::int64_t index : indices) {
    const std::int64_t place = index < 0 ? index + static_cast<std::int64_t>(from.size()) : index;
    if (place < 0 || place >= static_cast<std::int64_t>(from.size()))
      return fail("picks dimension {} of a shape of {}", index, from.size());
    to.push_back(from[static_cast<std::size_t>(place)]);
  }
  return to;
}

Dimensions range(const Dimensions& from, std::int64_t first, std::int64_t last) {
  const auto size = static_cast<std::int64_t>(from.size());
  const auto place = [size](std::int64_t index) {
    return std::clamp(index < 0 ? index + size : index, std::int64_t{0}, size);
  };
  const std::int64_t begin = place(first);
  const std::int64_t end = std::max(place(last), begin);
  return {from.begin() + begin, from.begin() + end};
}

}  // namespace

Result<void> Lowering::lower_shape_of(const Node& node, const Flow& flow) {
  FIXGATE_ASSIGN(const std::int64_t first, attribute_or<std::int64_t>(node, "start", 0));
  FIXGATE_ASSIGN(const std::int64_t last,
                 attribute_or<std::int64_t>(node, "end", std::numeric_limits<std::int64_t>::max()));
  Dimensions dimensions;
  for (const Axis& axis : flow.axes) dimensions.push_back(size_of(axis));
  put(node, ShapeVector{range(dimensions, first, last)});
  return {};
}

Result<void> Lowering::lower_shape(const Node& node, const ShapeVector& shape) {
  const std::string& op = node.op_type;
  constexpr std::int64_t kInt32 = 6;
  constexpr std::int64_t kInt64 = 7;
  FIXGATE_ASSIGN(const std::int64_t type, attribute_or<std::int64_t>(node, "to", 0));
  const bool is_cast = op == "Cast" && (type == kInt32 || type == kInt64);
  ShapeVector to = shape;
  if (op == "Gather") {
    FIXGATE_ASSIGN(const auto indices, integer_list(constant(node, 1), "indices"));
    FIXGATE_ASSIGN(to.dimensions, picked(shape.dimensions, indices));
  } else if (op == "Slice") {
    FIXGATE_ASSIGN(to.dimensions, sliced_shape(node, shape));
  } else if (op != "Unsqueeze" && op != "Squeeze" && !is_cast && op != "Identity" && op != "Reshape") {
    return fail("operator {} on a shape is not supported in fixed point", op);
  }
  put(node, to);
  return {};
}

Result<Dimensions> Lowering::sliced_shape(const Node& node, const ShapeVector& shape) const {
  FIXGATE_ASSIGN(const auto starts, slice_list(node, "starts", 1));
  FIXGATE_ASSIGN(const auto ends, slice_list(node, "ends", 2));
  FIXGATE_ASSIGN(const auto steps, slice_list(node, "steps", 4));
  if (starts.size() != 1 || ends.size() != 1) return fail("a Slice of a shape over several axes");
  if (!steps.empty() && steps != std::vector<std::int64_t>{1}) return fail("a Slice of a shape with steps");
  return range(shape.dimensions, starts.front(), ends.front());
}

Result<Dimensions> Lowering::dimensions_of(const Node& node, std::size_t input) const {
  const FlowValue* value = input < node.inputs.size() ? find(node.inputs[input]) : nullptr;
  if (const auto* shape = value == nullptr ? nullptr : std::get_if<ShapeVector>(value))
    return shape->dimensions;
  FIXGATE_ASSIGN(const auto sizes, integer_list(constant(node, input), "sizes"));
  Dimensions dimensions;
  for (const std::int64_t size : sizes) dimensions.push_back({size, -1});
  return dimensions;
}

// directions * hidden, or time * batch, as exporters compute the size of merged axes; the latter is not
// known.
Result<void> Lowering::lower_shape_product(const Node& node) {
  const bool is_reduced = node.op_type == "ReduceProd";
  std::int64_t product = 1;
  for (std::size_t factor = 0; factor < (is_reduced ? 1 : node.inputs.size()); ++factor) {
    FIXGATE_ASSIGN(const Dimensions sizes, dimensions_of(node, factor));
    if (sizes.size() != 1 && !is_reduced)
      return fail("a product of several sizes is not supported in fixed point");
    for (const Dimension& size : sizes) {
      const bool is_known = size.input_axis < 0 && size.value >= 0;
      if (size.value > kLargestSize || product > kLargestSize) return fail("a size beyond {}", kLargestSize);
      product = is_known && product >= 0 ? product * size.value : -1;
    }
  }
  if (product == 0) return fail("a size of 0");
  put(node, ShapeVector{{Dimension{product, -1}}});
  return {};
}

Result<void> Lowering::lower_shape_concat(const Node& node) {
  ShapeVector whole;
  for (std::size_t part = 0; part < node.inputs.size(); ++part) {
    FIXGATE_ASSIGN(const Dimensions dimensions, dimensions_of(node, part));
    whole.dimensions.insert(whole.dimensions.end(), dimensions.begin(), dimensions.end());
  }
  put(node, whole);
  return {};
}

}  // namespace fixgate
