#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "program/text.h"
#include "program/text_origin.h"
#include "program/text_words.h"

namespace fixgate::program {
namespace {

std::string format_text(const SignalFormat& format) {
  return fmt::format("{} {} {}", to_text(format.format), to_text(format.rounding), to_text(format.overflow));
}

std::string numbers(const std::vector<int>& list) {
  return fmt::format("[{}]", fmt::join(list, " "));
}

std::string axes_text(const char* where, const std::vector<SlideAxis>& axes) {
  std::string text;
  for (const SlideAxis& axis : axes)
    text += fmt::format(" {} [{} {} {} {} {} {}]", where, axis.inputs, axis.outputs, axis.kernel, axis.stride,
                        axis.dilation, axis.padding);
  return text;
}

/// "8 -> 16 groups 2 before [inputs outputs kernel stride dilation padding] transposed".
std::string slide_text(const Slide& slide) {
  return fmt::format("{} -> {} groups {}{}{}{}", slide.input_channels, slide.output_channels, slide.groups,
                     axes_text("before", slide.before), axes_text("after", slide.after),
                     slide.transposed ? " transposed" : "");
}

/// "integer 4" and the like.
std::string code_text(const WeightMatrix& matrix) {
  return fmt::format("{} {}", to_text(matrix.encoding), matrix.width);
}

/// Writes statements as they stand in one layer.
class StatementWriter {
 public:
  StatementWriter(const FixedNetwork& network, LayerId layer)
      : network_(network), program_(network.program), layer_(layer) {}

  std::string operator()(const SumStatement& statement) const {
    return line(statement.target, "<-", sum_text(statement.sum));
  }

  std::string operator()(const TableStatement& statement) const {
    const std::string function = quoted_name(function_text(program_.functions[statement.function]));
    return line(statement.target, "=",
                fmt::format("{}({}) table {}", function, read_text(statement.argument),
                            network_.table_of[statement.function].index()));
  }

  std::string operator()(const ExtremeStatement& statement) const {
    std::vector<std::string> operands;
    for (const auto& operand : statement.operands)
      operands.push_back(std::visit([this](const auto& any) { return text(any); }, operand));
    const std::string window = statement.window ? " over " + slide_text(*statement.window) : "";
    return line(
        statement.target, "<-",
        fmt::format("{}({}){}", statement.largest ? "max" : "min", fmt::join(operands, ", "), window));
  }

  std::string operator()(const Concat& move) const {
    std::vector<std::string> operands;
    for (const Read& operand : move.operands) operands.push_back(read_text(operand));
    return line(move.target, "=", fmt::format("concat({})", fmt::join(operands, ", ")));
  }

  std::string operator()(const View& move) const {
    return line(move.target, "=",
                fmt::format("view({}, {}, {}, {})", read_text(move.operand), move.begin, numbers(move.shape),
                            numbers(move.strides)));
  }

  std::string operator()(const Gather& move) const {
    return line(move.target, "=",
                fmt::format("gather({}, {})", read_text(move.operand), numbers(move.indices)));
  }

  std::string operator()(const Pad& move) const {
    return line(move.target, "=",
                fmt::format("pad({}, {}, {}, {})", read_text(move.operand), numbers(move.shape),
                            numbers(move.before), numbers(move.after)));
  }

  std::string operator()(const Block& move) const {
    return line(move.target, "=", fmt::format("block({})", read_text(move.operand)));
  }

  std::string operator()(const Join& move) const {
    return line(move.target, "=", fmt::format("join({})", read_text(move.operand)));
  }

  /// A thing of a layer: by its own name within that layer, by both names elsewhere.
  template <typename Thing>
  [[nodiscard]] std::string name(const Thing& thing) const {
    const std::optional<LayerId> owner = thing.layer;
    if (!owner || *owner == layer_) return quoted_name(thing.name);
    return quoted_name(program_.layers[*owner].name) + "." + quoted_name(thing.name);
  }

 private:
  [[nodiscard]] std::string line(ValueId target, const char* arrow, const std::string& right) const {
    const Value& value = program_.values[target];
    return fmt::format("  {} {} {} {} {} {}\n", quoted_name(value.name), value.size, to_text(value.role),
                       format_text(network_.formats[target]), arrow, right);
  }

  [[nodiscard]] std::string tick_text(const Read& read) const {
    const int offset = read.tick.offset;
    const std::string more = offset == 0 ? "" : fmt::format("{:+}", offset);
    if (read.tick.from == Tick::From::First) return fmt::format("[first{}]", more);
    if (read.tick.from == Tick::From::Last) return fmt::format("[last{}]", more);
    return offset == 0 ? "" : fmt::format("[t{}]", more);
  }

  [[nodiscard]] std::string read_text(const Read& read) const {
    return name(program_.values[read.value]) + tick_text(read);
  }

