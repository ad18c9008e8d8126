// Operators that only move, pick or rename axes of the data.
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {
namespace {

using Kind = Axis::Kind;

constexpr std::int64_t kFarEnd = std::int64_t{1} << 30;  // exporters write "to the end" as some number beyond this

Result<std::size_t> axis_index(std::int64_t axis, std::size_t rank) {
  const std::int64_t index = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
  if (index < 0 || index >= static_cast<std::int64_t>(rank)) return fail("axis {} is not among the {} of its input", axis, rank);
  return static_cast<std::size_t>(index);
}

void remove_axis(Flow& flow, std::size_t axis) { flow.axes.erase(flow.axes.begin() + static_cast<std::ptrdiff_t>(axis)); }

/// Elements first..last-1 of an axis.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = kFarEnd + 1;
};

Result<void> pick_directions(Flow& flow, Axis& axis, std::int64_t first, std::int64_t last) {
  if (first < 0 || first >= last) return fail("picks no direction");
  for (std::int64_t d = first; d < last; ++d) flow.directions.push_back(static_cast<int>(d));
  axis.size = last - first;
  return {};
}

// What the last step that a cell visits is: the final state of that cell, if the flow is of one cell.
Selection selection_of_last(const Flow& flow) {
  return flow.directions.size() == 1 ? Selection::FinalState : Selection::LastStep;
}

/// How an axis may be picked from.
enum class Pick { Time, ReverseTime, Other };

Pick pick_kind(bool is_time, bool is_reverse) {
  if (!is_time) return Pick::Other;
  return is_reverse ? Pick::ReverseTime : Pick::Time;
}

// Picks a range of one axis; the axis stays, with its new size. Of time only the last step, in the order in which a cell
// visits them, can be picked.
Result<void> pick(Flow& flow, std::size_t position, Range range, Pick kind) {
  Axis& axis = flow.axes[position];
  const bool sized = axis.size >= 0;
  const auto counted = [&](std::int64_t index) { return index < 0 && sized ? index + axis.size : index; };
  const std::int64_t first = counted(range.first);
  const std::int64_t last = sized ? std::min(counted(range.last), axis.size) : range.last;
  const bool to_end = sized ? last == axis.size : last > kFarEnd;
  if (first == 0 && to_end) return {};
  if (axis.kind == Kind::Direction) return pick_directions(flow, axis, first, last);
  const bool is_last = kind != Pick::Other && to_end && first == (sized ? axis.size - 1 : -1);
  const bool is_first = kind == Pick::ReverseTime && first == 0 && last == 1;
  if (!(is_last || is_first) || flow.selection != Selection::EveryStep)
    return fail("picks something else than the last step or a direction; this is not supported in fixed point");
  if (is_last && kind == Pick::ReverseTime)
    return fail("picks the first step that a reverse cell visits; this is not supported in fixed point");
  flow.selection = is_first ? Selection::FinalState : selection_of_last(flow);
  axis = {Kind::One, -1, 1};
  return {};
}

// The `axes` of Squeeze and Unsqueeze: an attribute before operator set 13, an input from then on.
Result<std::vector<std::int64_t>> axes_of(const Node& node, const Tensor* input) {
  if (input != nullptr) return integer_list(input, "axes");
  return attribute_or<std::vector<std::int64_t>>(node, "axes", {});
}

Result<Flow> transpose(const Node& node, const Flow& from) {
  std::vector<std::int64_t> reversed(from.axes.size());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  FIXGATE_ASSIGN(const auto order, attribute_or<std::vector<std::int64_t>>(node, "perm", reversed));
  if (order.size() != from.axes.size()) return fail("'perm' has {} entries for {} axes", order.size(), from.axes.size());
  Flow to = from;
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    FIXGATE_ASSIGN(const std::size_t source, axis_index(order[axis], order.size()));
    to.axes[axis] = from.axes[source];
  }
  return to;
}

