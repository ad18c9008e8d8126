// Operators that only move, pick or rename axes of the data.
#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {
namespace {

using Kind = Axis::Kind;

constexpr std::int64_t kFarEnd = std::int64_t{1}
                                 << 30;  // exporters write "to the end" as some number beyond this

Result<std::size_t> axis_index(std::int64_t axis, std::size_t rank) {
  const std::int64_t index = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
  if (index < 0 || index >= static_cast<std::int64_t>(rank))
    return fail("axis {} is not among the {} of its input", axis, rank);
  return static_cast<std::size_t>(index);
}

void remove_axis(Flow& flow, std::size_t axis) {
  flow.axes.erase(flow.axes.begin() + static_cast<std::ptrdiff_t>(axis));
}

// Of the directions that an axis holds, those from first to last-1.
Result<void> pick_directions(Flow& flow, Axis& axis, std::int64_t first, std::int64_t last) {
  if (first < 0 || first >= last || last > axis.size) return fail("picks no direction");
  std::vector<int> held = flow.directions;
  if (held.empty()) held = all_of(static_cast<std::size_t>(axis.size));
  if (static_cast<std::int64_t>(held.size()) != axis.size)
    return fail("picks from directions that were joined before");
  flow.directions.assign(held.begin() + first, held.begin() + last);
  axis.size = last - first;
  return {};
}

Result<Flow> transpose(const Node& node, const Flow& from) {
  std::vector<std::int64_t> reversed(from.axes.size());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  FIXGATE_ASSIGN(const auto order, attribute_or<std::vector<std::int64_t>>(node, "perm", reversed));
  if (order.size() != from.axes.size())
    return fail("'perm' has {} entries for {} axes", order.size(), from.axes.size());
  Flow to = from;
  std::set<std::size_t> sources;
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    FIXGATE_ASSIGN(const std::size_t source, axis_index(order[axis], order.size()));
    if (!sources.insert(source).second) return fail("'perm' has axis {} twice", source);
    to.axes[axis] = from.axes[source];
  }
  return to;
}

Result<Flow> squeeze(const std::vector<std::int64_t>& stated, const Flow& from) {
  if (stated.empty() && std::ranges::any_of(from.axes, [](const Axis& axis) { return axis.size < 0; }))
    return fail("a Squeeze without 'axes' means something else where a dynamic axis has size 1");
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
  if (std::ranges::adjacent_find(places) != places.end()) return fail("'axes' has an axis twice");
  Flow to = from;
  for (const std::size_t place : places)
    to.axes.insert(to.axes.begin() + static_cast<std::ptrdiff_t>(std::min(place, to.axes.size())), Axis{});
  return to;
}

Result<Flow> flatten(const Node& node, const Flow& from) {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 1));
  const std::int64_t axis = stated < 0 ? stated + static_cast<std::int64_t>(from.axes.size()) : stated;
  if (axis != 1 || from.axes.empty())
    return fail("a Flatten at axis {} is not supported in fixed point", stated);
  Flow to = from;
  FIXGATE_ASSIGN(to.axes, reshape_axes(from.axes, {{0, -1}, {-1, -1}}, false));
  return to;
}

// A Cast that changes no value that a network can meet.
Result<Flow> cast(const Node& node, const Flow& from) {
  constexpr std::int64_t kFloat = 1;
  constexpr std::int64_t kInt32 = 6;
  constexpr std::int64_t kInt64 = 7;
  constexpr std::int64_t kDouble = 11;
  FIXGATE_ASSIGN(const std::int64_t to, attribute_or<std::int64_t>(node, "to", 0));
  const bool is_integer = from.is_tokens || from.function == OutputFunction::ArgMax;
  if (is_integer ? to == kInt32 || to == kInt64 : to == kFloat || to == kDouble) return from;
  return fail("a Cast to type {} changes values", to);
}

// Of the operators on tensors only Dropout can be told to change values; fold_constants leaves such in.
Result<Flow> drop_out(const Node& node, const Tensor* training, const Flow& from) {
  const bool given = node.inputs.size() > 2 && !node.inputs[2].empty();
  const bool is_off =
      training != nullptr && !training->is_float() && training->integers() == std::vector<std::int64_t>{0};
  if (given && !is_off) return fail("a Dropout with training_mode is not supported in fixed point");
  return from;
}

bool is_of_forward_cell(const Flow& flow) {
  return flow.directions == std::vector{0};
}

// The flow is of one cell alone, and that cell runs from the last step to the first.
bool runs_backwards(const RecurrentLayer* layer, const Flow& flow) {
  if (layer == nullptr) return false;
  if (layer->cells.size() == 1) return layer->cells.front().reverse;
  return flow.directions == std::vector{1};
}

