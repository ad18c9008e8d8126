// States from graph inputs to the cells, and final states of several layers in one tensor.
#include <algorithm>
#include <numeric>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"
#include "network/value_sources.h"

namespace fixgate {
namespace {

using Kind = Axis::Kind;

constexpr std::int64_t kMostVectors = 1024;  // of one state input

// The states of one layer, cell by cell, `axis` of each of size 1.
std::vector<Flow> cells_of(const Flow& state, std::size_t axis) {
  std::vector<Flow> cells;
  for (std::int64_t direction = 0; direction < state.axes[axis].size; ++direction) {
    Flow cell = state;
    cell.axes[axis].size = 1;
    if (state.axes[axis].size > 1)
      cell.directions = {state.directions.empty() ? static_cast<int>(direction)
                                                  : state.directions[static_cast<std::size_t>(direction)]};
    cells.push_back(cell);
  }
  return cells;
}

bool fits_a_stack(const Flow& state, const Flow& first, std::size_t axis) {
  if (state.state == StateKind::None || state.state != first.state || state.axes.size() != first.axes.size())
    return false;
  if (state.axes[axis].kind != Kind::Direction && state.axes[axis] != Axis{}) return false;
  for (std::size_t other = 0; other < state.axes.size(); ++other)
    if (other != axis && state.axes[other] != first.axes[other]) return false;
  return true;
}

std::int64_t place(std::int64_t index, std::size_t count) {
  const auto size = static_cast<std::int64_t>(count);
  return std::clamp(index < 0 ? index + size : index, std::int64_t{0}, size);
}

}  // namespace

// Graph inputs that are states, or lengths of sequences (which the node will refuse by name).
void Lowering::find_state_inputs() {
  const ValueSources sources(graph_);
  for (const Node& node : graph_.nodes) {
    if (!is_recurrent(node)) continue;
    for (const std::size_t input : {kSequenceLengths, kInitialHidden, kInitialCell})
      if (input < node.inputs.size())
        if (const auto source = sources.moved_input(node.inputs[input])) state_inputs_.insert(*source);
  }
}

// [vectors, batch, hidden], or [batch, hidden]. What has another form gets no value: who reads it is refused.
void Lowering::enter_state_input(const GraphValue& input) {
  if (!input.is_float) return;
  network_.streaming = true;
  const std::size_t rank = input.shape.size();
  if (rank < 2 || rank > 3 || input.shape.back() <= 0 ||
      (rank == 3 && (input.shape.front() <= 0 || input.shape.front() > kMostVectors)))
    return;
  Flow flow;
  flow.state_input = input.name;
  if (rank == 3) flow.axes.push_back({Kind::Direction, -1, input.shape.front()});
  flow.axes.push_back({Kind::Input, -1, input.shape[rank - 2]});
  flow.axes.push_back({Kind::Feature, -1, input.shape.back()});
  state_vectors_[input.name].resize(rank == 3 ? static_cast<std::size_t>(input.shape.front()) : 1);
  values_[input.name] = flow;
}

// Notes which cells of the last layer start with the vectors of a state input.
Result<void> Lowering::connect_initial_state(const Node& node, std::size_t input, bool batch_first,
                                             std::size_t cells) {
  if (input >= node.inputs.size() || node.inputs[input].empty() || constant(node, input) != nullptr)
    return {};
  const FlowValue* value = find(node.inputs[input]);
  const auto* flow = value == nullptr ? nullptr : std::get_if<Flow>(value);
  if (flow == nullptr || flow->state_input.empty())
    return fail("an initial state that the network computes is not supported in fixed point");
  const auto& axes = flow->axes;
  std::vector<int> vectors = flow->directions;
  if (vectors.empty()) vectors = all_of(state_vectors_[flow->state_input].size());
  const std::size_t batch = batch_first ? 0 : 1;
  if (vectors.size() != cells || axes.size() != 3 || axes[2].kind != Kind::Feature ||
      axes[2].size != std::get<RecurrentLayer>(network_.layers.back()).hidden() ||
      axes[1 - batch].size != static_cast<std::int64_t>(cells) ||
      (cells > 1 && axes[1 - batch].kind != Kind::Direction) ||
      (axes[batch].kind != Kind::Input && axes[batch].size != 1))
    return fail("the graph input '{}' does not reach it as one state for each direction", flow->state_input);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    auto& goal = state_vectors_[flow->state_input][static_cast<std::size_t>(vectors[cell])];
    if (goal) return fail("a state of the graph input '{}' starts two cells", flow->state_input);
    goal = StateVector{static_cast<int>(network_.layers.size()) - 1, static_cast<int>(cell),
                       input == kInitialCell ? StateKind::Cell : StateKind::Hidden};
  }
  return {};
}

Result<std::vector<Lowering::StateVector>> Lowering::output_states(const std::string& name,
                                                                   const FlowValue& value) const {
  std::vector<StateVector> states;
  const auto* flow = std::get_if<Flow>(&value);
  const std::vector<Flow> parts = flow != nullptr ? std::vector{*flow} : std::get<StateStack>(value).cells;
  for (const Flow& part : parts) {
    if (part.state == StateKind::None) return fail("graph output '{}' passes a state input on", name);
    const auto& layer = std::get<RecurrentLayer>(network_.layers[static_cast<std::size_t>(part.layer)]);
    for (const int direction : part.directions.empty() ? all_of(layer.cells.size()) : part.directions)
      states.push_back({part.layer, direction, part.state});
  }
  return states;
}