Result<Flow> squeeze(const std::vector<std::int64_t>& stated, const Flow& from) {
  std::vector<bool> drop(from.axes.size(), false);
  for (const std::int64_t axis : stated) {
    FIXGATE_ASSIGN(const std::size_t index, axis_index(axis, from.axes.size()));
    if (from.axes[index].size != 1) return fail("squeezes axis {}, which is not known to have size 1", axis);
    drop[index] = true;
  }
  Flow to = from;
  to.axes.clear();
  for (std::size_t axis = 0; axis < from.axes.size(); ++axis)
    if (!(stated.empty() ? from.axes[axis].size == 1 : drop[axis])) to.axes.push_back(from.axes[axis]);
  return to;
}

Result<Flow> unsqueeze(const std::vector<std::int64_t>& stated, const Flow& from) {
  const std::size_t rank = from.axes.size() + stated.size();
  std::vector<std::size_t> places;
  for (const std::int64_t axis : stated) {
    FIXGATE_ASSIGN(const std::size_t index, axis_index(axis, rank));
    places.push_back(index);
  }
  std::ranges::sort(places);
  Flow to = from;
  for (const std::size_t place : places)
    to.axes.insert(to.axes.begin() + static_cast<std::ptrdiff_t>(std::min(place, to.axes.size())), Axis{});
  return to;
}

Result<Flow> flatten(const Node& node, const Flow& from) {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 1));
  const std::int64_t axis = stated < 0 ? stated + static_cast<std::int64_t>(from.axes.size()) : stated;
  if (axis != 1 || from.axes.empty()) return fail("a Flatten at axis {} is not supported in fixed point", stated);
  Flow to = from;
  FIXGATE_ASSIGN(to.axes, reshape_axes(from.axes, {{0, -1}, {-1, -1}}, false));
  return to;
}

}  // namespace

Result<void> Lowering::lower_axes(const Node& node, const Flow& flow) {
  const std::string& op = node.op_type;
  if (op == "Shape") return lower_shape_of(node, flow);
  if (op == "Split") return lower_split(node, flow);
  Result<Flow> moved = fail("operator {} on the data is not supported in fixed point", op);
  if (op == "Identity" || op == "Dropout" || op == "Cast") moved = flow;
  if (op == "Transpose") moved = transpose(node, flow);
  if (op == "Squeeze" || op == "Unsqueeze") {
    FIXGATE_ASSIGN(const auto axes, axes_of(node, constant(node, 1)));
    moved = op == "Squeeze" ? squeeze(axes, flow) : unsqueeze(axes, flow);
  }
  if (op == "Flatten") moved = flatten(node, flow);
  if (op == "Reshape") moved = reshaped(node, flow);
  if (op == "Gather") moved = gathered(node, flow);
  if (op == "Slice") moved = sliced(node, flow);
  if (!moved) return tl::make_unexpected(moved.error());
  put(node, *moved);
  return {};
}

Result<Flow> Lowering::reshaped(const Node& node, const Flow& from) const {
  FIXGATE_ASSIGN(const std::int64_t allow_zero, attribute_or<std::int64_t>(node, "allowzero", 0));
  std::vector<Dimension> shape;
  const FlowValue* computed = node.inputs.size() > 1 ? find(node.inputs[1]) : nullptr;
  if (computed != nullptr && std::holds_alternative<ShapeVector>(*computed)) {
    shape = std::get<ShapeVector>(*computed).dimensions;
  } else {
    FIXGATE_ASSIGN(const auto sizes, integer_list(constant(node, 1), "shape"));
    for (const std::int64_t size : sizes) shape.push_back({size, -1});
  }
  Flow to = from;
  FIXGATE_ASSIGN(to.axes, reshape_axes(from.axes, shape, allow_zero != 0));
  return to;
}

bool Lowering::is_reverse_cell(const Flow& flow) const {
  const auto* recurrent =
      flow.layer < 0 ? nullptr : std::get_if<RecurrentLayer>(&network_.layers[static_cast<std::size_t>(flow.layer)]);
  if (recurrent == nullptr) return false;
  if (recurrent->cells.size() == 1) return recurrent->cells.front().reverse;
  return flow.directions.size() == 1 && recurrent->cells.at(static_cast<std::size_t>(flow.directions.front())).reverse;
}