  [[nodiscard]] std::string text(const Read& read) const { return read_text(read); }
  [[nodiscard]] std::string text(const ConstantUse& use) const {
    return name(program_.constants[use.constant]);
  }
  [[nodiscard]] std::string text(const MatrixProduct& product) const {
    return name(program_.matrices[product.matrix]) + " " + read_text(product.read);
  }
  [[nodiscard]] std::string text(const RowLookup& lookup) const {
    return fmt::format("{}[{}]", name(program_.matrices[lookup.matrix]), read_text(lookup.token));
  }
  [[nodiscard]] std::string text(const Sum& sum) const { return "(" + sum_text(sum) + ")"; }

  [[nodiscard]] std::string term_text(const Term& term) const {
    std::vector<std::string> factors;
    for (const Factor& factor : term.factors)
      factors.push_back(std::visit([this](const auto& any) { return text(any); }, factor));
    return fmt::format("{}", fmt::join(factors, " * "));
  }

  [[nodiscard]] std::string sum_text(const Sum& sum) const {
    std::string text;
    for (const Term& term : sum.terms) {
      const char* first = term.negative ? "-" : "";
      const char* later = term.negative ? " - " : " + ";
      text += (text.empty() ? first : later) + term_text(term);
    }
    return text;
  }

  const FixedNetwork& network_;
  const Program& program_;
  LayerId layer_;
};

class NetworkWriter {
 public:
  NetworkWriter(const FixedNetwork& network, bool full)
      : network_(network), program_(network.program), full_(full) {}

