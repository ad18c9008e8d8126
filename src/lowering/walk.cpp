#include "lowering/walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "lowering/operators.h"
#include "lowering/states.h"
#include "network/operators/operators.h"
#include "program/verify.h"

namespace fixgate::lowering {
namespace {

using program::ClockId;
using program::ClockKind;
using program::Read;
using program::Tick;
using program::ValueId;

bool is_end(const Atom& atom) {
  return atom.value && atom.tick.from != Tick::From::Here;
}

/// Whether the atoms are all of a value, in order, at one tick.
std::optional<Read> whole_value(const program::Program& program, const Atoms& atoms) {
  if (atoms.empty() || !atoms.front().value) return std::nullopt;
  const ValueId value = *atoms.front().value;
  if (program.values[value].size != static_cast<int>(atoms.size())) return std::nullopt;
  for (std::size_t element = 0; element < atoms.size(); ++element)
    if (atoms[element] != Atom{value, atoms.front().tick, static_cast<int>(element), 0}) return std::nullopt;
  return Read{value, atoms.front().tick};
}

std::string without_direction(std::string layer) {
  for (const char* ending : {".forward", ".reverse"})
    if (layer.ends_with(ending)) layer.erase(layer.size() - std::string(ending).size());
  return layer;
}

}  // namespace

const Item* Walk::find(const Node& node, std::size_t input) const {
  if (input >= node.inputs.size() || node.inputs[input].empty()) return nullptr;
  const auto found = items_.find(node.inputs[input]);
  return found == items_.end() ? nullptr : &found->second;
}

Result<const Tensor*> Walk::constant(const Node& node, std::size_t input) const {
  const Item* item = find(node, input);
  if (item == nullptr) return fail("input {} is missing", input);
  if (!item->is_constant) return fail("input {} is not constant; this is not supported", input);
  return &item->tensor;
}

Result<const Item*> Walk::data(const Node& node, std::size_t input) const {
  const Item* item = find(node, input);
  if (item == nullptr) return fail("input {} is missing", input);
  if (!item->functions.empty())
    return fail("follows a {}, which is supported at the very end only", item->functions.back());
  return item;
}

Tensor Walk::codes(const Item& item) {
  return item.is_constant ? sources_.codes_of(item.tensor) : item.tensor;
}

void Walk::put(const Node& node, std::size_t output, Item item) {
  if (output < node.outputs.size() && !node.outputs[output].empty())
    items_.insert_or_assign(node.outputs[output], std::move(item));
}

void Walk::put_codes(const Node& node, Tensor codes, std::size_t output) {
  put(node, output, {std::move(codes), false, node.name});
}

program::LayerBuilder Walk::layer(const Node& node, std::string label, ClockId clock) {
  return named_layer(node.name, std::move(label), clock);
}

program::LayerBuilder Walk::named_layer(std::string name, std::string label, ClockId clock) {
  return {program(), {draft_.layer_name(name), std::move(label), clock}};
}

void Walk::trace(ValueId value, const Frame& frame) {
  sources_.add(value, {framer_.ticks(program().values[value].clock), frame.sequence_count(),
                       program().values[value].size});
}

ValueId Walk::move(ClockId clock, const Atoms& atoms, std::string layer, std::string label,
                   std::string name) {
  for (const auto& [other_clock, value] : moved_)
    if (other_clock == clock && draft_.moves.at(value) == atoms) return value;
  SignalRole role = SignalRole::Dense;
  for (const Atom& atom : atoms)
    if (atom.value) {
      role = program().values[*atom.value].role;
      break;
    }
  program::LayerBuilder builder(program(), {std::move(layer), std::move(label), clock});
  const ValueId value = builder.value(std::move(name), static_cast<int>(atoms.size()), role);
  draft_.moves.emplace(value, atoms);
  moved_.emplace_back(clock, value);
  return value;
}

std::string Walk::name_of_move(const Frame& frame, const Atoms& atoms, const Item& named,
                               std::string& label) {
  const auto is_last = [](const Atom& atom) { return is_end(atom); };
  if (program().clocks[frame.clock].kind == ClockKind::Once && std::ranges::all_of(atoms, is_last)) {
    const program::Value& first = program().values[*atoms.front().value];
    std::string source = first.layer ? without_direction(program().layers[*first.layer].name) : first.name;
    const bool is_both =
        std::ranges::any_of(atoms, [&](const Atom& atom) { return atom.value != atoms.front().value; });
    label = is_both ? "each cell's final hidden state" : "the last step";
    return draft_.layer_name(source + (named.is_final ? "_final" : "_last"));
  }
  label = "moved elements";
  return draft_.layer_name(named.maker.empty() ? "moved" : named.maker);
}

// Ends of a sequence as values that exist once, so that a layer of other steps can read them.
Result<Atoms> Walk::without_ends(const Frame& frame, Atoms atoms, const Item& named) {
  if (program().clocks[frame.clock].kind == ClockKind::Once || std::ranges::none_of(atoms, is_end))
    return atoms;
  Atoms ends;
  std::ranges::copy_if(atoms, std::back_inserter(ends), is_end);
  const ClockId parent = program().values[*ends.front().value].clock;
  Frame once;
  once.clock = framer_.once(parent);
  for (const Atom& atom : ends)
    if (program().values[*atom.value].clock != parent) return fail("ends of different sequences meet");
  FIXGATE_ASSIGN(const ValueId moved, value(once, ends, named));
  int element = 0;
  for (Atom& atom : atoms)
    if (is_end(atom)) atom = {moved, {}, element++, 0};
  return atoms;
}

Result<Read> Walk::read(const Frame& frame, Atoms atoms, const Item& named) {
  FIXGATE_ASSIGN(atoms, without_ends(frame, std::move(atoms), named));
  if (const auto whole = whole_value(program(), atoms))
    if (program().clocks[frame.clock].kind != ClockKind::Once || whole->tick.from == Tick::From::Here)
      return *whole;
  // The last steps of several values that are put together at every step, too.
  if (program().clocks[frame.clock].kind == ClockKind::Once) {
    Atoms every_step = atoms;
    for (Atom& atom : every_step) atom.tick = {};
    for (const auto& [clock, value] : moved_)
      if (program().clocks[frame.clock].parent == clock && draft_.moves.at(value) == every_step &&
          std::ranges::all_of(atoms, [&](const Atom& atom) { return atom.tick == atoms.front().tick; }))
        for (std::size_t element = 0; element < atoms.size(); ++element)
          atoms[element] = {value, atoms[element].tick, static_cast<int>(element), 0};
  }
  for (const auto& [clock, value] : moved_)
    if (clock == frame.clock && draft_.moves.at(value) == atoms) return Read{value};
  std::string label;
  std::string name = name_of_move(frame, atoms, named, label);
  return Read{move(frame.clock, atoms, std::move(name), std::move(label), "out")};
}

Result<ValueId> Walk::value(const Frame& frame, Atoms atoms, const Item& named) {
  FIXGATE_ASSIGN(const Read direct, read(frame, std::move(atoms), named));
  const ClockId own = program().values[direct.value].clock;
  const bool is_here = own == frame.clock || program().clocks[own].kind == ClockKind::Once;
  if (direct.tick == Tick{} && is_here) return direct.value;
  Atoms again;
  for (int element = 0; element < program().values[direct.value].size; ++element)
    again.push_back({direct.value, direct.tick, element, 0});
  std::string label = "at another step";
  return move(frame.clock, again, draft_.layer_name(named.maker.empty() ? "moved" : named.maker),
              std::move(label), "out");
}

Result<std::vector<Tensor>> Walk::run_on_codes(const Node& node, const std::vector<std::size_t>& data) {
  std::vector<Tensor> held;
  held.reserve(node.inputs.size());
  OperatorCall call{node, graph_.operator_set, {}};
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    const Item* item = find(node, input);
    const bool is_data = std::ranges::find(data, input) != data.end();
    if (item == nullptr) {
      call.inputs.push_back(nullptr);
    } else if (is_data) {
      held.push_back(codes(*item));
      call.inputs.push_back(&held.back());
    } else {
      if (!item->is_constant) return fail("input {} is not constant; this is not supported", input);
      call.inputs.push_back(&item->tensor);
    }
  }
  return evaluate(call);
}

