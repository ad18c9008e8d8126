#include "program/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "diagnostic/one_line.h"
#include "numeric/shift_limits.h"
#include "numeric/table_limits.h"
#include "program/exact_sums.h"
#include "program/verify_statements.h"

namespace fixgate::program {
namespace {

constexpr int kMostElements = 1 << 24;

// Inputs and outputs have the names of the file that they come from; others name tensors of a .fxg, where a
// colon stands between a thing and its part.
bool may_have_colon(const Output&) {
  return true;
}
bool may_have_colon(const Value& value) {
  return !value.layer;
}
template <typename Thing>
bool may_have_colon(const Thing&) {
  return false;
}

/// The names under which files, plans and messages know things: each has one, and no two the same.
class Names {
 public:
  explicit Names(const Program& program) : program_(program) {}

  Result<void> check() {
    FIXGATE_CHECK(check_one_line(program_.name, "network's name"));
    FIXGATE_CHECK(add_all(program_.clocks, "clock", [](const Clock& clock) { return clock.name; }));
    FIXGATE_CHECK(add_all(program_.layers, "layer", [](const Layer& layer) { return layer.name; }));
    FIXGATE_CHECK(add_all(program_.outputs, "output", [](const Output& output) { return output.name; }));
    for (const Layer& layer : program_.layers) FIXGATE_CHECK(check_one_line(layer.label, "layer's kind"));
    for (const Output& output : program_.outputs)
      FIXGATE_CHECK(check_one_line(output.functions, "output's function"));
    names_.clear();
    const auto full = [this](const auto& thing) { return full_name(program_, thing); };
    FIXGATE_CHECK(add(program_.values, "value", full));
    FIXGATE_CHECK(add(program_.matrices, "matrix", full));
    return add(program_.constants, "constant", full);
  }

 private:
  template <typename Things, typename Name>
  Result<void> add_all(const Things& things, const char* what, Name name) {
    names_.clear();
    return add(things, what, name);
  }

  template <typename Things, typename Name>
  Result<void> add(const Things& things, const char* what, Name name) {
    for (const auto& thing : things) {
      if (thing.name.empty()) return fail("a {} has no name", what);
      if (!may_have_colon(thing) && thing.name.find(':') != std::string::npos)
        return fail("{} '{}': a name has no colon", what, thing.name);
      FIXGATE_CHECK(check_one_line(thing.name, what));
      if (!names_.insert(name(thing)).second)
        return fail("{} '{}': there are two of that name", what, name(thing));
    }
    return {};
  }

