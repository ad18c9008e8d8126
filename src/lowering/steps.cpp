// Scan and Loop over the steps of a sequence: the body becomes statements that run once a step.
#include <algorithm>

#include "lowering/operators.h"
#include "network/node_attributes.h"
#include "network/operators/operators.h"

namespace fixgate::lowering {
namespace {

using program::ClockId;
using program::ValueId;

/// A value that the body hands to its next run.
struct LoopState {
  std::string before;  // in the body
  std::string after;
  Item initial;
  std::size_t output = 0;  // of the node: the last one
};

/// A sequence of which each run sees one step.
struct LoopSlice {
  Item whole;
  std::size_t axis = 0;
  std::string name;  // in the body
};

/// What every run adds to a sequence.
struct LoopResult {
  std::string name;  // in the body
  std::size_t output = 0;
  std::size_t axis = 0;
};

struct StepBody {
  Graph body;
  std::vector<LoopState> states;
  std::vector<LoopSlice> slices;
  std::vector<LoopResult> results;
  std::map<std::string, Item> constants;  // by name in the body
};

/// Lowers a body as if a step were a whole run, on the clock of the steps.
class StepRun {
 public:
  StepRun(Walk& walk, const Node& node, const StepBody& steps) : walk_(walk), node_(node), steps_(steps) {}

  Result<void> run() {
    FIXGATE_CHECK(read_slices());
    count_ = walk_.framer().ticks(*clock_);
    std::map<std::string, Item> inside = steps_.constants;
    Sources outside;
    std::swap(walk_.sources(), outside);
    walk_.framer().set_ticks(*clock_, 1);
    const auto done = run_inside(std::move(inside));
    walk_.framer().set_ticks(*clock_, count_);
    std::swap(walk_.sources(), outside);
    FIXGATE_CHECK(done);
    FIXGATE_CHECK(connect_states());
    return put_outputs();
  }

 private:
  Frame whole_frame(const Shape& shape) const {
    Frame frame;
    frame.shape = shape;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) frame.features.push_back(axis);
    frame.clock = *clock_;
    return frame;
  }

  /// The sequences as values on one clock.
  Result<void> read_slices() {
    for (const LoopSlice& slice : steps_.slices) {
      if (slice.whole.is_constant) return fail("runs over a constant");
      std::vector<std::size_t> kept;
      for (std::size_t axis = 0; axis < slice.whole.tensor.shape.size(); ++axis)
        if (axis != slice.axis) kept.push_back(axis);
      FIXGATE_ASSIGN(const Placed placed, walk_.framer().place({&slice.whole.tensor}, kept));
      if (placed.frame.time != slice.axis) return fail("its steps are not those of the data");
      if (clock_ && *clock_ != placed.frame.clock) return fail("its inputs have different steps");
      clock_ = placed.frame.clock;
      FIXGATE_ASSIGN(const ValueId value, walk_.value(placed.frame, placed.operands.front(), slice.whole));
      sliced_.push_back(value);
    }
    return clock_ ? Result<void>{} : fail("it runs over no sequence of the data");
  }

  Result<void> run_inside(std::map<std::string, Item> inside) {
    for (std::size_t slice = 0; slice < sliced_.size(); ++slice) {
      Shape shape = steps_.slices[slice].whole.tensor.shape;
      shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(steps_.slices[slice].axis));
      inside.insert_or_assign(steps_.slices[slice].name, seen(sliced_[slice], shape));
    }
    program::Program& program = walk_.program();
    for (const LoopState& state : steps_.states) {
      const Shape& shape = state.initial.tensor.shape;
      const auto layer = program.layers.add({walk_.draft().layer_name(node_.name + "_" + state.before),
                                             "the state before",
                                             *clock_,
                                             false,
                                             {}});
      const ValueId before =
          program.values.add({"before", layer, *clock_, static_cast<int>(element_count(shape)), std::nullopt,
                              SignalRole::Hidden});
      before_.push_back(before);
      inside.insert_or_assign(state.before, seen(before, shape));
    }
    FIXGATE_ASSIGN(const auto made, walk_.run_nodes(steps_.body, std::move(inside)));
    for (const LoopState& state : steps_.states) {
      FIXGATE_ASSIGN(const ValueId after, value_of(made, state.after, state.initial.tensor.shape));
      after_.push_back(after);
    }
    for (const LoopResult& result : steps_.results) {
      const auto found = made.find(result.name);
      if (found == made.end() || found->second.is_constant)
        return fail("its body does not compute '{}'", result.name);
      shapes_.push_back(found->second.tensor.shape);
      FIXGATE_ASSIGN(const ValueId value, value_of(made, result.name, shapes_.back()));
      results_.push_back(value);
    }
    return {};
  }

