#include <fmt/format.h>

#include <utility>

#include "program/text.h"
#include "program/text_integers.h"
#include "program/text_lexer.h"
#include "program/text_origin.h"
#include "program/text_scope.h"
#include "program/text_statement.h"

namespace fixgate::program {
namespace {

constexpr int kMost = 1 << 24;

Result<SignalFormat> parse_signal_format(LineCursor& line) {
  SignalFormat signal;
  FIXGATE_ASSIGN(const std::string format, line.expect_any_word());
  FIXGATE_ASSIGN(signal.format, parse_format(format));
  FIXGATE_ASSIGN(const std::string rounding, line.expect_any_word());
  FIXGATE_ASSIGN(signal.rounding, parse_rounding(rounding));
  FIXGATE_ASSIGN(const std::string overflow, line.expect_any_word());
  FIXGATE_ASSIGN(signal.overflow, parse_overflow(overflow));
  return signal;
}

Result<SignalRole> parse_role(LineCursor& line) {
  FIXGATE_ASSIGN(const std::string word, line.expect_any_word());
  return parse_signal_role(word);
}

Result<Format> parse_plain_format(LineCursor& line) {
  FIXGATE_ASSIGN(const std::string word, line.expect_any_word());
  return parse_format(word);
}

/// A line that is read once all names are known.
struct LaterLine {
  int number = 0;
  LineCursor line;
  std::optional<LayerId> layer;
  std::optional<ValueId> target;  // of a statement
};

class NetworkParser {
 public:
  Result<FixedNetwork> parse(std::string_view text) {
    int number = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++number;
      const auto done = declare(number, text.substr(0, end));
      if (!done) return tl::make_unexpected(done.error().within(fmt::format("line {}", number)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!has_head_) return fail("the text has no line 'network NAME'");
    for (LaterLine& later : later_) {
      const auto done = complete(later);
      if (!done) return tl::make_unexpected(done.error().within(fmt::format("line {}", later.number)));
    }
    return std::move(network_);
  }

 private:
  // --- first pass: what there is ---

  Result<void> declare(int number, std::string_view text) {
    FIXGATE_ASSIGN(std::vector<Token> tokens, split_line(text));
    LineCursor line(std::move(tokens));
    if (line.at_end()) return {};
    if (line.take_word("network")) return declare_network(line);
    if (!has_head_) return fail("expected 'network NAME' first");
    if (line.take_word("clock")) return declare_clock(line);
    if (line.take_word("input")) return declare_input(line);
    if (line.take_word("table")) return declare_table(line);
    if (line.take_word("layer")) return declare_layer(line);
    if (line.take_word("matrix")) return declare_matrix(line);
    if (line.take_word("constant")) return declare_constant(line);
    if (line.take_word("origin")) return parse_origin(line, program().origin);
    if (line.is_word("state") || line.is_word("output") || begins_integers(line)) {
      later_.push_back({number, std::move(line), layer_, std::nullopt});
      return {};
    }
    return declare_statement(number, std::move(line));
  }

  Result<void> declare_network(LineCursor& line) {
    if (has_head_) return fail("a second 'network'");
    has_head_ = true;
    FIXGATE_ASSIGN(program().name, line.expect_name());
    return line.expect_end();
  }

  Result<void> declare_clock(LineCursor& line) {
    Clock clock;
    FIXGATE_ASSIGN(clock.name, line.expect_name());
    if (line.take_word("every")) {
      clock.kind = ClockKind::Strided;
      FIXGATE_ASSIGN(clock.factor, line.expect_int(1, kMost));
      FIXGATE_CHECK(line.expect_word("of"));
      FIXGATE_ASSIGN(clock.parent, scope_.read_clock(line));
      FIXGATE_CHECK(line.expect_word("extra"));
      FIXGATE_ASSIGN(clock.extra, line.expect_int(-kMost, kMost));
    } else if (line.take_word("after")) {
      clock.kind = ClockKind::Once;
      FIXGATE_ASSIGN(clock.parent, scope_.read_clock(line));
    } else if (line.take_word("within")) {
      clock.kind = ClockKind::Inner;
      FIXGATE_ASSIGN(clock.parent, scope_.read_clock(line));
      FIXGATE_CHECK(line.expect_word("times"));
      FIXGATE_ASSIGN(clock.factor, line.expect_int(1, kMost));
    } else if (line.take_word("steps")) {
      FIXGATE_ASSIGN(clock.call.count, line.expect_int(1, kMost));
      clock.call.repeats = line.take_word("repeated");
    }
    FIXGATE_CHECK(line.expect_end());
    const std::string name = clock.name;
    return scope_.add_clock(name, program().clocks.add(std::move(clock)));
  }

  /// Empty where none is stated.
  static Result<std::vector<int>> parse_shape(LineCursor& line) {
    if (!line.take_word("shape")) return std::vector<int>();
    return line.expect_ints(1, kMost);
  }

  Result<void> declare_input(LineCursor& line) {
    if (layer_) return fail("an input behind a layer");
    Value value;
    FIXGATE_ASSIGN(value.name, line.expect_name());
    FIXGATE_CHECK(line.expect_word("on"));
    FIXGATE_ASSIGN(value.clock, scope_.read_clock(line));
    SignalFormat format;
    if (line.take_word("tokens")) {
      value.size = 1;
      FIXGATE_ASSIGN(value.vocabulary, line.expect_int(1, kMost));
    } else {
      FIXGATE_CHECK(line.expect_word("size"));
      FIXGATE_ASSIGN(value.size, line.expect_int(1, kMost));
      FIXGATE_ASSIGN(value.shape, parse_shape(line));
      FIXGATE_ASSIGN(value.role, parse_role(line));
      FIXGATE_ASSIGN(format, parse_signal_format(line));
    }
    FIXGATE_CHECK(line.expect_end());
    return add_value(std::move(value), format).map([](ValueId) {});
  }

  Result<ValueId> add_value(Value value, const SignalFormat& format) {
    const std::string name = value.name;
    const std::optional<LayerId> layer = value.layer;
    const ValueId id = program().values.add(std::move(value));
    network_.formats.add(format);
    FIXGATE_CHECK(scope_.add(layer, name, id));
    return id;
  }

  Result<void> declare_table(LineCursor& line) {
    FIXGATE_ASSIGN(const int index, line.expect_int(0, kMost));
    if (static_cast<std::size_t>(index) != network_.tables.size())
      return fail("table {}, where table {} is next", index, network_.tables.size());
    FIXGATE_ASSIGN(const std::string function, line.expect_name());
    if (line.take_word("leading_one")) return declare_leading_one(line, function);
    ActivationTable table;
    table.function = function;
    FIXGATE_ASSIGN(const std::string kind, line.expect_any_word());
    FIXGATE_ASSIGN(table.kind, parse_table_kind(kind));
    FIXGATE_ASSIGN(const std::string symmetry, line.expect_any_word());
    FIXGATE_ASSIGN(table.symmetry, parse_table_symmetry(symmetry));
    FIXGATE_CHECK(parse_table_formats(line, table.input, table.output));
    FIXGATE_CHECK(line.expect_word("slope_fraction"));
    FIXGATE_ASSIGN(table.slope_fraction, line.expect_int(-kMost, kMost));
    FIXGATE_CHECK(line.expect_word("drop"));
    FIXGATE_ASSIGN(table.drop, line.expect_int(0, kMost));
    network_.tables.add(std::move(table));
    return line.expect_end();
  }

  Result<void> declare_leading_one(LineCursor& line, const std::string& function) {
    LeadingOneTable table;
    FIXGATE_ASSIGN(table.function, parse_wide_function(function));
    FIXGATE_CHECK(parse_table_formats(line, table.input, table.output));
    FIXGATE_CHECK(line.expect_word("bits"));
    FIXGATE_ASSIGN(table.bits, line.expect_int(0, kMaxLeadingOneBits));
    FIXGATE_CHECK(line.expect_word("fraction"));
    FIXGATE_ASSIGN(table.entry_fraction, line.expect_int(0, kMaxLeadingOneFraction));
    network_.tables.add(std::move(table));
    return line.expect_end();
  }

  static Result<void> parse_table_formats(LineCursor& line, Format& input, SignalFormat& output) {
    FIXGATE_ASSIGN(input, parse_plain_format(line));
    FIXGATE_CHECK(line.expect_mark("->"));
    FIXGATE_ASSIGN(output, parse_signal_format(line));
    return {};
  }

  Result<void> declare_layer(LineCursor& line) {
    Layer layer;
    FIXGATE_ASSIGN(layer.name, line.expect_name());
    FIXGATE_CHECK(line.expect_word("on"));
    FIXGATE_ASSIGN(layer.clock, scope_.read_clock(line));
    layer.is_reverse = line.take_word("reverse");
    FIXGATE_CHECK(line.expect_word("kind"));
    FIXGATE_ASSIGN(layer.label, line.expect_name());
    FIXGATE_CHECK(line.expect_end());
    const std::string name = layer.name;
    layer_ = program().layers.add(std::move(layer));
    return scope_.add_layer(name, *layer_);
  }

  Result<void> declare_matrix(LineCursor& line) {
    if (!layer_) return fail("a matrix outside a layer");
    Matrix matrix;
    matrix.layer = *layer_;
    WeightMatrix weights;
    FIXGATE_ASSIGN(matrix.name, line.expect_name());
    FIXGATE_ASSIGN(matrix.rows, line.expect_int(1, kMost));
    FIXGATE_CHECK(line.expect_word("x"));
    FIXGATE_ASSIGN(matrix.columns, line.expect_int(1, kMost));
    FIXGATE_ASSIGN(const std::string encoding, line.expect_any_word());
    FIXGATE_ASSIGN(weights.encoding, parse_weight_encoding(encoding));
    FIXGATE_ASSIGN(weights.width, line.expect_int(1, kMaxFormatWidth));
    if (line.take_word("diagonal")) {
      FIXGATE_CHECK(line.expect_word("inner"));
      FIXGATE_ASSIGN(const int inner, line.expect_int(1, kMost));
      matrix.shape = Diagonal{inner};
    } else if (line.take_word("slid")) {
      FIXGATE_ASSIGN(matrix.shape, parse_slide(line));
    }
    FIXGATE_CHECK(line.expect_end());
    weights.rows = matrix.rows;
    weights.columns = matrix.columns;
    weights.name = full_name(program(), matrix);
    network_.weights.add(std::move(weights));
    const std::string name = matrix.name;
    return scope_.add(layer_, name, program().matrices.add(std::move(matrix)));
  }

  Result<void> declare_constant(LineCursor& line) {
    if (!layer_) return fail("a constant outside a layer");
    Constant constant;
    constant.layer = *layer_;
    FixedConstant integers;
    FIXGATE_ASSIGN(constant.name, line.expect_name());
    FIXGATE_ASSIGN(constant.size, line.expect_int(1, kMost));
    FIXGATE_CHECK(line.expect_word("inner"));
    FIXGATE_ASSIGN(constant.inner, line.expect_int(1, kMost));
    if (line.take_word("fraction")) {
      FIXGATE_ASSIGN(integers.fraction, line.expect_int(-kMaxFraction, kMaxFraction));
    }
    FIXGATE_CHECK(line.expect_end());
    network_.constants.add(std::move(integers));
    const std::string name = constant.name;
    return scope_.add(layer_, name, program().constants.add(std::move(constant)));
  }

  Result<void> declare_statement(int number, LineCursor line) {
    if (!layer_) return fail("a statement outside a layer");
    Value value;
    value.layer = *layer_;
    value.clock = program().layers[*layer_].clock;
    FIXGATE_ASSIGN(value.name, line.expect_name());
    FIXGATE_ASSIGN(value.size, line.expect_int(1, kMost));
    FIXGATE_ASSIGN(value.role, parse_role(line));
    FIXGATE_ASSIGN(const SignalFormat format, parse_signal_format(line));
    FIXGATE_ASSIGN(const ValueId id, add_value(std::move(value), format));
    later_.push_back({number, std::move(line), layer_, id});
    return {};
  }

  // --- second pass: what refers to it ---

  Result<void> complete(LaterLine& later) {
    if (later.target) {
      FIXGATE_ASSIGN(Statement statement,
                     parse_statement(later.line, *later.target, *later.layer, scope_, network_));
      program().layers[*later.layer].statements.push_back(std::move(statement));
      return {};
    }
    if (later.line.take_word("state")) return complete_state(later);
    if (later.line.take_word("output")) return complete_output(later.line);
    return parse_integers(later.line, scope_, network_);
  }

  Result<void> complete_state(LaterLine& later) {
    LineCursor& line = later.line;
    FIXGATE_ASSIGN(const ValueId value, scope_.read_as<ValueId>(line, later.layer, "value"));
    State state{value};
    FIXGATE_CHECK(line.expect_word("depth"));
    FIXGATE_ASSIGN(state.depth, line.expect_int(1, kMost));
    state.is_fresh = line.take_word("fresh");
    state.is_carried = line.take_word("carried");
    FIXGATE_CHECK(line.expect_end());
    if (state_of(program(), value)) return fail("a second 'state' of the same value");
    program().states.add(state);
    network_.initial.add({});
    return {};
  }

  Result<void> complete_output(LineCursor& line) {
    FIXGATE_ASSIGN(std::string name, line.expect_name());
    FIXGATE_CHECK(line.expect_word("of"));
    FIXGATE_ASSIGN(const ValueId value, scope_.read_as<ValueId>(line, std::nullopt, "value"));
    Output output{std::move(name), value};
    FIXGATE_ASSIGN(output.shape, parse_shape(line));
    if (line.take_word("left")) {
      FIXGATE_ASSIGN(output.functions, line.expect_name());
    }
    if (line.take_word("then")) {
      FIXGATE_ASSIGN(const std::string function, line.expect_any_word());
      FIXGATE_ASSIGN(output.function, parse_output_function(function));
    }
    program().outputs.push_back(std::move(output));
    return line.expect_end();
  }

  Program& program() { return network_.program; }

  FixedNetwork network_;
  TextScope scope_;
  std::optional<LayerId> layer_;
  std::vector<LaterLine> later_;
  bool has_head_ = false;
};

}  // namespace

Result<FixedNetwork> parse_text(std::string_view text) {
  return NetworkParser().parse(text);
}

}  // namespace fixgate::program