  const Program& program_;
  std::set<std::string> names_;
};

Result<void> check_call(const CallSteps& call) {
  if (call.count < 0) return fail("{} steps a call", call.count);
  if (call.repeats && call.count == 0) return fail("calls repeat only where the steps of a call are fixed");
  return {};
}

Result<void> check_clock(const Program& program, ClockId id) {
  const Clock& clock = program.clocks[id];
  FIXGATE_CHECK(check_call(clock.call));
  if (clock.kind == ClockKind::Step) {
    if (clock.parent) return fail("it is that of an input and has a parent");
    const std::vector<ValueId> inputs = inputs_of(program);
    const bool has_input =
        std::ranges::any_of(inputs, [&](ValueId input) { return program.values[input].clock == id; });
    if (!has_input) return fail("no input says how many ticks it has");
    return {};
  }
  if (!clock.parent || !(*clock.parent < id)) return fail("it derives from no clock before it");
  if (clock.call.count != 0) return fail("only the clock of an input fixes the steps of a call");
  if (clock.factor < 1) return fail("a factor of {}", clock.factor);
  const ClockKind parent = program.clocks[*clock.parent].kind;
  const bool is_flat = parent == ClockKind::Step || parent == ClockKind::Strided;
  if (clock.kind != ClockKind::Inner && !is_flat)
    return fail("it derives from a clock that is inner or has one tick");
  return {};
}

Result<void> check_matrix(const Matrix& matrix) {
  if (matrix.rows < 1 || matrix.columns < 1)
    return fail("{} rows and {} columns", matrix.rows, matrix.columns);
  if (const auto* diagonal = std::get_if<Diagonal>(&matrix.shape)) {
    if (matrix.columns != 1 || diagonal->inner < 1) return fail("a diagonal has one column");
  } else if (const auto* slide = std::get_if<Slide>(&matrix.shape)) {
    FIXGATE_CHECK(check_slide(*slide));
    if (matrix.rows != slide->output_channels || matrix.columns != slide->columns())
      return fail("{} x {} weights, where its slide takes {} x {}", matrix.rows, matrix.columns,
                  slide->output_channels, slide->columns());
  }
  return {};
}

Result<void> check_state(const Program& program, const State& state) {
  if (!program.values.contains(state.value)) return fail("a state of an unknown value");
  const Value& value = program.values[state.value];
  if (state.depth < 1 || state.depth > kMostElements) return fail("it remembers {} ticks", state.depth);
  if (value.vocabulary) return fail("it is a token");
  const bool is_inner = program.clocks[value.clock].kind == ClockKind::Inner;
  if (state.is_fresh && !is_inner)
    return fail("it begins anew at each tick of the parent, and its clock is not inner");
  const bool is_reverse = value.layer && program.layers[*value.layer].is_reverse && !is_inner;
  if (state.is_carried && (is_reverse || state.is_fresh))
    return fail("it is carried from call to call, and its layer runs backwards or begins anew");
  return {};
}

/// Every value but the inputs is made once, in the order of the ids.
class ValueOrder {
 public:
  explicit ValueOrder(const Program& program) : program_(program) {}

  Result<void> check() {
    for (const ValueId id : program_.values.ids()) {
      const Value& value = program_.values[id];
      if (!program_.clocks.contains(value.clock)) return fail("value {}: an unknown clock", value.name);
      if (value.size < 1 || value.size > kMostElements)
        return fail("value {}: {} elements", value.name, value.size);
      if (value.layer) break;
      ++next_;
    }
    for (const LayerId id : program_.layers.ids()) FIXGATE_CHECK(check_layer(id));
    if (next_ != program_.values.size())
      return fail("{} values are made by no statement", program_.values.size() - next_);
    return {};
  }

 private:
  Result<void> check_layer(LayerId id) {
    const Layer& layer = program_.layers[id];
    const auto name = [&] { return "layer " + layer.name; };
    if (!program_.clocks.contains(layer.clock)) return fail("{}: an unknown clock", name());
    if (!names_.insert(layer.name).second) return fail("{}: a second one of that name", name());
    for (const Statement& statement : layer.statements) {
      const ValueId target = target_of(statement);
      if (target.index() != next_++ || !program_.values.contains(target))
        return fail("{}: its statements do not make the values in their order", name());
      const Value& value = program_.values[target];
      const bool fits = value.layer == id && value.clock == layer.clock && !value.vocabulary;
      if (!fits || value.size < 1 || value.size > kMostElements)
        return fail("{}: {} is not a value of it", name(), value.name);
      const auto done = check_statement(program_, layer, statement);
      if (!done) return tl::make_unexpected(done.error().within(full_name(program_, value)));
    }
    return {};
  }