  Item seen(ValueId value, const Shape& shape) {
    const Frame frame = whole_frame(shape);
    walk_.trace(value, frame);
    return {walk_.framer().spread(frame, value), false, node_.name};
  }

  Result<ValueId> value_of(const std::map<std::string, Item>& made, const std::string& name,
                           const Shape& shape) {
    const auto found = made.find(name);
    if (found == made.end() || found->second.is_constant || found->second.tensor.shape != shape)
      return fail("its body does not compute '{}' as it comes in", name);
    std::vector<std::size_t> all(shape.size());
    for (std::size_t axis = 0; axis < all.size(); ++axis) all[axis] = axis;
    FIXGATE_ASSIGN(const Placed placed, walk_.framer().place({&found->second.tensor}, all));
    if (placed.frame.clock != *clock_)
      return fail("'{}' in its body does not change from step to step", name);
    return walk_.value(placed.frame, placed.operands.front(), found->second);
  }

  Result<void> connect_states() {
    program::Program& program = walk_.program();
    for (std::size_t number = 0; number < steps_.states.size(); ++number) {
      const Item& initial = steps_.states[number].initial;
      const int size = program.values[after_[number]].size;
      Atoms atoms;
      for (int element = 0; element < size; ++element)
        atoms.push_back({after_[number], {program::Tick::From::Here, -1}, element, 0});
      walk_.draft().moves.emplace(before_[number], std::move(atoms));
      if (!initial.is_constant) return fail("an initial state that is not constant is not supported");
      if (!initial.tensor.is_float()) return fail("a state of whole numbers is not supported");
      const FloatVector numbers = Eigen::Map<const FloatVector>(initial.tensor.floats().data(), size);
      program.states.add({after_[number], 1, false, false});
      walk_.draft().network.initial.add(numbers.isZero(0) ? FloatVector() : numbers);
    }
    return {};
  }

  Result<void> put_outputs() {
    for (std::size_t number = 0; number < steps_.states.size(); ++number) {
      const Shape& shape = steps_.states[number].initial.tensor.shape;
      register_value(after_[number]);
      Tensor codes{shape, std::vector<std::int64_t>()};
      for (int element = 0; element < walk_.program().values[after_[number]].size; ++element)
        codes.integers().push_back(walk_.sources().code(after_[number], count_ - 1, 0, element));
      walk_.put(node_, steps_.states[number].output, {std::move(codes), false, node_.name, true});
    }
    for (std::size_t number = 0; number < steps_.results.size(); ++number) {
      register_value(results_[number]);
      const std::size_t axis = steps_.results[number].axis;
      if (axis > shapes_[number].size()) return fail("an output axis that does not exist");
      Frame frame = whole_frame(shapes_[number]);
      for (std::size_t& feature : frame.features) feature += feature >= axis ? 1 : 0;
      frame.shape.insert(frame.shape.begin() + static_cast<std::ptrdiff_t>(axis), count_);
      frame.time = axis;
      walk_.put_codes(node_, walk_.framer().spread(frame, results_[number]), steps_.results[number].output);
    }
    return {};
  }

  void register_value(ValueId value) {
    walk_.sources().add(value, {count_, 1, walk_.program().values[value].size});
  }

  Walk& walk_;
  const Node& node_;
  const StepBody& steps_;
  std::optional<ClockId> clock_;
  std::int64_t count_ = 1;
  std::vector<ValueId> sliced_, before_, after_, results_;
  std::vector<Shape> shapes_;  // of results, a step
};

Result<Item> input_item(Walk& walk, const Node& node, std::size_t input) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, input));
  return *item;
}

/// Whether a body hands a value on as it is.
bool hands_on(const Graph& body, const std::string& before, std::string after) {
  for (std::size_t step = 0; after != before && step < body.nodes.size(); ++step) {
    const auto node = std::ranges::find_if(body.nodes, [&](const Node& other) {
      return other.op_type == "Identity" && other.outputs.front() == after;
    });
    if (node == body.nodes.end()) return false;
    after = node->inputs.front();
  }
  return after == before;
}