program::MatrixId Walk::tied_or_new(program::LayerBuilder& builder, const std::string& name,
                                    FloatMatrix weights) {
  for (const program::MatrixId id : program().matrices.ids()) {
    const auto& other = *draft_.network.weights[id];
    if (std::holds_alternative<program::Dense>(program().matrices[id].shape) &&
        program().matrices[id].name == "table" && other.rows() == weights.rows() &&
        other.cols() == weights.cols() && other == weights)
      return id;
  }
  const auto id = builder.matrix(name, static_cast<int>(weights.rows()), static_cast<int>(weights.cols()));
  return draft_.add_matrix(id, std::move(weights));
}

namespace {

/// What a tick of a tensor has, without the axes of steps and sequences.
void add_shape(std::vector<int>& shape, const Shape& whole, const Frame& frame) {
  for (std::size_t axis = 0; axis < whole.size(); ++axis)
    if (axis != frame.time && axis != frame.sequences) shape.push_back(static_cast<int>(whole[axis]));
}

}  // namespace

// --- the walk ---

std::string Walk::name_input(const std::string& graph_name) {
  const std::string base = identifier(graph_name);
  std::string name = base;
  for (int copy = 2; !graph_names_.emplace(name, graph_name).second; ++copy)
    name = fmt::format("{}_{}", base, copy);
  return name;
}