  const Program& program_;
  std::size_t next_ = 0;
  std::set<std::string> names_;
};

/// A shape is there for whoever reads arrays; its axes hold the value's elements.
Result<void> check_shape(const std::vector<int>& shape, int size) {
  if (shape.empty()) return {};
  std::int64_t count = 1;
  for (const int extent : shape) {
    if (extent < 1 || (count *= extent) > kMostElements) return fail("its shape has an extent of {}", extent);
  }
  if (count != size) return fail("its shape holds {} elements, and it has {}", count, size);
  return {};
}

Result<void> check_ends(const Program& program) {
  for (const ValueId id : program.values.ids()) {
    const Value& value = program.values[id];
    if (auto checked = check_shape(value.shape, value.size); !checked)
      return tl::make_unexpected(checked.error().within("value " + full_name(program, value)));
  }
  if (program.outputs.empty()) return fail("the program has no output");
  for (const Output& output : program.outputs) {
    if (!program.values.contains(output.value)) return fail("output {}: an unknown value", output.name);
    if (auto checked = check_shape(output.shape, program.values[output.value].size); !checked)
      return tl::make_unexpected(checked.error().within("output " + output.name));
  }
  return {};
}

// --- the integers ---

Result<void> check_sizes(const FixedNetwork& network) {
  const Program& program = network.program;
  const bool fits =
      network.formats.size() == program.values.size() && network.weights.size() == program.matrices.size() &&
      network.constants.size() == program.constants.size() &&
      network.initial.size() == program.states.size() && network.table_of.size() == program.functions.size();
  if (!fits) return fail("formats, weights, constants, tables or states are not as many as the program's");
  return {};
}

Result<void> check_weights(const Matrix& matrix, const WeightMatrix& weights) {
  FIXGATE_CHECK(check_weight_code(weights.code()));
  if (!weights.row_widths.empty() && weights.encoding != WeightEncoding::Integer)
    return fail("{} weights have no widths of rows", to_text(weights.encoding));
  const auto rows = static_cast<std::size_t>(matrix.rows);
  const bool fits = weights.rows == matrix.rows && weights.columns == matrix.columns &&
                    weights.row_fractions.size() == rows &&
                    weights.values.size() == rows * static_cast<std::size_t>(matrix.columns) &&
                    (weights.row_widths.empty() || weights.row_widths.size() == rows);
  if (!fits) return fail("its integers are not {} rows of {}", matrix.rows, matrix.columns);
  for (int row = 0; row < matrix.rows; ++row) {
    const auto r = static_cast<std::size_t>(row);
    FIXGATE_CHECK(check_weight_code(weights.row_code(r)));
    if (weights.row_code(r).width > weights.width)
      return fail("row {} is {} bits wide, the matrix {}", row, weights.row_code(r).width, weights.width);
    if (weights.row_fractions[r] < -kMaxFraction || weights.row_fractions[r] > kMaxFraction)
      return fail("row {} has the fraction {}, outside {}..{}", row, weights.row_fractions[r], -kMaxFraction,
                  kMaxFraction);
    for (const std::int32_t weight : weights.row(row))
      if (!weights.row_code(r).contains(weight))
        return fail("row {} holds {}, which is no weight of its code", row, weight);
  }
  return {};
}

Result<void> check_initial(const FixedNetwork& network, StateId id) {
  const State& state = network.program.states[id];
  const std::vector<std::int64_t>& initial = network.initial[id];
  if (initial.empty()) return {};
  const auto size = static_cast<std::size_t>(network.program.values[state.value].size);
  if (initial.size() != size * static_cast<std::size_t>(state.depth))
    return fail("{} initial integers for {} ticks of {}", initial.size(), state.depth, size);
  const Format& format = network.formats[state.value].format;
  const auto outside = [&](std::int64_t q) { return !format.contains(q); };
  if (std::ranges::any_of(initial, outside))
    return fail("an initial integer lies outside {}", to_text(format));
  return {};
}

/// Formats and integers of one statement against each other.
class NumberCheck {
 public:
  explicit NumberCheck(const FixedNetwork& network) : network_(network) {}

  Result<void> operator()(const SumStatement& statement) const { return check_sum(statement.sum); }