/// A state; one that never changes is what it is at first.
Result<void> add_state(Walk& walk, const Node& node, LoopState state, StepBody& steps) {
  if (!hands_on(steps.body, state.before, state.after)) {
    steps.states.push_back(std::move(state));
    return {};
  }
  if (!state.initial.is_constant) return fail("its body reads data from outside, which is not supported");
  steps.constants.insert_or_assign(state.before, state.initial);
  walk.put(node, state.output, std::move(state.initial));
  return {};
}

/// What the body reads from outside: constants.
Result<void> add_captured(Walk& walk, const Node& node, StepBody& steps) {
  const std::size_t first = node.inputs.size() - node.captured;
  const std::size_t own = steps.body.inputs.size() - node.captured;
  for (std::size_t number = 0; number < node.captured; ++number) {
    const Item* item = walk.find(node, first + number);
    if (item == nullptr) return fail("'{}' is not known", node.inputs[first + number]);
    if (item->is_constant) steps.constants.emplace(steps.body.inputs[own + number].name, *item);
  }
  return {};
}

bool is_default(const Node& node, const char* name) {
  const auto list = attribute_or<std::vector<std::int64_t>>(node, name, {});
  return list && std::ranges::all_of(*list, [](std::int64_t n) { return n == 0; });
}

std::int64_t axis_of(const Node& node, const char* name, std::size_t number) {
  const auto list = attribute_or<std::vector<std::int64_t>>(node, name, {});
  return list && number < list->size() ? (*list)[number] : 0;
}

}  // namespace

Result<void> lower_scan(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const auto body, find_attribute<Body>(node, "body"));
  FIXGATE_ASSIGN(const std::int64_t slices, attribute_or<std::int64_t>(node, "num_scan_inputs", 0));
  if (!body || *body == nullptr) return fail("it has no body");
  if (!is_default(node, "scan_input_directions") || !is_default(node, "scan_output_directions"))
    return fail("steps from the last to the first are not supported");
  StepBody steps;
  steps.body = **body;
  const std::size_t given = node.inputs.size() - node.captured;
  if (slices < 1 || static_cast<std::size_t>(slices) > given)
    return fail("{} scanned inputs of {}", slices, given);
  const std::size_t states = given - static_cast<std::size_t>(slices);
  if (steps.body.inputs.size() != node.inputs.size() || steps.body.outputs.size() < states)
    return fail("its body has {} inputs and {} outputs", steps.body.inputs.size(), steps.body.outputs.size());
  for (std::size_t state = 0; state < states; ++state) {
    FIXGATE_ASSIGN(Item initial, input_item(walk, node, state));
    FIXGATE_CHECK(add_state(
        walk, node,
        {steps.body.inputs[state].name, steps.body.outputs[state].name, std::move(initial), state}, steps));
  }
  for (std::size_t slice = 0; slice < static_cast<std::size_t>(slices); ++slice) {
    FIXGATE_ASSIGN(Item whole, input_item(walk, node, states + slice));
    std::int64_t axis = axis_of(node, "scan_input_axes", slice);
    if (axis < 0) axis += static_cast<std::int64_t>(whole.tensor.shape.size());
    if (axis < 0 || axis >= static_cast<std::int64_t>(whole.tensor.shape.size()))
      return fail("a scanned axis that does not exist");
    steps.slices.push_back(
        {std::move(whole), static_cast<std::size_t>(axis), steps.body.inputs[states + slice].name});
  }
  for (std::size_t output = states; output < steps.body.outputs.size(); ++output) {
    const std::int64_t axis = axis_of(node, "scan_output_axes", output - states);
    if (axis < 0) return fail("an output axis counted from the last one is not supported");
    steps.results.push_back({steps.body.outputs[output].name, output, static_cast<std::size_t>(axis)});
  }
  FIXGATE_CHECK(add_captured(walk, node, steps));
  return StepRun(walk, node, steps).run();
}

namespace {

/// The only element. Error: another number of them, or a real one.
Result<std::int64_t> whole_number(const Tensor& tensor) {
  if (tensor.is_float() || tensor.integers().size() != 1)
    return fail("its number of runs and its condition must be one whole number each");
  return tensor.integers().front();
}

/// The part of a Loop that only counts: its condition, its counters. Runs on numbers.
class Counting {
 public:
  Counting(Walk& walk, const Node& node, const Graph& body) : walk_(walk), node_(node), body_(body) {}