// A stream hands every final state back as the initial state of the next call. So each must come in, and what
// comes out must be in the same places.
Result<void> Lowering::check_stream() {
  if (!network_.streaming) return {};
  std::set<StateVector> given;
  std::vector<std::vector<StateVector>> inputs;
  for (const auto& [name, vectors] : state_vectors_) {
    auto& goals = inputs.emplace_back();
    for (const auto& vector : vectors) {
      if (!vector) return fail("graph input '{}': not all of its states start a cell", name);
      goals.push_back(*vector);
      given.insert(*vector);
    }
  }
  for (std::size_t index = 0; index < network_.layers.size(); ++index) {
    const auto* layer = std::get_if<RecurrentLayer>(&network_.layers[index]);
    if (layer == nullptr) continue;
    const std::size_t kinds = layer->kind == CellKind::Lstm ? 2 : 1;
    const auto count = std::ranges::count(given, static_cast<int>(index), &StateVector::layer);
    if (static_cast<std::size_t>(count) != layer->cells.size() * kinds)
      return fail(
          "layer '{}': some initial states are graph inputs and some are not; all or none is supported",
          layer->name);
  }
  FIXGATE_ASSIGN(network_.call.repeats, returns_states(inputs));
  network_.call.repeats = network_.call.repeats && !has_reverse_cell();
  return {};
}

// A cell that runs from the last step to the first begins anew in every call.
bool Lowering::has_reverse_cell() const {
  return std::ranges::any_of(network_.layers, [](const Layer& layer) {
    const auto* recurrent = std::get_if<RecurrentLayer>(&layer);
    return recurrent != nullptr && recurrent->cells.back().reverse;
  });
}

Result<bool> Lowering::returns_states(const std::vector<std::vector<StateVector>>& inputs) const {
  std::size_t returned = 0;
  std::size_t as_main = 0;  // a state that is what the network computes, too
  for (const GraphValue& output : graph_.outputs) {
    const FlowValue* value = find(output.name);
    const auto* flow = std::get_if<Flow>(value);
    const bool is_state =
        std::holds_alternative<StateStack>(*value) || (flow != nullptr && flow->state != StateKind::None);
    if (!is_state) continue;
    FIXGATE_ASSIGN(const auto states, output_states(output.name, *value));
    const bool is_given = std::ranges::find(inputs, states) != inputs.end();
    if (is_main(output.name)) {
      as_main = is_given ? 1 : 0;
      continue;
    }
    if (!is_given)
      return fail(
          "graph output '{}' does not hold the same states in the same order as one of the state inputs",
          output.name);
    ++returned;
  }
  const bool all = returned + as_main == inputs.size();
  if (returned != 0 && !all)
    return fail("{} of the {} state inputs are returned as outputs; all or none is supported",
                returned + as_main, inputs.size());
  return all;
}

Result<void> Lowering::stack_states(const Node& node, std::size_t axis) {
  StateStack stack;
  FIXGATE_ASSIGN(const Flow first, flow_input(node));
  for (std::size_t part = 0; part < node.inputs.size(); ++part) {
    FIXGATE_ASSIGN(const Flow state, flow_input(node, part));
    if (axis != 0 || !fits_a_stack(state, first, axis))
      return fail("joins states otherwise than one above the other; this is not supported in fixed point");
    const std::vector<Flow> cells = cells_of(state, axis);
    stack.cells.insert(stack.cells.end(), cells.begin(), cells.end());
  }
  put(node, stack);
  return {};
}

// A Gather of one index or a Slice of the cells gives a cell's state back.
Result<void> Lowering::lower_state_stack(const Node& node, const StateStack& stack) {
  if (node.op_type == "Identity") put(node, stack);
  if (node.op_type == "Identity") return {};
  if (node.op_type == "Gather") return gather_state(node, stack);
  if (node.op_type == "Slice") return slice_states(node, stack);
  return fail("operator {} on the states of several layers is not supported in fixed point", node.op_type);
}

Result<void> Lowering::gather_state(const Node& node, const StateStack& stack) {
  FIXGATE_ASSIGN(const std::int64_t index, gathered_index(node));
  FIXGATE_ASSIGN(const std::int64_t axis, attribute_or<std::int64_t>(node, "axis", 0));
  const auto count = static_cast<std::int64_t>(stack.cells.size());
  if (axis != 0 || index < -count || index >= count)
    return fail("picks something else than one cell's state; this is not supported in fixed point");
  Flow cell = stack.cells[static_cast<std::size_t>(index < 0 ? index + count : index)];
  if (constant(node, 1)->shape.empty()) cell.axes.erase(cell.axes.begin());
  put(node, cell);
  return {};
}

Result<void> Lowering::slice_states(const Node& node, const StateStack& stack) {
  FIXGATE_ASSIGN(const auto starts, slice_list(node, "starts", 1));
  FIXGATE_ASSIGN(const auto ends, slice_list(node, "ends", 2));
  FIXGATE_ASSIGN(const auto axes, slice_list(node, "axes", 3));
  FIXGATE_ASSIGN(const auto steps, slice_list(node, "steps", 4));
  const auto is = [](const std::vector<std::int64_t>& list, std::int64_t value) {
    return list.empty() || (list.size() == 1 && list[0] == value);
  };
  if (starts.size() != 1 || ends.size() != 1 || !is(axes, 0) || !is(steps, 1))
    return fail("picks something else than cells' states; this is not supported in fixed point");
  StateStack picked;
  for (std::int64_t cell = place(starts[0], stack.cells.size()); cell < place(ends[0], stack.cells.size());
       ++cell)
    picked.cells.push_back(stack.cells[static_cast<std::size_t>(cell)]);
  if (picked.cells.empty()) return fail("picks no state");
  if (picked.cells.size() == 1)
    put(node, picked.cells.front());
  else
    put(node, picked);
  return {};
}

std::vector<int> all_of(std::size_t count) {
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace fixgate
