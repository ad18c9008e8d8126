#include "program/text_statement.h"

#include <array>

namespace fixgate::program {
namespace {

constexpr int kMost = 1 << 24;       // elements, positions, offsets
constexpr int kDeepestBracket = 16;  // so that hostile text cannot exhaust the stack

Result<SlideAxis> parse_axis(LineCursor& line) {
  FIXGATE_ASSIGN(const std::vector<int> numbers, line.expect_ints(-kMost, kMost));
  if (numbers.size() != 6)
    return fail("expected [inputs outputs kernel stride dilation padding], not {} numbers", numbers.size());
  return SlideAxis{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]};
}

/// "Sigmoid", "LeakyRelu(0.1)", "Sqrt", or the name of a function that only its table knows.
Function parse_function(const std::string& text) {
  if (const auto wide = parse_wide_function(text)) return *wide;
  if (const auto function = parse_activation_text(text)) return *function;
  return NamedFunction{text};
}

class StatementParser {
 public:
  StatementParser(LineCursor& line, ValueId target, LayerId layer, const TextScope& scope,
                  FixedNetwork& network)
      : line_(line), target_(target), layer_(layer), scope_(scope), network_(network) {}

  Result<Statement> parse() {
    auto statement = parse_right_side();
    if (statement) FIXGATE_CHECK(line_.expect_end());
    return statement;
  }

 private:
  Result<Statement> parse_right_side() {
    if (!line_.take_mark("<-")) {
      FIXGATE_CHECK(line_.expect_mark("="));
      return parse_table_or_move();
    }
    if (line_.is_word("max") || line_.is_word("min")) return parse_extreme();
    FIXGATE_ASSIGN(Sum sum, parse_sum(0));
    return SumStatement{target_, std::move(sum)};
  }

  Result<Statement> parse_table_or_move() {
    if (line_.take_word("concat")) return parse_concat();
    if (line_.take_word("view")) return parse_view();
    if (line_.take_word("gather")) return parse_gather();
    if (line_.take_word("pad")) return parse_pad();
    if (line_.take_word("block")) {
      FIXGATE_ASSIGN(const Read operand, parse_only_operand());
      return Block{target_, operand};
    }
    if (line_.take_word("join")) {
      FIXGATE_ASSIGN(const Read operand, parse_only_operand());
      return Join{target_, operand};
    }
    return parse_table();
  }

  Result<Statement> parse_table() {
    FIXGATE_ASSIGN(const std::string name, line_.expect_name());
    FIXGATE_ASSIGN(const Read argument, parse_only_operand());
    FIXGATE_CHECK(line_.expect_word("table"));
    FIXGATE_ASSIGN(const int table, line_.expect_int(0, kMost));
    network_.table_of.add(TableId(static_cast<std::size_t>(table)));
    return TableStatement{target_, network_.program.functions.add(parse_function(name)), argument};
  }

  Result<Read> parse_only_operand() {
    FIXGATE_CHECK(line_.expect_mark("("));
    FIXGATE_ASSIGN(const Read operand, parse_read());
    FIXGATE_CHECK(line_.expect_mark(")"));
    return operand;
  }

  Result<Statement> parse_extreme() {
    ExtremeStatement statement{target_, line_.take().text == "max", {}};
    FIXGATE_CHECK(line_.expect_mark("("));
    do {
      FIXGATE_ASSIGN(const Named named, scope_.read(line_, layer_));
      if (const auto* constant = std::get_if<ConstantId>(&named)) {
        statement.operands.emplace_back(ConstantUse{*constant});
        continue;
      }
      FIXGATE_ASSIGN(const Read operand, parse_read_of(named));
      statement.operands.emplace_back(operand);
    } while (line_.take_mark(","));
    FIXGATE_CHECK(line_.expect_mark(")"));
    if (line_.take_word("over")) {
      FIXGATE_ASSIGN(statement.window, parse_slide(line_));
    }
    return statement;
  }

  Result<Statement> parse_concat() {
    Concat move{target_, {}};
    FIXGATE_CHECK(line_.expect_mark("("));
    do {
      FIXGATE_ASSIGN(const Read operand, parse_read());
      move.operands.push_back(operand);
    } while (line_.take_mark(","));
    FIXGATE_CHECK(line_.expect_mark(")"));
    return move;
  }

  Result<Read> parse_first_operand() {
    FIXGATE_CHECK(line_.expect_mark("("));
    FIXGATE_ASSIGN(const Read operand, parse_read());
    FIXGATE_CHECK(line_.expect_mark(","));
    return operand;
  }

  /// A further list, and the comma or, after the last one, the bracket behind it.
  Result<std::vector<int>> parse_list(const char* mark) {
    FIXGATE_ASSIGN(std::vector<int> numbers, line_.expect_ints(-kMost, kMost));
    FIXGATE_CHECK(line_.expect_mark(mark));
    return numbers;
  }

