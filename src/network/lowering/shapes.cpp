// Shape and the operators on its result.
#include <algorithm>
#include <limits>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {
namespace {

using Dimensions = std::vector<Dimension>;

Result<Dimensions> picked(const Dimensions& from, const std::vector<std::int64_t>& indices) {
  Dimensions to;
  for (const std::int64_t index : indices) {
    const std::int64_t place = index < 0 ? index + static_cast<std::int64_t>(from.size()) : index;
    if (place < 0 || place >= static_cast<std::int64_t>(from.size())) return fail("picks dimension {} of a shape of {}", index, from.size());
    to.push_back(from[static_cast<std::size_t>(place)]);
  }
  return to;
}

Dimensions range(const Dimensions& from, std::int64_t first, std::int64_t last) {
  const auto size = static_cast<std::int64_t>(from.size());
  const auto place = [size](std::int64_t index) { return std::clamp(index < 0 ? index + size : index, std::int64_t{0}, size); };
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
  for (const Axis& axis : flow.axes)
    dimensions.push_back(axis.kind == Axis::Kind::Input ? Dimension{0, axis.input_axis} : Dimension{axis.size, -1});
  put(node, ShapeVector{range(dimensions, first, last)});
  return {};
}

Result<void> Lowering::lower_shape(const Node& node, const ShapeVector& shape) {
  const std::string& op = node.op_type;
  ShapeVector to = shape;
  if (op == "Gather") {
    FIXGATE_ASSIGN(const auto indices, integer_list(constant(node, 1), "indices"));
    FIXGATE_ASSIGN(to.dimensions, picked(shape.dimensions, indices));
  } else if (op == "Slice") {
    FIXGATE_ASSIGN(const auto starts, slice_list(node, "starts", 1));
    FIXGATE_ASSIGN(const auto ends, slice_list(node, "ends", 2));
    if (starts.size() != 1 || ends.size() != 1) return fail("a Slice of a shape over several axes");
    to.dimensions = range(shape.dimensions, starts.front(), ends.front());
  } else if (op != "Unsqueeze" && op != "Squeeze" && op != "Cast" && op != "Identity" && op != "Reshape") {
    put(node, Opaque{});
    return {};
  }
  put(node, to);
  return {};
}

// directions * hidden, as exporters compute the size of merged features.
Result<void> Lowering::lower_shape_product(const Node& node) {
  Dimension product{1, -1};
  for (std::size_t factor = 0; factor < node.inputs.size(); ++factor) {
    const FlowValue* value = find(node.inputs[factor]);
    const auto* shape = value == nullptr ? nullptr : std::get_if<ShapeVector>(value);
    Dimension size{0, -1};
    if (shape != nullptr && shape->dimensions.size() == 1) size = shape->dimensions.front();
    if (const Tensor* tensor = constant(node, factor); tensor != nullptr && !tensor->is_float() && tensor->integers().size() == 1)
      size = {tensor->integers().front(), -1};
    if (size.input_axis >= 0 || size.value <= 0 || size.value > (std::int64_t{1} << 31)) {
      put(node, Opaque{});
      return {};
    }
    product.value *= size.value;
  }
  put(node, ShapeVector{{product}});
  return {};
}

Result<void> Lowering::lower_shape_concat(const Node& node) {
  ShapeVector whole;
  for (std::size_t part = 0; part < node.inputs.size(); ++part) {
    const FlowValue* value = find(node.inputs[part]);
    if (const auto* shape = value == nullptr ? nullptr : std::get_if<ShapeVector>(value)) {
      whole.dimensions.insert(whole.dimensions.end(), shape->dimensions.begin(), shape->dimensions.end());
      continue;
    }
    FIXGATE_ASSIGN(const auto sizes, integer_list(constant(node, part), "parts of a shape"));
    for (const std::int64_t size : sizes) whole.dimensions.push_back({size, -1});
  }
  put(node, whole);
  return {};
}

}  // namespace fixgate