Result<void> Walk::enter(const GraphValue& input) {
  const ProbedInput& probed = probe_.inputs.at(input.name);
  Frame frame;
  frame.shape = probed.shape;
  frame.time = probed.time;
  frame.sequences = probed.sequences;
  for (std::size_t axis = 0; axis < probed.shape.size(); ++axis)
    if (axis != probed.time && axis != probed.sequences) frame.features.push_back(axis);
  const ClockId step = clocks_[probed.clock];
  frame.clock = probed.time || framer_.ticks(step) == 1 ? step : framer_.once(step);
  program::Value value{name_input(input.name), std::nullopt, frame.clock,
                       frame.size(),           std::nullopt, SignalRole::Input};
  if (!input.is_float) {
    value.vocabulary = 0;  // known where it is looked up
    value.role = SignalRole::Dense;
  }
  if (input.is_float) add_shape(value.shape, probed.shape, frame);
  const ValueId id = program().values.add(std::move(value));
  trace(id, frame);
  items_.emplace(input.name, Item{framer_.spread(frame, id), false, input.name});
  if (probed.may_be_state) draft_.state_inputs.emplace(input.name, id);
  return {};
}

Result<void> Walk::enter_inputs() {
  for (std::size_t number = 0; number < probe_.clocks.size(); ++number) {
    const std::string name = number == 0 ? "step" : fmt::format("step_{}", number + 1);
    const ClockId id = program().clocks.add(
        {name, ClockKind::Step, std::nullopt, 1, 0, {probe_.clocks[number].fixed, false}});
    framer_.set_ticks(id, probe_.clocks[number].ticks);
    clocks_.push_back(id);
  }
  for (const GraphValue& input : graph_.inputs) FIXGATE_CHECK(enter(input));
  for (const auto& [name, tensor] : graph_.constants) items_.emplace(name, Item{tensor});
  return {};
}

bool Walk::is_constant(const Node& node) const {
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    const Item* item = find(node, input);
    if (item != nullptr && !item->is_constant) return false;
  }
  return true;
}

Result<void> Walk::evaluate_constant(const Node& node) {
  OperatorCall call{node, graph_.operator_set, {}};
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    const Item* item = find(node, input);
    call.inputs.push_back(item == nullptr ? nullptr : &item->tensor);
  }
  FIXGATE_ASSIGN(Outputs outputs, evaluate(call));
  for (std::size_t output = 0; output < node.outputs.size(); ++output)
    put(node, output, {std::move(outputs[output])});
  return {};
}

bool Walk::reads_unknown(const Node& node) const {
  return std::ranges::any_of(node.inputs, [&](const std::string& input) { return unknown_.contains(input); });
}

Result<void> Walk::lower_by_operator(const Node& node) {
  // What follows a function that is left to the reader is left to it, too.
  const Item* first = find(node, 0);
  if (first != nullptr && !first->functions.empty() && node.op_type == "Log")
    return lower_output_function(*this, node);
  const Lowering lowering = find_lowering(node.op_type);
  if (lowering == nullptr) return fail("operator {} is not supported", node.op_type);
  return lowering(*this, node);
}

// Arithmetic on whole numbers that are graph inputs, as conditions have it.
bool Walk::leave_undecided(const Node& node) {
  if (node.op_type == "If" || node.op_type == "Loop" || node.op_type == "Scan") return false;
  std::set<std::string> inputs;
  bool is_known = find_lowering(node.op_type) != nullptr;
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    if (const auto open = undecided_.find(node.inputs[input]); open != undecided_.end()) {
      inputs.insert(open->second.begin(), open->second.end());
      is_known = false;
      continue;
    }
    const Item* item = find(node, input);
    if (item == nullptr || item->is_constant) continue;
    for (const std::int64_t code : item->tensor.integers()) {
      const Source source = sources_.source(code);
      if (!source.value || !program().values[*source.value].vocabulary) return false;
      inputs.insert("'" + program().values[*source.value].name + "'");
    }
  }
  if (is_known || inputs.empty()) return false;
  for (const std::string& output : node.outputs) undecided_[output] = inputs;
  return true;
}