Result<Flow> Lowering::gathered(const Node& node, const Flow& from) const {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 0));
  FIXGATE_ASSIGN(const auto indices, integer_list(constant(node, 1), "indices"));
  FIXGATE_ASSIGN(const std::size_t axis, axis_index(stated, from.axes.size()));
  const bool keeps_axis = !constant(node, 1)->shape.empty();
  if (indices.size() != 1) return fail("a Gather of several indices of the data is not supported in fixed point");
  Flow to = from;
  const std::int64_t index = indices.front();
  FIXGATE_CHECK(pick(to, axis, {index, index == -1 ? kFarEnd + 1 : index + 1}, pick_kind(is_time(from.axes[axis]), is_reverse_cell(from))));
  if (to.axes[axis].size != 1) return fail("picks element {} of an axis that is not time or direction", index);
  if (!keeps_axis) remove_axis(to, axis);
  return to;
}

// Slice has attributes before operator set 10 and inputs from then on.
Result<std::vector<std::int64_t>> Lowering::slice_list(const Node& node, const char* name, std::size_t input) const {
  if (node.inputs.size() < 2) return attribute_or<std::vector<std::int64_t>>(node, name, {});
  if (input >= node.inputs.size() || node.inputs[input].empty()) return std::vector<std::int64_t>{};
  return integer_list(constant(node, input), name);
}

Result<Flow> Lowering::sliced(const Node& node, const Flow& from) const {
  FIXGATE_ASSIGN(const auto starts, slice_list(node, "starts", 1));
  FIXGATE_ASSIGN(const auto ends, slice_list(node, "ends", 2));
  FIXGATE_ASSIGN(auto axes, slice_list(node, "axes", 3));
  FIXGATE_ASSIGN(const auto steps, slice_list(node, "steps", 4));
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (ends.size() != starts.size() || axes.size() != starts.size()) return fail("starts, ends and axes differ in length");
  if (!std::ranges::all_of(steps, [](std::int64_t step) { return step == 1; }))
    return fail("steps other than 1 are not supported in fixed point");
  Flow to = from;
  for (std::size_t k = 0; k < starts.size(); ++k) {
    FIXGATE_ASSIGN(const std::size_t axis, axis_index(axes[k], from.axes.size()));
    FIXGATE_CHECK(pick(to, axis, {starts[k], ends[k]}, pick_kind(is_time(from.axes[axis]), is_reverse_cell(from))));
  }
  return to;
}

Result<void> Lowering::lower_split(const Node& node, const Flow& flow) {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 0));
  FIXGATE_ASSIGN(const std::size_t axis, axis_index(stated, flow.axes.size()));
  const auto parts = static_cast<std::int64_t>(node.outputs.size());
  if (flow.axes[axis].kind != Kind::Direction || flow.axes[axis].size != parts)
    return fail("a Split of anything but the directions one by one is not supported in fixed point");
  for (std::int64_t part = 0; part < parts; ++part) {
    Flow to = flow;
    if (parts > 1) FIXGATE_CHECK(pick_directions(to, to.axes[axis], part, part + 1));
    put(node, to, static_cast<std::size_t>(part));
  }
  return {};
}

// Directions of one layer side by side, as vectors or as they come; or states of several layers, one above the other.
Result<void> Lowering::lower_concat(const Node& node) {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 0));
  FIXGATE_ASSIGN(Flow whole, data_input(node));
  FIXGATE_ASSIGN(const std::size_t axis, axis_index(stated, whole.axes.size()));
  for (std::size_t part = 1; part < node.inputs.size(); ++part) {
    FIXGATE_ASSIGN(const Flow flow, data_input(node, part));
    if (flow.layer != whole.layer && flow.is_state && whole.is_state) return stack_states(node);
    const bool is_direction = whole.axes[axis].kind == Kind::Feature || whole.axes[axis].kind == Kind::Direction;
    if (flow.layer != whole.layer || flow.selection != whole.selection || flow.directions.empty() ||
        whole.directions.empty() || !is_direction || flow.axes.size() != whole.axes.size())
      return fail("joins anything but the directions of one layer; this is not supported in fixed point");
    whole.directions.insert(whole.directions.end(), flow.directions.begin(), flow.directions.end());
    whole.axes[axis].size += flow.axes[axis].size;
  }
  put(node, whole);
  return {};
}

}  // namespace fixgate
