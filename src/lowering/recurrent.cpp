// LSTM, GRU and RNN nodes.
#include <algorithm>

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/rnn.h"
#include "lowering/operators.h"
#include "network/operators/operators.h"
#include "network/recurrent_attributes.h"
#include "network/recurrent_shapes.h"

namespace fixgate::lowering {
namespace {

using program::ClockId;
using program::LayerBuilder;
using program::Program;
using program::ValueId;

/// What one node's tensors say.
struct Numbers {
  RecurrentAttributes attributes;
  const Tensor* weights = nullptr;    // W [directions, gates * hidden, inputs]
  const Tensor* recurrent = nullptr;  // R [directions, gates * hidden, hidden]
  const Tensor* bias = nullptr;       // B [directions, 2 * gates * hidden], or none
  const Tensor* peepholes = nullptr;  // P [directions, 3 * hidden], or none
  int inputs = 0;
  int hidden = 0;
};

/// Where the steps of a node run.
struct Steps {
  Frame frame;       // of X, which the values around the node belong to
  ClockId clock{0};  // of the cells
  ValueId input{0};  // X, on the cells' clock
  std::size_t sequence_axis = 0;
  std::int64_t count = 1;  // of steps
  int positions = 1;       // cells of the same weights side by side
  bool is_inner = false;   // the steps lie within a tick of the frame's clock
};

/// One direction's states at every step, as codes [steps, positions or sequences, hidden].
struct Direction {
  ValueId hidden{0};
  std::optional<ValueId> cell = std::nullopt;
  bool is_reverse = false;
};

bool is_given(const Node& node, std::size_t input) {
  return input < node.inputs.size() && !node.inputs[input].empty();
}

Result<Tensor> transposed(const Tensor& codes, std::vector<std::int64_t> order) {
  const Node node{"transpose", "Transpose", {"x"}, {"y"}, {{"perm", std::move(order)}}};
  OperatorCall call{node, 13, {&codes}};
  FIXGATE_ASSIGN(Outputs outputs, evaluate(call));
  return std::move(outputs.front());
}

Result<Tensor> reversed(const Tensor& codes) {
  Tensor result = codes;
  const std::int64_t steps = codes.shape[0];
  const std::int64_t run = element_count(codes.shape) / std::max<std::int64_t>(steps, 1);
  for (std::int64_t step = 0; step < steps; ++step)
    std::copy_n(codes.integers().begin() + step * run, run,
                result.integers().begin() + (steps - 1 - step) * run);
  return result;
}

Result<Numbers> numbers_of(Walk& walk, const Node& node, const Shape& x) {
  Numbers numbers;
  FIXGATE_ASSIGN(numbers.attributes, parse_recurrent_attributes(node));
  FIXGATE_ASSIGN(numbers.weights, walk.constant(node, kW));
  FIXGATE_ASSIGN(numbers.recurrent, walk.constant(node, kR));
  if (is_given(node, kB)) {
    FIXGATE_ASSIGN(numbers.bias, walk.constant(node, kB));
  }
  if (is_given(node, kPeepholes)) {
    FIXGATE_ASSIGN(numbers.peepholes, walk.constant(node, kPeepholes));
  }
  for (const Tensor* tensor : {numbers.weights, numbers.recurrent, numbers.bias, numbers.peepholes})
    if (tensor != nullptr && !tensor->is_float()) return fail("an input of an integer type");
  FIXGATE_ASSIGN(const RecurrentExtent extent,
                 check_recurrent_shapes(numbers.attributes, [&](std::size_t input) -> const Shape* {
                   if (input == kX) return &x;
                   const Item* item = walk.find(node, input);
                   return item == nullptr ? nullptr : &item->tensor.shape;
                 }));
  numbers.inputs = static_cast<int>(extent.inputs);
  numbers.hidden = static_cast<int>(extent.hidden);
  if (numbers.peepholes != nullptr &&
      std::ranges::all_of(numbers.peepholes->floats(), [](float p) { return p == 0; }))
    numbers.peepholes = nullptr;
  return numbers;
}

/// Lengths are those of the whole sequences: a graph input, which a program has no need of, or constants.
Result<void> check_lengths(Walk& walk, const Node& node, std::int64_t steps) {
  const Item* lengths = walk.find(node, kSequenceLengths);
  if (lengths == nullptr) return {};
  if (lengths->is_constant) {
    const bool whole = !lengths->tensor.is_float() &&
                       std::ranges::all_of(lengths->tensor.integers(), [&](auto n) { return n == steps; });
    return whole ? Result<void>{} : fail("input 'sequence_lens' is not the number of steps, {}", steps);
  }
  for (const std::int64_t code : lengths->tensor.integers()) {
    const Source source = walk.sources().source(code);
    if (!source.value || walk.program().values[*source.value].layer)
      return fail("input 'sequence_lens' is computed; a graph input is supported");
  }
  return {};
}

/// The features of X in rows of positions, and where its steps run.
Result<Steps> steps_of(Walk& walk, const Node& node, const Tensor& x, const Item& item) {
  Steps steps;
  steps.count = x.shape[0];
  std::vector<std::size_t> kept{2};
  FIXGATE_ASSIGN(const Placed first, walk.framer().place({&x}, kept));
  const bool is_time = first.frame.time == std::size_t{0};
  const bool has_sequences = first.frame.sequences == std::size_t{1} || first.frame.time == std::size_t{1};
  if (!has_sequences && x.shape[1] > 1) kept = {1, 2};
  // Along an inner axis, and where one vector is repeated.
  const bool differs = std::ranges::count(first.frame.features, std::size_t{0}) > 0;
  const bool is_across = first.frame.time == std::size_t{1};  // the steps of the data are its batch
  if (is_across && steps.count != 1 && !differs)
    return fail("its steps are not those of the data, which run along its batch axis");
  if (!is_time && differs && steps.count > 1) kept.insert(kept.begin(), 0);
  FIXGATE_ASSIGN(Placed placed, walk.framer().place({&x}, kept));
  steps.frame = placed.frame;
  steps.positions = has_sequences ? 1 : static_cast<int>(x.shape[1]);
  FIXGATE_ASSIGN(steps.input, walk.value(placed.frame, placed.operands.front(), item));
  steps.clock = placed.frame.clock;
  if (is_time || (steps.count == 1 && !is_across)) return steps;
  if (!differs && !is_across) {
    for (const ClockId clock : walk.clocks())
      if (walk.framer().ticks(clock) == steps.count) {
        steps.clock = clock;
        steps.frame.clock = clock;
        steps.frame.time = 0;
        return steps;
      }
  }
  steps.is_inner = true;
  steps.clock = walk.framer().inner(placed.frame.clock, static_cast<int>(steps.count));
  if (!differs) return steps;
  LayerBuilder blocks = walk.named_layer(node.name + "_steps", "a part at each inner step", steps.clock);
  const ValueId out = blocks.value("out", steps.frame.size() / static_cast<int>(steps.count),
                                   walk.program().values[steps.input].role);
  blocks.add(program::Block{out, {steps.input}});
  steps.input = out;
  return steps;
}

/// Rows of one gate out of [directions, gates * hidden, columns].
FloatMatrix gate_rows(const Tensor& tensor, std::size_t direction, std::size_t gate, int hidden) {
  const std::int64_t columns = tensor.shape[2];
  const std::int64_t first =
      static_cast<std::int64_t>(direction) * tensor.shape[1] + static_cast<std::int64_t>(gate) * hidden;
  return Eigen::Map<const FloatMatrix>(tensor.floats().data() + first * columns, hidden, columns);
}

/// `hidden` numbers from `first` on out of one direction's row.
Eigen::VectorXd part(const Tensor& tensor, std::size_t direction, std::int64_t first, int hidden) {
  const float* start =
      tensor.floats().data() + static_cast<std::int64_t>(direction) * tensor.shape[1] + first;
  return Eigen::Map<const FloatVector>(start, hidden).cast<double>();
}

class CellWriter {
 public:
  CellWriter(Walk& walk, const Numbers& numbers, const Steps& steps, std::string name)
      : walk_(walk), numbers_(numbers), steps_(steps), name_(std::move(name)) {}