  /// How often the body runs. Error: a condition that depends on data.
  Result<std::int64_t> runs() {
    constexpr std::int64_t kMost = 1 << 16;
    const std::size_t states = node_.inputs.size() - node_.captured - 2;
    find_counted();
    const Item* most = walk_.find(node_, 0);
    const Item* first = walk_.find(node_, 1);
    std::map<std::string, Tensor> numbers;
    for (std::size_t state = 0; state < states; ++state)
      if (is_counted(body_.inputs[state + 2].name))
        numbers[body_.inputs[state + 2].name] = walk_.find(node_, state + 2)->tensor;
    std::int64_t count = 0;
    bool goes_on = true;
    if (first != nullptr && first->is_constant) {
      FIXGATE_ASSIGN(const std::int64_t condition, whole_number(first->tensor));
      goes_on = condition != 0;
    }
    std::int64_t limit = kMost;
    if (most != nullptr && most->is_constant) {
      FIXGATE_ASSIGN(limit, whole_number(most->tensor));
    }
    while (goes_on && count < limit) {
      if (count == kMost) return fail("it does not end after {} runs", kMost);
      FIXGATE_ASSIGN(const auto values, run_once(numbers, count));
      const auto condition = values.find(body_.outputs.front().name);
      if (condition == values.end()) return fail("its condition depends on data");
      FIXGATE_ASSIGN(const std::int64_t is_true, whole_number(condition->second));
      goes_on = is_true != 0;
      for (std::size_t state = 0; state < states; ++state)
        if (const std::string& name = body_.inputs[state + 2].name; is_counted(name)) {
          const auto next = values.find(body_.outputs[state + 1].name);
          if (next == values.end()) return fail("'{}' in its body depends on data", name);
          numbers[name] = next->second;
        }
      ++count;
    }
    return count;
  }

  [[nodiscard]] bool is_counted(const std::string& name) const { return counted_.contains(name); }

  /// A counter that is the number of the run: 0, 1, 2, ...
  [[nodiscard]] bool is_number_of_run(const std::string& name) const { return number_of_run_.contains(name); }

 private:
  /// What follows from the number of the run and from integers that come in.
  void find_counted() {
    const std::size_t states = node_.inputs.size() - node_.captured - 2;
    counted_ = {body_.inputs[0].name, body_.inputs[1].name};
    for (std::size_t input = 0; input < body_.inputs.size(); ++input) {
      const Item* item = input < node_.inputs.size() ? walk_.find(node_, input) : nullptr;
      const bool is_integer = item != nullptr && item->is_constant && !item->tensor.is_float();
      if (input >= 2 && (input >= states + 2 ? item != nullptr && item->is_constant : is_integer))
        counted_.insert(body_.inputs[input].name);
    }
    for (const auto& [name, tensor] : body_.constants) counted_.insert(name);
    for (const Node& node : body_.nodes)
      if (std::ranges::all_of(node.inputs, [&](const std::string& input) {
            return input.empty() || counted_.contains(input);
          }))
        counted_.insert(node.outputs.begin(), node.outputs.end());
    find_numbers_of_run(states);
  }

  void find_numbers_of_run(std::size_t states) {
    number_of_run_ = {body_.inputs[0].name};
    for (std::size_t state = 0; state < states; ++state) {
      const Item* initial = walk_.find(node_, state + 2);
      const bool is_zero = initial != nullptr && initial->is_constant && !initial->tensor.is_float() &&
                           std::ranges::all_of(initial->tensor.integers(), [](auto n) { return n == 0; });
      if (is_zero && adds_one(body_.inputs[state + 2].name, body_.outputs[state + 1].name))
        number_of_run_.insert(body_.inputs[state + 2].name);
    }
  }

  [[nodiscard]] bool adds_one(const std::string& before, const std::string& after) const {
    return std::ranges::any_of(body_.nodes, [&](const Node& node) {
      if (node.op_type != "Add" || node.outputs.front() != after || node.inputs.size() != 2) return false;
      const std::string& other = node.inputs[node.inputs[0] == before ? 1 : 0];
      const auto one = body_.constants.find(other);
      const Tensor* tensor = one != body_.constants.end() ? &one->second : captured(other);
      return (node.inputs[0] == before || node.inputs[1] == before) && tensor != nullptr &&
             !tensor->is_float() && tensor->integers().size() == 1 && tensor->integers().front() == 1;
    });
  }

  [[nodiscard]] const Tensor* captured(const std::string& name) const {
    for (std::size_t input = 0; input < body_.inputs.size(); ++input)
      if (body_.inputs[input].name == name) {
        const Item* item = walk_.find(node_, input);
        return item != nullptr && item->is_constant ? &item->tensor : nullptr;
      }
    return nullptr;
  }