std::string Walk::undecided(const std::string& value) const {
  const auto found = undecided_.find(value);
  std::string text;
  if (found == undecided_.end()) return text;
  for (const std::string& input : found->second) text += (text.empty() ? "" : ", ") + input;
  return text;
}

Result<std::map<std::string, Item>> Walk::run_nodes(const Graph& body, std::map<std::string, Item> inside) {
  for (const auto& [name, tensor] : body.constants) inside.insert_or_assign(name, Item{tensor});
  std::swap(items_, inside);
  Result<void> done;
  for (const Node& within : body.nodes) {
    done = lower(within);
    if (!done) {
      done = tl::make_unexpected(done.error().within(fixgate::describe(within)));
      break;
    }
  }
  std::swap(items_, inside);
  if (!done) return tl::make_unexpected(done.error());
  return inside;
}

Result<void> Walk::run_body(const Node& node, const Graph& body) {
  std::map<std::string, Item> inside;
  const std::size_t first = node.inputs.size() - node.captured;
  const std::size_t own = body.inputs.size() - node.captured;
  for (std::size_t input = 0; input < node.captured; ++input) {
    const Item* item = find(node, first + input);
    if (item == nullptr) return fail("'{}' is not known", node.inputs[first + input]);
    inside.emplace(body.inputs[own + input].name, *item);
  }
  FIXGATE_ASSIGN(inside, run_nodes(body, std::move(inside)));
  for (std::size_t output = 0; output < body.outputs.size(); ++output) {
    const auto found = inside.find(body.outputs[output].name);
    if (found == inside.end()) return fail("its branch does not compute '{}'", body.outputs[output].name);
    put(node, output, std::move(found->second));
  }
  return {};
}

Result<void> Walk::lower(const Node& node) {
  if (leave_undecided(node)) return {};
  if (node.captured > 0 || node.op_type == "If") return lower_by_operator(node);
  if (is_constant(node)) return evaluate_constant(node);
  FIXGATE_CHECK(check_node(node, graph_.operator_set));
  return lower_by_operator(node);
}

void Walk::refuse(const Node& node, const Error& reason) {
  const std::string prefix = fixgate::describe(node);
  refusals_.push_back(reason.message.starts_with(prefix) ? reason : reason.within(prefix));
  for (const std::string& output : node.outputs) unknown_.insert(output);
}

void Walk::run() {
  if (const auto entered = enter_inputs(); !entered) {
    refusals_.push_back(entered.error());
    return;
  }
  for (const Node& node : graph_.nodes) {
    if (reads_unknown(node)) {
      for (const std::string& output : node.outputs) unknown_.insert(output);
      if (const auto checked = check_node(node, graph_.operator_set); !checked)
        refuse(node, checked.error());
      else if (find_lowering(node.op_type) == nullptr)
        refuse(node, {fmt::format("operator {} is not supported", node.op_type)});
    } else if (const auto lowered = lower(node); !lowered) {
      refuse(node, lowered.error());
    }
  }
}

std::vector<LayerLine> Walk::understood() const {
  std::vector<LayerLine> lines;
  const program::Program& program = draft_.network.program;
  for (const program::Layer& layer : program.layers)
    if (!layer.statements.empty())
      lines.push_back({layer.name, layer.label, program.clocks[layer.clock].name});
  return lines;
}