  Direction write(std::size_t direction, bool is_reverse) {
    const RecurrentAttributes& attributes = numbers_.attributes;
    std::string name = name_;
    if (attributes.directions() == 2) name += is_reverse ? ".reverse" : ".forward";
    const cells::RecurrentShape shape{
        {name, fmt::format("{}, {} -> {}", to_text(attributes.kind), numbers_.inputs, numbers_.hidden),
         steps_.clock, is_reverse},
        steps_.input,
        numbers_.inputs,
        numbers_.hidden,
        false,
        steps_.positions};
    Program& program = walk_.program();
    const ValueId hidden = add(shape, direction);
    store_numbers(direction);
    Direction made{hidden, std::nullopt, is_reverse};
    for (const program::State& state : program.states)
      if (program.values[state.value].layer == program.values[hidden].layer && state.value != hidden)
        made.cell = state.value;
    return made;
  }

 private:
  ValueId add(const cells::RecurrentShape& shape, std::size_t direction) {
    const RecurrentAttributes& attributes = numbers_.attributes;
    const auto& functions = attributes.activations[direction];
    Program& program = walk_.program();
    if (attributes.kind == CellKind::Lstm) {
      cells::LstmAttributes lstm{functions[0], functions[1], functions[2]};
      lstm.has_bias = {true, true, true, true};
      lstm.has_peepholes = numbers_.peepholes != nullptr;
      lstm.has_clip = attributes.clip.has_value();
      lstm.input_forget = attributes.input_forget;
      return cells::add_lstm(program, shape, lstm);
    }
    if (attributes.kind == CellKind::Gru) {
      cells::GruAttributes gru{attributes.linear_before_reset, functions[0], functions[1]};
      gru.has_bias = {true, true, true};
      gru.has_recurrent_bias = attributes.linear_before_reset;
      return cells::add_gru(program, shape, gru);
    }
    return cells::add_rnn(program, shape, {functions[0], true});
  }