  Result<std::map<std::string, Tensor>> run_once(const std::map<std::string, Tensor>& states,
                                                 std::int64_t number) const {
    std::map<std::string, Tensor> values = states;
    values[body_.inputs[0].name] = Tensor{{}, std::vector<std::int64_t>{number}};
    values[body_.inputs[1].name] = Tensor{{}, std::vector<std::int64_t>{1}};
    for (const Node& node : body_.nodes) {
      OperatorCall call{node, body_.operator_set, {}};
      bool is_known = true;
      for (const std::string& input : node.inputs) {
        const auto value = values.find(input);
        const auto constant = body_.constants.find(input);
        const Tensor* tensor = input.empty()                       ? nullptr
                               : value != values.end()             ? &value->second
                               : constant != body_.constants.end() ? &constant->second
                                                                   : captured(input);
        is_known =
            is_known && (input.empty() || tensor != nullptr) && (input.empty() || counted_.contains(input));
        call.inputs.push_back(tensor);
      }
      if (!is_known) continue;
      FIXGATE_ASSIGN(Outputs outputs, evaluate(call));
      for (std::size_t output = 0; output < node.outputs.size(); ++output)
        values[node.outputs[output]] = std::move(outputs[output]);
    }
    return values;
  }

  Walk& walk_;
  const Node& node_;
  const Graph& body_;
  std::set<std::string> counted_;
  std::set<std::string> number_of_run_;
};

/// Gathers of the run's own step out of sequences that the body captures become slices.
Result<void> take_slices(Walk& walk, const Node& node, const Counting& counting, std::int64_t runs,
                         StepBody& steps) {
  const std::size_t first = node.inputs.size() - node.captured;
  const std::size_t own = steps.body.inputs.size() - node.captured;
  std::vector<Node> kept;
  for (const Node& within : steps.body.nodes) {
    const bool counts = std::ranges::all_of(
        within.outputs, [&](const std::string& output) { return counting.is_counted(output); });
    if (counts) continue;
    const bool picks = within.op_type == "Gather" && counting.is_number_of_run(within.inputs[1]);
    if (!picks) {
      kept.push_back(within);
      continue;
    }
    FIXGATE_ASSIGN(const std::int64_t axis, attribute_or<std::int64_t>(within, "axis", 0));
    for (std::size_t number = 0; number < node.captured; ++number) {
      if (steps.body.inputs[own + number].name != within.inputs[0]) continue;
      FIXGATE_ASSIGN(Item whole, input_item(walk, node, first + number));
      if (axis < 0 || axis >= static_cast<std::int64_t>(whole.tensor.shape.size()) ||
          whole.tensor.shape[static_cast<std::size_t>(axis)] != runs)
        return fail("it runs {} times, over a sequence of another length", runs);
      steps.slices.push_back({std::move(whole), static_cast<std::size_t>(axis), within.outputs.front()});
    }
  }
  steps.body.nodes = std::move(kept);
  return {};
}

}  // namespace

Result<void> lower_loop(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const auto body, find_attribute<Body>(node, "body"));
  if (!body || *body == nullptr) return fail("it has no body");
  const std::size_t given = node.inputs.size() - node.captured;
  if (given < 2 || (*body)->inputs.size() != node.inputs.size() || (*body)->outputs.size() < given - 1)
    return fail("its body has {} inputs and {} outputs", (*body)->inputs.size(), (*body)->outputs.size());
  for (const std::size_t input : {std::size_t{0}, std::size_t{1}})
    if (const Item* item = walk.find(node, input); item != nullptr && !item->is_constant)
      return fail("how often it runs depends on data; this is not supported");
  StepBody steps;
  steps.body = **body;
  Counting counting(walk, node, **body);
  FIXGATE_ASSIGN(const std::int64_t runs, counting.runs());
  FIXGATE_CHECK(take_slices(walk, node, counting, runs, steps));
  for (std::size_t input = 2; input < given; ++input) {
    const std::string& before = steps.body.inputs[input].name;
    if (counting.is_counted(before)) continue;
    FIXGATE_ASSIGN(Item initial, input_item(walk, node, input));
    FIXGATE_CHECK(add_state(
        walk, node, {before, steps.body.outputs[input - 1].name, std::move(initial), input - 2}, steps));
  }
  for (std::size_t output = given - 1; output < steps.body.outputs.size(); ++output)
    steps.results.push_back({steps.body.outputs[output].name, output - 1, 0});
  FIXGATE_CHECK(add_captured(walk, node, steps));
  return StepRun(walk, node, steps).run();
}

}  // namespace fixgate::lowering