namespace {

OutputFunction function_of(const std::vector<std::string>& functions) {
  if (functions.empty() || functions.back() == "Multinomial") return OutputFunction::None;
  if (functions.back() == "ArgMax") return OutputFunction::ArgMax;
  if (functions.front() == "LogSoftmax" && functions.size() == 1) return OutputFunction::LogSoftmax;
  if (functions == std::vector<std::string>{"Softmax", "Log"}) return OutputFunction::LogSoftmax;
  return functions.size() == 1 ? OutputFunction::Softmax : OutputFunction::None;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Result<void> Walk::add_output(const GraphValue& output, const Item& item, LoweredProgram& lowered) {
  if (item.is_constant) {
    program().origin.constants.push_back({output.name, item.tensor});
    return {};
  }
  const std::string context = fmt::format("graph output '{}'", output.name);
  auto placed = framer_.place({&item.tensor});
  if (!placed) return tl::make_unexpected(placed.error().within(context));
  auto read = value(placed->frame, placed->operands.front(), item);
  if (!read) return tl::make_unexpected(read.error().within(context));
  if (program().values[*read].vocabulary) return fail("{}: hands tokens on", context);
  std::string name = output.name;
  std::ranges::replace(name, ':', '_');
  program().outputs.push_back({name, *read, function_of(item.functions)});
  add_shape(program().outputs.back().shape, item.tensor.shape, placed->frame);
  lowered.outputs.push_back({output.name, item.tensor.shape, placed->frame.time, placed->frame.sequences});
  if (!item.functions.empty() && function_of(item.functions) == OutputFunction::None)
    program().outputs.back().functions = joined(item.functions);
  return {};
}

Result<std::vector<StatePair>> Walk::find_states() {
  std::map<std::string, Tensor> inputs;
  std::vector<OutputCodes> outputs;
  for (const auto& [name, value] : draft_.state_inputs) inputs.emplace(name, items_.at(name).tensor);
  for (const GraphValue& output : graph_.outputs) {
    const auto found = items_.find(output.name);
    if (found != items_.end() && !found->second.is_constant && found->second.functions.empty() &&
        element_count(found->second.tensor.shape) > 0)
      outputs.push_back({output.name, found->second.tensor});
  }
  return connect_states({draft_, framer_, sources_, inputs, outputs}, options_.states);
}

// A state that is an output of its own remains one only where the graph has no other.
std::set<std::string> Walk::state_outputs(const std::vector<StatePair>& pairs) const {
  std::set<std::string> states;
  for (const StatePair& pair : pairs)
    if (pair.output) states.insert(*pair.output);
  const bool all = std::ranges::all_of(graph_.outputs, [&](const GraphValue& output) {
    const auto found = items_.find(output.name);
    return states.contains(output.name) || (found != items_.end() && found->second.is_constant);
  });
  if (!all) return states;
  for (const GraphValue& output : graph_.outputs)
    if (states.erase(output.name) > 0) break;
  return states;
}

namespace {

// One input and one output are called so, whatever the file calls them: plans and signals refer to them.
void name_single_ports(program::Program& program) {
  const std::vector<ValueId> inputs = program::inputs_of(program);
  if (inputs.size() == 1) {
    program::Value& input = program.values[inputs.front()];
    input.name = input.vocabulary ? "token" : "input";
  }
  if (program.outputs.size() == 1) program.outputs.front().name = "output";
}

}  // namespace

Result<LoweredProgram> Walk::finish() {
  LoweredProgram lowered;
  program().name = graph_.name;
  program().origin.settings = options_;
  FIXGATE_ASSIGN(lowered.states, find_states());
  const std::set<std::string> states = state_outputs(lowered.states);
  for (const GraphValue& output : graph_.outputs) {
    const auto found = items_.find(output.name);
    if (found == items_.end()) return fail("graph output '{}' is computed by no node", output.name);
    if (!states.contains(output.name)) FIXGATE_CHECK(add_output(output, found->second, lowered));
  }
  if (program().outputs.empty()) return fail("the graph has no output that depends on data");
  mark_repeated_calls(lowered.states);
  FIXGATE_ASSIGN(lowered.network, arrange(std::move(draft_)));
  add_input_ports(lowered);
  for (const ValueId input : program::inputs_of(lowered.network.program))
    if (lowered.network.program.values[input].vocabulary == 0)
      return fail("graph input '{}' is of integers, and looks up no rows",
                  lowered.network.program.values[input].name);
  name_single_ports(lowered.network.program);
  FIXGATE_CHECK(program::verify(lowered.network));
  return lowered;
}

void Walk::add_input_ports(LoweredProgram& lowered) const {
  for (const ValueId id : program::inputs_of(lowered.network.program)) {
    const std::string& name = lowered.network.program.values[id].name;
    for (const GraphValue& input : graph_.inputs) {
      if (input.name != graph_names_.at(name)) continue;
      const ProbedInput& probed = probe_.inputs.at(input.name);
      lowered.inputs.push_back({input.name, input.shape, probed.time, probed.sequences});
    }
  }
}

// A sequence may take several calls where the states go on from one to the next.
void Walk::mark_repeated_calls(const std::vector<StatePair>& pairs) {
  const bool any = std::ranges::any_of(pairs, [](const StatePair& pair) { return pair.output.has_value(); });
  const bool reverse = std::ranges::any_of(program().layers, [&](const program::Layer& layer) {
    return layer.is_reverse && program().clocks[layer.clock].kind != ClockKind::Inner;
  });
  for (const ClockId clock : clocks_) {
    CallSteps& call = program().clocks[clock].call;
    call.repeats = any && !reverse && call.count != 0;
  }
}

}  // namespace fixgate::lowering