  Result<void> operator()(const TableStatement& statement) const {
    const TableId id = network_.table_of[statement.function];
    if (!network_.tables.contains(id)) return fail("there is no table {}", id.index());
    const Table& table = network_.tables[id];
    if (input_format(table) != network_.formats[statement.argument.value].format)
      return fail("table {} reads {}, its argument is {}", id.index(), to_text(input_format(table)),
                  to_text(network_.formats[statement.argument.value].format));
    if (output_format(table) != network_.formats[statement.target])
      return fail("table {} gives another format than that of the value", id.index());
    const Function& function = network_.program.functions[statement.function];
    const auto* wide = std::get_if<LeadingOneTable>(&table);
    const std::string made_for =
        wide != nullptr ? to_text(wide->function) : std::get<ActivationTable>(table).function;
    if (made_for != function_text(function))
      return fail("table {} is one of {}, not of {}", id.index(), made_for, function_text(function));
    return {};
  }

  Result<void> operator()(const ExtremeStatement& statement) const {
    std::vector<ExactRange> operands;
    for (const auto& operand : statement.operands) {
      if (const auto* read = std::get_if<Read>(&operand)) {
        operands.push_back(exact_range(network_.formats[read->value].format));
        continue;
      }
      const FixedConstant& constant = network_.constants[std::get<ConstantUse>(operand).constant];
      if (!constant.fraction) return fail("a constant without a fraction, which has one only as a bias");
      const auto [low, high] = std::ranges::minmax(constant.values);
      operands.push_back({{low, high}, *constant.fraction});
    }
    const ExactSum all = add_up(operands);
    if (all.width() > kMaxAccumulatorWidth)
      return fail("its operands need {} bits together, more than 64", all.width());
    return check_shift(all.width(), all.result.fraction, network_.formats[statement.target].format.fraction);
  }

  Result<void> operator()(const Concat& move) const {
    for (const Read& operand : move.operands) FIXGATE_CHECK(same_format(move.target, operand));
    return {};
  }
  template <typename Move>
  Result<void> operator()(const Move& move) const {
    return same_format(move.target, move.operand);
  }

 private:
  Result<void> same_format(ValueId target, const Read& operand) const {
    const Format& from = network_.formats[operand.value].format;
    const Format& to = network_.formats[target].format;
    if (from == to) return {};
    return fail("{} is moved into {}; a sum requantises it", to_text(from), to_text(to));
  }

  Result<void> check_sum(const Sum& sum) const {
    const auto is_bias_term = [&](const Term& term) { return is_bias(network_, term); };
    if (std::ranges::all_of(sum.terms, is_bias_term)) return fail("a sum of constants without a fraction");
    for (const Term& term : sum.terms) {
      if (is_bias_term(term)) continue;
      for (const Factor& factor : term.factors) {
        if (const auto* bracket = std::get_if<Sum>(&factor)) FIXGATE_CHECK(check_sum(*bracket));
        const auto* use = std::get_if<ConstantUse>(&factor);
        if (use != nullptr && !network_.constants[use->constant].fraction)
          return fail("a constant without a fraction is multiplied");
      }
    }
    return {};
  }