// What two directions of a bidirectional layer have in common; the last step of the forward cell is its final
// state.
std::optional<Selection> common_selection(const Flow& a, const Flow& b) {
  const auto is_final = [](const Flow& flow) {
    return flow.selection == Selection::FinalState ||
           (flow.selection == Selection::LastStep && is_of_forward_cell(flow));
  };
  if (a.selection == b.selection) return a.selection;
  if (is_final(a) && is_final(b)) return Selection::FinalState;
  return {};
}

// The directions along the flow's direction axis; 0 where it has none.
std::int64_t count_directions(const Flow& flow) {
  const auto axis = std::ranges::find(flow.axes, Kind::Direction, &Axis::kind);
  return axis == flow.axes.end() ? 0 : axis->size;
}

}  // namespace

const std::map<std::string, Lowering::Move>& Lowering::moves() {
  using This = const Lowering&;
  using Moved = Result<Flow>;
  static const std::map<std::string, Move> kMoves = {
      {"Identity", [](This, const Node&, const Flow& from) -> Moved { return from; }},
      {"Dropout", [](This self, const Node& node,
                     const Flow& from) { return drop_out(node, self.constant(node, 2), from); }},
      {"Cast", [](This, const Node& node, const Flow& from) { return cast(node, from); }},
      {"Transpose", [](This, const Node& node, const Flow& from) { return transpose(node, from); }},
      {"Squeeze", [](This self, const Node& node, const Flow& from) { return self.squeezed(node, from); }},
      {"Unsqueeze", [](This self, const Node& node, const Flow& from) { return self.squeezed(node, from); }},
      {"Flatten", [](This, const Node& node, const Flow& from) { return flatten(node, from); }},
      {"Reshape", [](This self, const Node& node, const Flow& from) { return self.reshaped(node, from); }},
      {"Gather", [](This self, const Node& node, const Flow& from) { return self.gathered(node, from); }},
      {"Slice", [](This self, const Node& node, const Flow& from) { return self.sliced(node, from); }}};
  return kMoves;
}

Result<void> Lowering::lower_axes(const Node& node, const Flow& flow) {
  const std::string& op = node.op_type;
  if (op == "Shape") return lower_shape_of(node, flow);
  if (op == "Split") return lower_split(node, flow);
  const auto move = moves().find(op);
  if (move == moves().end()) return fail("operator {} on the data is not supported in fixed point", op);
  Result<Flow> moved = move->second(*this, node, flow);
  if (!moved) return tl::make_unexpected(moved.error());
  // Directions side by side in one vector are no state of a cell any more.
  if (flow.state == StateKind::Hidden && count_directions(flow) > 1 && count_directions(*moved) <= 1 &&
      moved->directions == flow.directions)
    moved->state = StateKind::None;
  put(node, *moved);
  return {};
}

// The `axes` of Squeeze and Unsqueeze: an attribute before operator set 13, an input from then on.
Result<Flow> Lowering::squeezed(const Node& node, const Flow& from) const {
  FIXGATE_ASSIGN(auto axes, attribute_or<std::vector<std::int64_t>>(node, "axes", {}));
  if (node.inputs.size() > 1 && !node.inputs[1].empty()) {
    FIXGATE_ASSIGN(axes, integer_list(constant(node, 1), "axes"));
  }
  return node.op_type == "Squeeze" ? squeeze(axes, from) : unsqueeze(axes, from);
}

Result<Flow> Lowering::reshaped(const Node& node, const Flow& from) const {
  FIXGATE_ASSIGN(const std::int64_t allow_zero, attribute_or<std::int64_t>(node, "allowzero", 0));
  FIXGATE_ASSIGN(const std::vector<Dimension> shape, dimensions_of(node, 1));
  Flow to = from;
  FIXGATE_ASSIGN(to.axes, reshape_axes(from.axes, shape, allow_zero != 0));
  return to;
}

// Picks elements first..last-1 of one axis; the axis stays, with its new size. Of time only the last step can
// be picked, and of a reverse cell alone the first, its final state.
Result<void> Lowering::pick(Flow& flow, std::size_t position, std::int64_t first, std::int64_t last) const {
  Axis& axis = flow.axes[position];
  const bool sized = axis.size >= 0;
  const auto counted = [&](std::int64_t index) { return index < 0 && sized ? index + axis.size : index; };
  first = counted(first);
  if (sized) last = std::min(counted(last), axis.size);
  const bool to_end = sized ? last == axis.size : last > kFarEnd;
  if (first == 0 && to_end) return {};
  if (axis.kind == Kind::Direction) return pick_directions(flow, axis, first, last);
  const bool is_last = to_end && first == (sized ? axis.size - 1 : -1);
  const bool is_first = first == 0 && last == 1 && runs_backwards(recurrent_layer(flow), flow);
  if (!is_time(axis) || flow.selection != Selection::EveryStep || !(is_last || is_first))
    return fail(
        "picks something else than the last step or a direction; this is not supported in fixed point");
  flow.selection = is_last ? Selection::LastStep : Selection::FinalState;
  axis = Axis{};
  return {};
}