  [[nodiscard]] std::size_t gate_of(const std::string& letter) const {
    const auto names = gate_names(numbers_.attributes.kind);
    return static_cast<std::size_t>(std::ranges::find(names, letter) - names.begin());
  }

  /// The numbers of the layer that was added last, by the names that src/cells gives.
  void store_numbers(std::size_t direction) {
    const Program& program = walk_.program();
    auto& network = walk_.draft().network;
    for (std::size_t m = network.weights.size(); m < program.matrices.size(); ++m)
      network.weights.add(std::make_shared<const FloatMatrix>(
          weights_of(program.matrices[program::MatrixId(m)].name, direction)));
    for (std::size_t c = network.constants.size(); c < program.constants.size(); ++c)
      network.constants.add(constant_of(program.constants[program::ConstantId(c)].name, direction));
    while (network.initial.size() < program.states.size()) network.initial.add({});
  }

  [[nodiscard]] FloatMatrix weights_of(const std::string& name, std::size_t direction) const {
    const std::size_t gate = gate_of(name.substr(2));
    if (name.starts_with("P_")) {
      const std::int64_t place = std::int64_t{static_cast<std::int64_t>(gate)} * numbers_.hidden;
      return part(*numbers_.peepholes, direction, place, numbers_.hidden).cast<float>();
    }
    return gate_rows(name.starts_with("W_") ? *numbers_.weights : *numbers_.recurrent, direction, gate,
                     numbers_.hidden);
  }

  [[nodiscard]] Eigen::VectorXd constant_of(const std::string& name, std::size_t direction) const {
    if (name == "one") return Eigen::VectorXd::Ones(1);
    if (name == "clip") return Eigen::VectorXd::Constant(1, *numbers_.attributes.clip);
    if (name == "minus_clip") return Eigen::VectorXd::Constant(1, -*numbers_.attributes.clip);
    const bool is_recurrent = name == "b_rec";
    const std::size_t gate = is_recurrent ? 2 : gate_of(name.substr(2));
    if (numbers_.bias == nullptr) return Eigen::VectorXd::Zero(numbers_.hidden);
    const std::int64_t first = std::int64_t{static_cast<std::int64_t>(gate)} * numbers_.hidden;
    const std::int64_t rows = numbers_.attributes.gates() * numbers_.hidden;
    const Eigen::VectorXd input = part(*numbers_.bias, direction, first, numbers_.hidden);
    const Eigen::VectorXd recurrent = part(*numbers_.bias, direction, rows + first, numbers_.hidden);
    if (is_recurrent) return recurrent;
    const bool is_apart = numbers_.attributes.linear_before_reset && name == "b_h";
    return is_apart ? input : Eigen::VectorXd(input + recurrent);
  }

