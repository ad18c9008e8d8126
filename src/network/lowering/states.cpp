// Final states of several layers in one tensor: what exporters make of the h_n of stacked layers.
#include <algorithm>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {
namespace {

// The states of one layer, cell by cell: each [direction of size 1, ...].
std::vector<Flow> cells_of(const Flow& state) {
  std::vector<Flow> cells;
  for (Axis axis : state.axes) {
    if (axis.kind != Axis::Kind::Direction) continue;
    for (std::int64_t direction = 0; direction < axis.size; ++direction) {
      Flow cell = state;
      std::ranges::find(cell.axes, Axis::Kind::Direction, &Axis::kind)->size = 1;
      if (axis.size > 1) cell.directions = {static_cast<int>(direction)};
      cells.push_back(cell);
    }
  }
  return cells;
}

std::int64_t place(std::int64_t index, std::size_t count) {
  const auto size = static_cast<std::int64_t>(count);
  return std::clamp(index < 0 ? index + size : index, std::int64_t{0}, size);
}

}  // namespace

Result<void> Lowering::stack_states(const Node& node) {
  StateStack stack;
  for (std::size_t part = 0; part < node.inputs.size(); ++part) {
    FIXGATE_ASSIGN(const Flow state, data_input(node, part));
    if (!state.is_state) return fail("joins states with what is none");
    const std::vector<Flow> cells = cells_of(state);
    stack.cells.insert(stack.cells.end(), cells.begin(), cells.end());
  }
  put(node, stack);
  return {};
}

// A Gather of one index or a Slice of the cells gives a cell's state back; anything else can only be an output.
Result<void> Lowering::lower_state_stack(const Node& node, const StateStack& stack) {
  if (node.op_type == "Gather") {
    FIXGATE_ASSIGN(const auto indices, integer_list(constant(node, 1), "indices"));
    FIXGATE_ASSIGN(const std::int64_t axis, attribute_or<std::int64_t>(node, "axis", 0));
    const std::int64_t index = indices.size() == 1 ? place(indices.front(), stack.cells.size()) : 0;
    if (indices.size() != 1 || axis != 0 || index >= static_cast<std::int64_t>(stack.cells.size()))
      return fail("picks something else than one cell's state; this is not supported in fixed point");
    Flow cell = stack.cells[static_cast<std::size_t>(index)];
    if (constant(node, 1)->shape.empty()) std::erase_if(cell.axes, [](const Axis& a) { return a.kind == Axis::Kind::Direction; });
    put(node, cell);
    return {};
  }
  if (node.op_type == "Slice") {
    FIXGATE_ASSIGN(const auto starts, slice_list(node, "starts", 1));
    FIXGATE_ASSIGN(const auto ends, slice_list(node, "ends", 2));
    StateStack picked;
    if (starts.size() == 1 && ends.size() == 1)
      for (std::int64_t cell = place(starts[0], stack.cells.size()); cell < place(ends[0], stack.cells.size()); ++cell)
        picked.cells.push_back(stack.cells[static_cast<std::size_t>(cell)]);
    if (picked.cells.size() == 1)
      put(node, picked.cells.front());
    else
      put(node, picked);
    return {};
  }
  put(node, Opaque{});
  return {};
}

}  // namespace fixgate