  std::string write() {
    text_ = fmt::format("network {}\n", quoted_name(program_.name));
    for (const Clock& clock : program_.clocks) text_ += clock_text(clock);
    for (const ValueId input : inputs_of(program_)) text_ += input_text(input);
    text_ += states_text(std::nullopt);
    for (const TableId table : network_.tables.ids()) text_ += table_text(table);
    for (const LayerId layer : program_.layers.ids()) text_ += layer_text(layer);
    for (const Output& output : program_.outputs) text_ += output_text(output);
    text_ += origin_text(program_.origin);
    if (full_) add_integers();
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string clock_name(ClockId id) const { return quoted_name(program_.clocks[id].name); }

  [[nodiscard]] std::string clock_text(const Clock& clock) const {
    const std::string name = quoted_name(clock.name);
    const std::string parent = clock.parent ? clock_name(*clock.parent) : "";
    switch (clock.kind) {
      case ClockKind::Step:
        return fmt::format("clock {}{}{}\n", name,
                           clock.call.count > 0 ? fmt::format(" steps {}", clock.call.count) : "",
                           clock.call.repeats ? " repeated" : "");
      case ClockKind::Strided:
        return fmt::format("clock {} every {} of {} extra {}\n", name, clock.factor, parent, clock.extra);
      case ClockKind::Once:
        return fmt::format("clock {} after {}\n", name, parent);
      case ClockKind::Inner:
        return fmt::format("clock {} within {} times {}\n", name, parent, clock.factor);
    }
    return {};
  }

  static std::string shape_text(const std::vector<int>& shape) {
    return shape.empty() ? "" : fmt::format(" shape [{}]", fmt::join(shape, " "));
  }

  [[nodiscard]] std::string input_text(ValueId id) const {
    const Value& value = program_.values[id];
    const std::string head = fmt::format("input {} on {}", quoted_name(value.name), clock_name(value.clock));
    if (value.vocabulary) return fmt::format("{} tokens {}\n", head, *value.vocabulary);
    return fmt::format("{} size {}{} {} {}\n", head, value.size, shape_text(value.shape), to_text(value.role),
                       format_text(network_.formats[id]));
  }

  [[nodiscard]] std::string table_text(TableId id) const {
    const Table& table = network_.tables[id];
    const std::string head = fmt::format("table {} ", id.index());
    const std::string formats =
        fmt::format("{} -> {}", to_text(input_format(table)), format_text(output_format(table)));
    if (const auto* wide = std::get_if<LeadingOneTable>(&table))
      return head + fmt::format("{} leading_one {} bits {} fraction {}\n", to_text(wide->function), formats,
                                wide->bits, wide->entry_fraction);
    const auto& one = std::get<ActivationTable>(table);
    return head + fmt::format("{} {} {} {} slope_fraction {} drop {}\n", quoted_name(one.function),
                              to_text(one.kind), to_text(one.symmetry), formats, one.slope_fraction,
                              one.drop);
  }

  [[nodiscard]] std::string layer_text(LayerId id) const {
    const Layer& layer = program_.layers[id];
    std::string text =
        fmt::format("layer {} on {}{} kind {}\n", quoted_name(layer.name), clock_name(layer.clock),
                    layer.is_reverse ? " reverse" : "", quoted_name(layer.label));
    for (const MatrixId matrix : program_.matrices.ids())
      if (program_.matrices[matrix].layer == id) text += matrix_text(matrix);
    for (const ConstantId constant : program_.constants.ids())
      if (program_.constants[constant].layer == id) text += constant_text(constant);
    text += states_text(id);
    const StatementWriter writer(network_, id);
    for (const Statement& statement : layer.statements) text += std::visit(writer, statement);
    return text;
  }

  [[nodiscard]] std::string matrix_text(MatrixId id) const {
    const Matrix& matrix = program_.matrices[id];
    std::string shape;
    if (const auto* diagonal = std::get_if<Diagonal>(&matrix.shape))
      shape = fmt::format(" diagonal inner {}", diagonal->inner);
    if (const auto* slide = std::get_if<Slide>(&matrix.shape)) shape = " slid " + slide_text(*slide);
    return fmt::format("  matrix {} {} x {} {}{}\n", quoted_name(matrix.name), matrix.rows, matrix.columns,
                       code_text(network_.weights[id]), shape);
  }

  [[nodiscard]] std::string constant_text(ConstantId id) const {
    const Constant& constant = program_.constants[id];
    const std::optional<int> fraction = network_.constants[id].fraction;
    return fmt::format("  constant {} {} inner {}{}\n", quoted_name(constant.name), constant.size,
                       constant.inner, fraction ? fmt::format(" fraction {}", *fraction) : "");
  }

  /// The states of a layer's values, or of the inputs.
  [[nodiscard]] std::string states_text(std::optional<LayerId> layer) const {
    std::string text;
    for (const State& state : program_.states) {
      const Value& value = program_.values[state.value];
      if (value.layer == layer)
        text += fmt::format("  state {} depth {}{}{}\n", quoted_name(value.name), state.depth,
                            state.is_fresh ? " fresh" : "", state.is_carried ? " carried" : "");
    }
    return text;
  }

  [[nodiscard]] std::string output_text(const Output& output) const {
    const Value& value = program_.values[output.value];
    const std::string from =
        value.layer ? quoted_name(program_.layers[*value.layer].name) + "." + quoted_name(value.name)
                    : quoted_name(value.name);
    std::string function = output.functions.empty() ? "" : " left " + quoted_name(output.functions);
    if (output.function != OutputFunction::None) function += " then " + to_text(output.function);
    return fmt::format("output {} of {}{}{}\n", quoted_name(output.name), from, shape_text(output.shape),
                       function);
  }

  // --- the integers ---

  template <typename Thing>
  [[nodiscard]] std::string long_name(const Thing& thing) const {
    return quoted_name(program_.layers[thing.layer].name) + "." + quoted_name(thing.name);
  }

  void add_integers() {
    text_ +=
        fmt::format("parameters {} {}\n", network_.float_parameters, network_.float_recurrent_parameters);
    for (const TableId table : network_.tables.ids()) add_table(table);
    for (const MatrixId matrix : program_.matrices.ids()) add_weights(matrix);
    for (const ConstantId constant : program_.constants.ids()) add_constant(constant);
    for (const StateId state : program_.states.ids()) add_initial(state);
    if (!network_.plan.empty()) text_ += fmt::format("plan {}\n", quoted_name(network_.plan));
  }

  void add_table(TableId id) {
    if (const auto* wide = std::get_if<LeadingOneTable>(&network_.tables[id])) {
      text_ +=
          fmt::format("entries {} octave {} [{}]\n", id.index(), wide->octave, fmt::join(wide->entries, " "));
      return;
    }
    const auto& table = std::get<ActivationTable>(network_.tables[id]);
    if (!table.entries.empty())
      text_ += fmt::format("entries {} octave 0 [{}]\n", id.index(), fmt::join(table.entries, " "));
    for (const Segment& segment : table.segments)
      text_ += fmt::format("segment {} {} {} {}\n", id.index(), segment.start, segment.offset, segment.slope);
  }

  /// A line for each row: its fraction, its width where rows have their own, its integers.
  void add_weights(MatrixId id) {
    const WeightMatrix& matrix = network_.weights[id];
    const std::string name = long_name(program_.matrices[id]);
    for (int row = 0; row < matrix.rows; ++row) {
      const auto r = static_cast<std::size_t>(row);
      const std::string width =
          matrix.row_widths.empty() ? "" : fmt::format(" width {}", matrix.row_widths[r]);
      text_ += fmt::format("weights {} {} fraction {}{} [{}]\n", name, row, matrix.row_fractions[r], width,
                           fmt::join(matrix.row(row), " "));
    }
  }

  void add_constant(ConstantId id) {
    const FixedConstant& constant = network_.constants[id];
    text_ +=
        fmt::format("values {} [{}]\n", long_name(program_.constants[id]), fmt::join(constant.values, " "));
  }

  void add_initial(StateId id) {
    if (network_.initial[id].empty()) return;
    const Value& value = program_.values[program_.states[id].value];
    const std::string owner =
        value.layer ? quoted_name(program_.layers[*value.layer].name) + "." : std::string();
    text_ += fmt::format("initial {}{} [{}]\n", owner, quoted_name(value.name),
                         fmt::join(network_.initial[id], " "));
  }

  const FixedNetwork& network_;
  const Program& program_;
  bool full_;
  std::string text_;
};

bool is_bare(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, is_name_character) && !is_keyword(name);
}

}  // namespace

std::string quoted_name(std::string_view name) {
  if (is_bare(name)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n')
      quoted += "\\n";
    else
      quoted += c;
  }
  return quoted + '"';
}

std::string write_text(const FixedNetwork& network, bool full) {
  return NetworkWriter(network, full).write();
}

}  // namespace fixgate::program