  Walk& walk_;
  const Numbers& numbers_;
  const Steps& steps_;
  std::string name_;
};

/// The inner steps of a value as one vector on the clock around them.
ValueId joined(Walk& walk, const Steps& steps, ValueId value, const std::string& name) {
  LayerBuilder layer = walk.named_layer(name, "all inner steps", steps.frame.clock);
  const program::Value& inner = walk.program().values[value];
  const ValueId out =
      layer.value("out", inner.size * static_cast<int>(steps.count), walk.program().values[value].role);
  layer.add(program::Join{out, {value}});
  return out;
}

/// What a state input or constants make the first state: [positions or sequences, hidden] of one direction.
class InitialStates {
 public:
  InitialStates(Walk& walk, const Node& node, const Numbers& numbers, const Steps& steps)
      : walk_(walk), node_(node), numbers_(numbers), steps_(steps) {}

  /// `joined` holds the states of all inner steps; else it is `state`.
  Result<void> set(std::size_t input, std::size_t direction, const Direction& made, ValueId state,
                   ValueId joined) {
    program::Program& program = walk_.program();
    const program::StateId id = *program::state_of(program, state);
    if (steps_.is_inner) program.states[id].is_fresh = true;
    const Item* item = walk_.find(node_, input);
    if (item == nullptr) return {};
    FIXGATE_CHECK(walk_.data(node_, input));
    Tensor codes = walk_.codes(*item);
    if (numbers_.attributes.layout == 1) {
      FIXGATE_ASSIGN(codes, transposed(codes, {1, 0, 2}));
    }
    std::vector<Source> sources;
    FIXGATE_ASSIGN(sources, sources_of(codes, direction));
    if (std::ranges::none_of(sources, [](const Source& source) { return source.value.has_value(); })) {
      FloatVector numbers(static_cast<Eigen::Index>(sources.size()));
      for (std::size_t e = 0; e < sources.size(); ++e)
        numbers[static_cast<Eigen::Index>(e)] = sources[e].number;
      if (!numbers.isZero(0)) walk_.draft().network.initial[id] = std::move(numbers);
      return {};
    }
    if (std::ranges::all_of(sources, [&](const Source& source) { return is_state(source); })) {
      expect(sources, made, id, joined);
      return {};
    }
    return start_from(codes, direction, made, state, *item);
  }

 private:
  [[nodiscard]] bool is_state(const Source& source) const {
    return std::ranges::any_of(walk_.draft().state_inputs,
                               [&](const auto& input) { return source.value == input.second; });
  }

  Result<std::vector<Source>> sources_of(const Tensor& codes, std::size_t direction) const {
    const std::int64_t rows = codes.shape[1];
    const std::int64_t hidden = codes.shape[2];
    std::vector<Source> sources;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t unit = 0; unit < hidden; ++unit) {
        const std::int64_t at = (static_cast<std::int64_t>(direction) * rows + row) * hidden + unit;
        const Source source = walk_.sources().source(codes.integers()[static_cast<std::size_t>(at)]);
        if (row < steps_.positions) {
          sources.push_back(source);
          continue;
        }
        const Source& first = sources[static_cast<std::size_t>(unit)];
        if (first.value != source.value || first.element != source.element || first.number != source.number)
          return fail("an initial state that differs within the batch is not supported");
      }
    return sources;
  }

  void expect(const std::vector<Source>& sources, const Direction& made, program::StateId id,
              ValueId joined) {
    program::Program& program = walk_.program();
    program.states[id].is_fresh = false;
    const ValueId value = steps_.is_inner ? joined : program.states[id].value;
    const int last = made.is_reverse ? 0 : static_cast<int>(steps_.count) - 1;
    const int first = steps_.is_inner ? last * static_cast<int>(sources.size()) : 0;
    for (std::size_t element = 0; element < sources.size(); ++element)
      walk_.draft().state_uses.push_back({*sources[element].value, sources[element].element, value,
                                          first + static_cast<int>(element), 1,
                                          made.is_reverse && !steps_.is_inner});
    walk_.draft().initial_uses.push_back(
        {id, value, *sources.front().value, made.is_reverse && !steps_.is_inner});
  }