  const FixedNetwork& network_;
};

Result<void> check_statements(const FixedNetwork& network) {
  for (const Layer& layer : network.program.layers)
    for (const Statement& statement : layer.statements)
      if (const auto done = std::visit(NumberCheck(network), statement); !done)
        return tl::make_unexpected(
            done.error().within(full_name(network.program, network.program.values[target_of(statement)])));
  return {};
}

Result<void> check_one_table(const Table& table) {
  const auto* wide = std::get_if<LeadingOneTable>(&table);
  return wide != nullptr ? check_table(*wide) : check_table_limits(std::get<ActivationTable>(table));
}

/// Every requantisation of a sum is a shift that the contract allows.
Result<void> check_shifts(const FixedNetwork& network, const std::vector<ProvenSum>& sums) {
  for (const ProvenSum& sum : sums) {
    const int fraction = network.formats[sum.target].format.fraction;
    const auto checked = [&]() -> Result<void> {
      if (sum.max_alignment > kMaxShift)
        return fail("terms are {} bits apart, more than {}: choose closer binary points", sum.max_alignment,
                    kMaxShift);
      FIXGATE_CHECK(check_shift(sum.width, sum.min_fraction, fraction));
      return check_shift(sum.width, sum.max_fraction, fraction);
    }();
    if (!checked)
      return tl::make_unexpected(
          checked.error().within(full_name(network.program, network.program.values[sum.target])));
  }
  return {};
}

Result<void> check_parameter_counts(const FixedNetwork& network) {
  const std::int64_t all = network.float_parameters;
  const std::int64_t recurrent = network.float_recurrent_parameters;
  if (recurrent < 0 || recurrent > all)
    return fail("{} float parameters of recurrent layers out of {} are impossible", recurrent, all);
  return {};
}

Result<void> check_integers(const FixedNetwork& network) {
  const Program& program = network.program;
  const auto within = [](const Result<void>& done, const std::string& name) {
    return done ? done : Result<void>(tl::make_unexpected(done.error().within(name)));
  };
  for (const ValueId id : program.values.ids())
    FIXGATE_CHECK(within(check_format(network.formats[id].format), full_name(program, program.values[id])));
  for (const MatrixId id : program.matrices.ids())
    FIXGATE_CHECK(within(check_weights(program.matrices[id], network.weights[id]),
                         full_name(program, program.matrices[id])));
  for (const ConstantId id : program.constants.ids())
    if (network.constants[id].values.size() != static_cast<std::size_t>(program.constants[id].size))
      return fail("{}: {} integers for {}", full_name(program, program.constants[id]),
                  network.constants[id].values.size(), program.constants[id].size);
  for (const TableId id : network.tables.ids())
    FIXGATE_CHECK(within(check_one_table(network.tables[id]), fmt::format("table {}", id.index())));
  for (const StateId id : program.states.ids())
    FIXGATE_CHECK(
        within(check_initial(network, id), full_name(program, program.values[program.states[id].value])));
  return {};
}

}  // namespace

Result<void> verify(const Program& program) {
  for (const ValueId id : program.values.ids())
    if (!program.clocks.contains(program.values[id].clock) ||
        (program.values[id].layer && !program.layers.contains(*program.values[id].layer)))
      return fail("value {}: it belongs to no clock or no layer", program.values[id].name);
  for (const Matrix& matrix : program.matrices)
    if (!program.layers.contains(matrix.layer)) return fail("matrix {}: it belongs to no layer", matrix.name);
  for (const Constant& constant : program.constants)
    if (!program.layers.contains(constant.layer))
      return fail("constant {}: it belongs to no layer", constant.name);
  FIXGATE_CHECK(Names(program).check());
  for (const ClockId id : program.clocks.ids())
    if (const auto done = check_clock(program, id); !done)
      return tl::make_unexpected(done.error().within("clock " + program.clocks[id].name));
  for (const Matrix& matrix : program.matrices)
    if (const auto done = check_matrix(matrix); !done)
      return tl::make_unexpected(done.error().within("matrix " + matrix.name));
  for (const Constant& constant : program.constants)
    if (constant.size < 1 || constant.inner < 1)
      return fail("constant {}: it has no elements", constant.name);
  for (const State& state : program.states)
    if (const auto done = check_state(program, state); !done)
      return tl::make_unexpected(done.error().within("a state"));
  FIXGATE_CHECK(ValueOrder(program).check());
  FIXGATE_CHECK(verify(program.origin));
  return check_ends(program);
}

Result<void> verify(const FixedNetwork& network) {
  FIXGATE_CHECK(verify(network.program));
  FIXGATE_CHECK(check_sizes(network));
  FIXGATE_CHECK(check_integers(network));
  FIXGATE_CHECK(check_statements(network));
  FIXGATE_CHECK(check_parameter_counts(network));
  FIXGATE_ASSIGN(const std::vector<ProvenSum> sums, prove_sums(network));
  return check_shifts(network, sums);
}

}  // namespace fixgate::program