Result<std::int64_t> Lowering::gathered_index(const Node& node) const {
  FIXGATE_ASSIGN(const auto indices, integer_list(constant(node, 1), "indices"));
  if (indices.size() != 1 || constant(node, 1)->shape.size() > 1)
    return fail("a Gather of several indices of the data is not supported in fixed point");
  return indices.front();
}

Result<Flow> Lowering::gathered(const Node& node, const Flow& from) const {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 0));
  FIXGATE_ASSIGN(const std::int64_t index, gathered_index(node));
  FIXGATE_ASSIGN(const std::size_t axis, axis_index(stated, from.axes.size()));
  Flow to = from;
  FIXGATE_CHECK(pick(to, axis, index, index == -1 ? kFarEnd + 1 : index + 1));
  if (to.axes[axis].size != 1)
    return fail("picks element {} of an axis that is not time or direction", index);
  if (constant(node, 1)->shape.empty()) remove_axis(to, axis);
  return to;
}

// Slice has attributes before operator set 10 and inputs from then on.
Result<std::vector<std::int64_t>> Lowering::slice_list(const Node& node, const char* name,
                                                       std::size_t input) const {
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
  if (ends.size() != starts.size() || axes.size() != starts.size())
    return fail("starts, ends and axes differ in length");
  if (!std::ranges::all_of(steps, [](std::int64_t step) { return step == 1; }))
    return fail("steps other than 1 are not supported in fixed point");
  Flow to = from;
  for (std::size_t k = 0; k < starts.size(); ++k) {
    FIXGATE_ASSIGN(const std::size_t axis, axis_index(axes[k], from.axes.size()));
    FIXGATE_CHECK(pick(to, axis, starts[k], ends[k]));
  }
  return to;
}

Result<void> Lowering::lower_split(const Node& node, const Flow& flow) {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 0));
  FIXGATE_ASSIGN(const std::size_t axis, axis_index(stated, flow.axes.size()));
  const auto parts = static_cast<std::int64_t>(node.outputs.size());
  FIXGATE_ASSIGN(std::vector<std::int64_t> sizes, attribute_or<std::vector<std::int64_t>>(node, "split", {}));
  if (node.inputs.size() > 1 && !node.inputs[1].empty()) {
    FIXGATE_ASSIGN(sizes, integer_list(constant(node, 1), "sizes"));
  }
  const bool one_by_one = std::ranges::all_of(sizes, [](std::int64_t size) { return size == 1; });
  if (flow.axes[axis].kind != Kind::Direction || flow.axes[axis].size != parts || !one_by_one)
    return fail("a Split of anything but the directions one by one is not supported in fixed point");
  for (std::int64_t part = 0; part < parts; ++part) {
    Flow to = flow;
    if (parts > 1) FIXGATE_CHECK(pick_directions(to, to.axes[axis], part, part + 1));
    put(node, to, static_cast<std::size_t>(part));
  }
  return {};
}

// Directions of one layer side by side, as vectors or as they come; or states of several layers, one above
// the other.
Result<void> Lowering::lower_concat(const Node& node) {
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", 0));
  FIXGATE_ASSIGN(Flow whole, flow_input(node));
  FIXGATE_ASSIGN(const std::size_t axis, axis_index(stated, whole.axes.size()));
  for (std::size_t part = 1; part < node.inputs.size(); ++part) {
    FIXGATE_ASSIGN(const Flow flow, flow_input(node, part));
    const bool are_states = flow.state != StateKind::None && whole.state != StateKind::None;
    if (flow.layer != whole.layer && are_states) return stack_states(node, axis);
    FIXGATE_CHECK(join(whole, flow, axis));
  }
  put(node, whole);
  return {};
}

Result<void> Lowering::join(Flow& whole, const Flow& flow, std::size_t axis) const {
  const auto refuse = [] {
    return fail("joins anything but the directions of one layer; this is not supported in fixed point");
  };
  const Kind kind = whole.axes[axis].kind;
  const bool is_cell_state = flow.state == StateKind::Cell || whole.state == StateKind::Cell;
  if (flow.layer != whole.layer || flow.layer < 0 || flow.directions.empty() || whole.directions.empty() ||
      (is_cell_state && flow.state != whole.state) || flow.function != OutputFunction::None ||
      whole.function != OutputFunction::None || (kind != Kind::Feature && kind != Kind::Direction))
    return refuse();
  std::vector<Axis> expected = whole.axes;
  if (flow.axes.size() != expected.size() || flow.axes[axis].kind != kind) return refuse();
  expected[axis].size = flow.axes[axis].size;
  if (flow.axes != expected) return refuse();
  const auto selection = common_selection(whole, flow);
  if (!selection) return refuse();
  whole.selection = *selection;
  whole.directions.insert(whole.directions.end(), flow.directions.begin(), flow.directions.end());
  whole.axes[axis].size += flow.axes[axis].size;
  if (!is_cell_state && (kind == Kind::Feature || flow.state != whole.state)) whole.state = StateKind::None;
  return {};
}

}  // namespace fixgate