  /// A state that the network computes: read in place of the state before, where there is one step.
  Result<void> start_from(const Tensor& codes, std::size_t direction, const Direction& made, ValueId state,
                          const Item& item) {
    const Node node{"gather", "Gather", {"x", "i"}, {"y"}, {{"axis", std::int64_t{0}}}};
    const Tensor index{{}, std::vector<std::int64_t>{static_cast<std::int64_t>(direction)}};
    OperatorCall call{node, 13, {&codes, &index}};
    FIXGATE_ASSIGN(const Outputs picked, evaluate(call));
    FIXGATE_ASSIGN(Placed placed, walk_.framer().place({&picked.front()}, steps_.positions > 1
                                                                              ? std::vector<std::size_t>{0, 1}
                                                                              : std::vector<std::size_t>{1}));
    if (steps_.count != 1 && (steps_.is_inner || made.is_reverse))
      return fail(
          "an initial state that the network computes is supported for layers that run forward alone");
    FIXGATE_ASSIGN(ValueId first, walk_.value(placed.frame, placed.operands.front(), item));
    if (steps_.count != 1)
      first = at_the_first_step(first, state);
    else if (placed.frame.clock != steps_.clock)
      return fail("an initial state of other steps is not supported");
    walk_.draft().replaced_states.emplace(state, first);
    return {};
  }

  /// `first` where the state before would be that of no step: state[t-1] + is_first * first. What is 1 at every
  /// step is 0 before the first one.
  ValueId at_the_first_step(ValueId first, ValueId state) {
    const int size = walk_.program().values[state].size;
    LayerBuilder flags =
        walk_.named_layer(node_.name + "_started", "whether a step was before", steps_.clock);
    const auto one = flags.constant("one", 1);
    walk_.draft().add_constant(one, Eigen::VectorXd::Ones(1));
    const ValueId started = flags.value("started", 1, SignalRole::Dense);
    flags.sum(started, program::constant(one));
    const ValueId is_first = flags.value("is_first", 1, SignalRole::Dense);
    flags.sum(is_first, program::constant(one) - program::before(started));
    const ValueId all = flags.value("all", size, SignalRole::Dense);
    flags.add(program::View{all, {is_first}, 0, {size}, {0}});
    LayerBuilder layer = walk_.named_layer(node_.name + "_before", "the state before", steps_.clock);
    const ValueId before = layer.value("before", size, walk_.program().values[state].role);
    layer.sum(before, program::before(state) + program::now(all) * program::now(first));
    return before;
  }

  Walk& walk_;
  const Node& node_;
  const Numbers& numbers_;
  const Steps& steps_;
};

/// The node's outputs as codes.
class OutputCodes {
 public:
  OutputCodes(Walk& walk, const Node& node, const Numbers& numbers, const Steps& steps, const Shape& x)
      : walk_(walk), node_(node), numbers_(numbers), steps_(steps), rows_(x[1]) {}

  /// `values` are one a direction: h or c, joined where the steps are inner.
  Result<void> put_steps(const std::vector<ValueId>& values, bool is_flipped) {
    const auto directions = static_cast<std::int64_t>(values.size());
    Tensor codes{{steps_.count, directions, rows_, numbers_.hidden}, std::vector<std::int64_t>()};
    for (std::int64_t step = 0; step < steps_.count; ++step)
      for (const ValueId value : values)
        for (std::int64_t row = 0; row < rows_; ++row)
          for (int unit = 0; unit < numbers_.hidden; ++unit)
            codes.integers().push_back(code(value, step, row, unit));
    if (is_flipped) {
      FIXGATE_ASSIGN(codes, reversed(codes));
    }
    if (numbers_.attributes.layout == 1) {
      FIXGATE_ASSIGN(codes, transposed(codes, {2, 0, 1, 3}));
    }
    walk_.put_codes(node_, std::move(codes), 0);
    return {};
  }

  Result<void> put_final(std::size_t output, const std::vector<ValueId>& values,
                         const std::vector<Direction>& directions) {
    Tensor codes{{static_cast<std::int64_t>(values.size()), rows_, numbers_.hidden},
                 std::vector<std::int64_t>()};
    for (std::size_t direction = 0; direction < values.size(); ++direction)
      for (std::int64_t row = 0; row < rows_; ++row)
        for (int unit = 0; unit < numbers_.hidden; ++unit) {
          const std::int64_t step = directions[direction].is_reverse ? 0 : steps_.count - 1;
          codes.integers().push_back(code(values[direction], step, row, unit));
        }
    if (numbers_.attributes.layout == 1) {
      FIXGATE_ASSIGN(codes, transposed(codes, {1, 0, 2}));
    }
    walk_.put(node_, output, {std::move(codes), false, node_.name, true});
    return {};
  }