  Result<Statement> parse_view() {
    FIXGATE_ASSIGN(const Read operand, parse_first_operand());
    View move{target_, operand, 0, {}, {}};
    FIXGATE_ASSIGN(move.begin, line_.expect_int(0, kMost));
    FIXGATE_CHECK(line_.expect_mark(","));
    FIXGATE_ASSIGN(move.shape, parse_list(","));
    FIXGATE_ASSIGN(move.strides, parse_list(")"));
    return move;
  }

  Result<Statement> parse_gather() {
    FIXGATE_ASSIGN(const Read operand, parse_first_operand());
    Gather move{target_, operand, {}};
    FIXGATE_ASSIGN(move.indices, parse_list(")"));
    return move;
  }

  Result<Statement> parse_pad() {
    FIXGATE_ASSIGN(const Read operand, parse_first_operand());
    Pad move{target_, operand, {}, {}, {}};
    FIXGATE_ASSIGN(move.shape, parse_list(","));
    FIXGATE_ASSIGN(move.before, parse_list(","));
    FIXGATE_ASSIGN(move.after, parse_list(")"));
    return move;
  }

  Result<Sum> parse_sum(int depth) {
    Sum sum;
    bool is_negative = line_.take_mark("-");
    while (true) {
      FIXGATE_ASSIGN(Term term, parse_term(depth));
      term.negative = is_negative;
      sum.terms.push_back(std::move(term));
      is_negative = line_.is_mark("-");
      if (!is_negative && !line_.is_mark("+")) return sum;
      line_.take();
    }
  }

  Result<Term> parse_term(int depth) {
    Term term;
    do {
      FIXGATE_ASSIGN(Factor factor, parse_factor(depth));
      term.factors.push_back(std::move(factor));
    } while (line_.take_mark("*"));
    return term;
  }

  Result<Factor> parse_factor(int depth) {
    if (line_.take_mark("(")) {
      if (depth == kDeepestBracket) return fail("brackets within {} brackets", kDeepestBracket);
      FIXGATE_ASSIGN(Sum sum, parse_sum(depth + 1));
      FIXGATE_CHECK(line_.expect_mark(")"));
      return Factor(std::move(sum));
    }
    FIXGATE_ASSIGN(const Named named, scope_.read(line_, layer_));
    if (const auto* constant = std::get_if<ConstantId>(&named)) return Factor(ConstantUse{*constant});
    if (const auto* matrix = std::get_if<MatrixId>(&named)) return parse_product(*matrix);
    FIXGATE_ASSIGN(const Read read, parse_read_of(named));
    return Factor(read);
  }

  /// "W x" or "E[token]".
  Result<Factor> parse_product(MatrixId matrix) {
    if (!line_.take_mark("[")) {
      FIXGATE_ASSIGN(const Read read, parse_read());
      return Factor(MatrixProduct{matrix, read});
    }
    FIXGATE_ASSIGN(const Read token, parse_read());
    FIXGATE_CHECK(line_.expect_mark("]"));
    return Factor(RowLookup{matrix, token});
  }

  Result<Read> parse_read() {
    FIXGATE_ASSIGN(const Named named, scope_.read(line_, layer_));
    return parse_read_of(named);
  }

  Result<Read> parse_read_of(const Named& named) {
    const auto* value = std::get_if<ValueId>(&named);
    if (value == nullptr) return fail("expected the name of a value");
    Read read{*value};
    if (!line_.take_mark("[")) return read;
    if (line_.take_word("first")) {
      read.tick.from = Tick::From::First;
    } else if (line_.take_word("last")) {
      read.tick.from = Tick::From::Last;
    } else {
      FIXGATE_CHECK(line_.expect_word("t"));
    }
    line_.take_mark("+");
    if (!line_.is_mark("]")) {
      FIXGATE_ASSIGN(read.tick.offset, line_.expect_int(-kMost, kMost));
    }
    FIXGATE_CHECK(line_.expect_mark("]"));
    return read;
  }

  LineCursor& line_;
  ValueId target_;
  LayerId layer_;
  const TextScope& scope_;
  FixedNetwork& network_;
};

}  // namespace

Result<Statement> parse_statement(LineCursor& line, ValueId target, LayerId layer, const TextScope& scope,
                                  FixedNetwork& network) {
  return StatementParser(line, target, layer, scope, network).parse();
}

Result<Slide> parse_slide(LineCursor& line) {
  Slide slide;
  FIXGATE_ASSIGN(slide.input_channels, line.expect_int(1, kMost));
  FIXGATE_CHECK(line.expect_mark("->"));
  FIXGATE_ASSIGN(slide.output_channels, line.expect_int(1, kMost));
  FIXGATE_CHECK(line.expect_word("groups"));
  FIXGATE_ASSIGN(slide.groups, line.expect_int(1, kMost));
  while (line.is_word("before") || line.is_word("after")) {
    auto& axes = line.take().text == "before" ? slide.before : slide.after;
    FIXGATE_ASSIGN(const SlideAxis axis, parse_axis(line));
    axes.push_back(axis);
  }
  slide.transposed = line.take_word("transposed");
  return slide;
}

}  // namespace fixgate::program