 private:
  [[nodiscard]] std::int64_t code(ValueId value, std::int64_t step, std::int64_t row, int unit) const {
    const auto position = steps_.positions > 1 ? static_cast<int>(row) : 0;
    const int element = position * numbers_.hidden + unit;
    const std::int64_t along = steps_.frame.time == std::size_t{1} ? row : 0;
    const std::int64_t sequence = steps_.frame.sequences ? row : 0;
    if (!steps_.is_inner)
      return walk_.sources().code(value, steps_.frame.time == std::size_t{0} ? step : along, sequence,
                                  element);
    const int width = steps_.positions * numbers_.hidden;
    return walk_.sources().code(value, along, sequence, static_cast<int>(step) * width + element);
  }

  Walk& walk_;
  const Node& node_;
  const Numbers& numbers_;
  const Steps& steps_;
  std::int64_t rows_;
};

/// Whether the steps of X are those of a value from the last to the first.
bool runs_backwards(Walk& walk, const Tensor& x) {
  if (x.shape[0] < 2) return false;
  const std::int64_t run = element_count(x.shape) / x.shape[0];
  const Source first = walk.sources().source(x.integers().front());
  const Source second = walk.sources().source(x.integers()[static_cast<std::size_t>(run)]);
  return first.value && first.value == second.value && second.tick < first.tick;
}

/// Both directions' h side by side, as layers after a bidirectional one read them.
void add_both(Walk& walk, const std::string& name, const Steps& steps, const std::vector<ValueId>& values) {
  if (values.size() != 2 || steps.is_inner || steps.positions > 1) return;
  Atoms atoms;
  for (const ValueId value : values)
    for (int element = 0; element < walk.program().values[value].size; ++element)
      atoms.push_back({value, {}, element, 0});
  walk.move(steps.clock, atoms, name, "both directions", "h");
}

}  // namespace

Result<void> lower_recurrent(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, kX));
  Tensor x = walk.codes(*item);
  FIXGATE_ASSIGN(Numbers numbers, numbers_of(walk, node, x.shape));
  if (numbers.attributes.layout == 1) {
    FIXGATE_ASSIGN(x, transposed(x, {1, 0, 2}));
  }
  const bool is_flipped = runs_backwards(walk, x);
  if (is_flipped) {
    FIXGATE_ASSIGN(x, reversed(x));
  }
  if (element_count(x.shape) == 0) return fail("a sequence without steps");
  FIXGATE_CHECK(check_lengths(walk, node, x.shape[0]));
  if (numbers.attributes.clip && numbers.attributes.kind != CellKind::Lstm)
    return fail("attribute 'clip' is supported for LSTM alone");
  const Item named = *item;
  FIXGATE_ASSIGN(const Steps steps, steps_of(walk, node, x, named));
  const std::string name = walk.draft().layer_name(node.name);
  CellWriter writer(walk, numbers, steps, name);
  InitialStates initial(walk, node, numbers, steps);
  std::vector<Direction> directions;
  std::vector<ValueId> hidden;
  std::vector<ValueId> cells;
  for (std::size_t direction = 0; direction < numbers.attributes.directions(); ++direction) {
    const bool is_reverse = numbers.attributes.direction == RecurrentDirection::Reverse || direction == 1;
    directions.push_back(writer.write(direction, is_reverse != is_flipped));
    const Direction& made = directions.back();
    hidden.push_back(made.hidden);
    if (steps.is_inner) hidden.back() = joined(walk, steps, made.hidden, name + "_joined");
    walk.trace(hidden.back(), steps.frame);
    FIXGATE_CHECK(initial.set(kInitialHidden, direction, made, made.hidden, hidden.back()));
    if (!made.cell) continue;
    cells.push_back(*made.cell);
    if (steps.is_inner) cells.back() = joined(walk, steps, *made.cell, name + "_cells");
    walk.trace(cells.back(), steps.frame);
    FIXGATE_CHECK(initial.set(kInitialCell, direction, made, *made.cell, cells.back()));
  }
  add_both(walk, name, steps, hidden);
  OutputCodes outputs(walk, node, numbers, steps, x.shape);
  FIXGATE_CHECK(outputs.put_steps(hidden, is_flipped));
  FIXGATE_CHECK(outputs.put_final(1, hidden, directions));
  return cells.empty() ? Result<void>{} : outputs.put_final(2, cells, directions);
}

}  // namespace fixgate::lowering
