#include "program/verify_statements.h"

#include <algorithm>
#include <cstdint>

#include "program/reading.h"

namespace fixgate::program {
namespace {

constexpr std::int64_t kMost = 1 << 24;  // elements of a vector, weights of a row

/// The product of the numbers. Error: one is not positive, or there are more than 2^24 elements in all.
Result<std::int64_t> count_of(const std::vector<int>& shape) {
  std::int64_t count = 1;
  for (const int extent : shape) {
    if (extent < 1) return fail("an extent of {}", extent);
    count *= extent;
    if (count > kMost) return fail("more than {} elements", kMost);
  }
  return count;
}

Result<void> check_axis(const SlideAxis& axis) {
  const auto is_positive = [](int number) { return number >= 1 && number <= kMost; };
  if (!is_positive(axis.inputs) || !is_positive(axis.outputs) || !is_positive(axis.kernel) ||
      !is_positive(axis.stride) || !is_positive(axis.dilation))
    return fail("an axis with extents, strides or dilations that are not positive");
  if (axis.padding < -kMost || axis.padding > kMost) return fail("a padding of {}", axis.padding);
  return {};
}

class StatementCheck {
 public:
  StatementCheck(const Program& program, const Layer& layer, ValueId target)
      : program_(program), layer_(layer), target_(target), size_(program.values[target].size) {}

  Result<void> operator()(const SumStatement& statement) const { return check_sum(statement.sum, true); }

  Result<void> operator()(const TableStatement& statement) const {
    if (!program_.functions.contains(statement.function)) return fail("an unknown function");
    return expect_size(statement.argument, size_);
  }

  Result<void> operator()(const ExtremeStatement& statement) const {
    if (statement.operands.empty()) return fail("an extreme of nothing");
    if (statement.window) return check_window(statement);
    for (const auto& operand : statement.operands) {
      if (const auto* use = std::get_if<ConstantUse>(&operand)) {
        FIXGATE_CHECK(check_constant(*use));
      } else {
        FIXGATE_CHECK(expect_size(std::get<Read>(operand), size_));
      }
    }
    return {};
  }

  Result<void> operator()(const Concat& move) const {
    std::int64_t size = 0;
    for (const Read& operand : move.operands) {
      FIXGATE_CHECK(check(operand));
      size += program_.values[operand.value].size;
    }
    return expect(size, "concat");
  }

  Result<void> operator()(const View& move) const {
    FIXGATE_CHECK(check(move.operand));
    if (move.shape.size() != move.strides.size())
      return fail("view: {} extents and {} strides", move.shape.size(), move.strides.size());
    FIXGATE_ASSIGN(const std::int64_t count, count_of(move.shape));
    std::int64_t lowest = move.begin;
    std::int64_t highest = move.begin;
    for (std::size_t axis = 0; axis < move.shape.size(); ++axis) {
      const std::int64_t reach = std::int64_t{move.shape[axis] - 1} * move.strides[axis];
      (reach < 0 ? lowest : highest) += reach;
    }
    if (lowest < 0 || highest >= program_.values[move.operand.value].size)
      return fail("view: it reaches elements {}..{} of {}", lowest, highest,
                  program_.values[move.operand.value].size);
    return expect(count, "view");
  }

  Result<void> operator()(const Gather& move) const {
    FIXGATE_CHECK(check(move.operand));
    const int size = program_.values[move.operand.value].size;
    for (const int index : move.indices)
      if (index < 0 || index >= size) return fail("gather: index {} of {} elements", index, size);
    return expect(static_cast<std::int64_t>(move.indices.size()), "gather");
  }

  Result<void> operator()(const Pad& move) const {
    FIXGATE_ASSIGN(const std::int64_t inside, count_of(move.shape));
    FIXGATE_CHECK(expect_size(move.operand, inside));
    if (move.before.size() != move.shape.size() || move.after.size() != move.shape.size())
      return fail("pad: {} axes, {} numbers before them and {} after", move.shape.size(), move.before.size(),
                  move.after.size());
    std::vector<int> whole = move.shape;
    for (std::size_t axis = 0; axis < whole.size(); ++axis) {
      if (move.before[axis] < 0 || move.after[axis] < 0) return fail("pad: fewer than no zeros");
      whole[axis] += move.before[axis] + move.after[axis];
    }
    FIXGATE_ASSIGN(const std::int64_t count, count_of(whole));
    return expect(count, "pad");
  }

  Result<void> operator()(const Block& move) const {
    FIXGATE_CHECK(check(move.operand));
    const Clock& clock = program_.clocks[layer_.clock];
    const Value& operand = program_.values[move.operand.value];
    if (clock.kind != ClockKind::Inner || clock.parent != operand.clock)
      return fail("block: the layer's clock is not within that of its operand");
    return expect(std::int64_t{operand.size}, "block", clock.factor);
  }

  Result<void> operator()(const Join& move) const {
    FIXGATE_CHECK(check_made(move.operand));
    const Value& operand = program_.values[move.operand.value];
    const Clock& clock = program_.clocks[operand.clock];
    if (clock.kind != ClockKind::Inner || clock.parent != layer_.clock)
      return fail("join: the operand's clock is not within that of the layer");
    if (!(move.operand.tick == Tick{})) return fail("join: all inner ticks are joined; it takes no offset");
    return expect(std::int64_t{operand.size} * clock.factor, "join");
  }

 private:
  /// Made by a layer before, an input, made further up in this layer; or further down, at an earlier tick.
  Result<void> check_made(const Read& read) const {
    if (!program_.values.contains(read.value)) return fail("an unknown value");
    if (read.value < target_) return {};
    const Value& value = program_.values[read.value];
    const bool is_earlier = read.tick.from == Tick::From::Here && read.tick.offset < 0;
    if (value.layer == program_.values[target_].layer && is_earlier) return {};
    return fail("{} is read before it is made", full_name(program_, value));
  }

  Result<void> check(const Read& read) const {
    FIXGATE_CHECK(check_made(read));
    if (read.tick.offset < -kMost || read.tick.offset > kMost)
      return fail("an offset of {} ticks", read.tick.offset);
    const Value& value = program_.values[read.value];
    if (value.layer == program_.values[target_].layer && read.tick.offset > 0)
      return fail("{} is read at a later tick than its layer has reached", full_name(program_, value));
    return check_read(program_, layer_, read);
  }

  Result<void> expect_size(const Read& read, std::int64_t size) const {
    FIXGATE_CHECK(check(read));
    const Value& value = program_.values[read.value];
    if (value.vocabulary) return fail("{} is a token; it only names a row", value.name);
    if (value.size != size)
      return fail("{} has {} elements where {} are needed", full_name(program_, value), value.size, size);
    return {};
  }

  /// The target holds `size` elements in `parts` equal parts.
  Result<void> expect(std::int64_t size, const char* what, std::int64_t parts = 1) const {
    if (size == size_ * parts) return {};
    return fail("{}: {} elements for {} of {}", what, size, parts, size_);
  }

  Result<void> check_constant(const ConstantUse& use) const {
    if (!program_.constants.contains(use.constant)) return fail("an unknown constant");
    const Constant& constant = program_.constants[use.constant];
    if (size_ % (std::int64_t{constant.size} * constant.inner) != 0)
      return fail("{} has {} elements, each {} times, which do not divide {}", full_name(program_, constant),
                  constant.size, constant.inner, size_);
    return {};
  }

  Result<void> check_window(const ExtremeStatement& statement) const {
    FIXGATE_CHECK(check_slide(*statement.window));
    const auto* operand = std::get_if<Read>(&statement.operands.front());
    if (statement.operands.size() != 1 || operand == nullptr)
      return fail("a window over other than one value");
    const Slide& window = *statement.window;
    if (window.groups != window.input_channels || window.groups != window.output_channels ||
        window.transposed)
      return fail("a window that mixes channels, or is transposed");
    FIXGATE_CHECK(expect_size(*operand, window.input_size()));
    return expect(window.output_size(), "window");
  }

  Result<void> check_sum(const Sum& sum, bool is_whole) const {
    if (sum.terms.empty()) return fail("a sum of nothing");
    for (const Term& term : sum.terms) {
      if (term.factors.empty()) return fail("a product of nothing");
      for (const Factor& factor : term.factors) {
        if (const auto* lookup = std::get_if<RowLookup>(&factor)) {
          const bool is_alone =
              is_whole && sum.terms.size() == 1 && term.factors.size() == 1 && !term.negative;
          if (!is_alone) return fail("the row that a token names stands alone in its sum");
          FIXGATE_CHECK(check_lookup(*lookup));
        } else {
          FIXGATE_CHECK(check_factor(factor));
        }
      }
    }
    return {};
  }

  Result<void> check_factor(const Factor& factor) const {
    if (const auto* sum = std::get_if<Sum>(&factor)) return check_sum(*sum, false);
    if (const auto* read = std::get_if<Read>(&factor)) return expect_size(*read, size_);
    if (const auto* use = std::get_if<ConstantUse>(&factor)) return check_constant(*use);
    return check_product(std::get<MatrixProduct>(factor));
  }

  Result<void> check_product(const MatrixProduct& product) const {
    if (!program_.matrices.contains(product.matrix)) return fail("an unknown matrix");
    const Matrix& matrix = program_.matrices[product.matrix];
    if (const auto* diagonal = std::get_if<Diagonal>(&matrix.shape)) {
      if (size_ % (std::int64_t{matrix.rows} * diagonal->inner) != 0)
        return fail("diagonal {} has {} rows, each {} times, which do not divide {}", matrix.name,
                    matrix.rows, diagonal->inner, size_);
      return expect_size(product.read, size_);
    }
    if (const auto* slide = std::get_if<Slide>(&matrix.shape)) {
      FIXGATE_CHECK(expect_size(product.read, slide->input_size()));
      return expect(slide->output_size(), matrix.name.c_str());
    }
    FIXGATE_CHECK(expect_size(product.read, matrix.columns));
    return expect(matrix.rows, matrix.name.c_str());
  }

  Result<void> check_lookup(const RowLookup& lookup) const {
    if (!program_.matrices.contains(lookup.matrix)) return fail("an unknown matrix");
    FIXGATE_CHECK(check(lookup.token));
    const Matrix& matrix = program_.matrices[lookup.matrix];
    const Value& token = program_.values[lookup.token.value];
    if (!std::holds_alternative<Dense>(matrix.shape) || token.vocabulary != matrix.rows)
      return fail("{} is looked up in {}, which has {} rows", token.name, matrix.name, matrix.rows);
    return expect(matrix.columns, matrix.name.c_str());
  }

  const Program& program_;
  const Layer& layer_;
  ValueId target_;
  std::int64_t size_;
};

}  // namespace

Result<void> check_statement(const Program& program, const Layer& layer, const Statement& statement) {
  return std::visit(StatementCheck(program, layer, target_of(statement)), statement);
}

Result<void> check_slide(const Slide& slide) {
  for (const auto* axes : {&slide.before, &slide.after})
    for (const SlideAxis& axis : *axes) FIXGATE_CHECK(check_axis(axis));
  if (slide.groups < 1 || slide.input_channels < 1 || slide.output_channels < 1 ||
      slide.input_channels % slide.groups != 0 || slide.output_channels % slide.groups != 0)
    return fail("{} groups do not divide {} and {} channels", slide.groups, slide.input_channels,
                slide.output_channels);
  std::vector<int> inputs{slide.input_channels};
  std::vector<int> outputs{slide.output_channels};
  std::vector<int> kernels{slide.input_channels / slide.groups};
  for (const auto* axes : {&slide.before, &slide.after}) {
    for (const SlideAxis& axis : *axes) {
      inputs.push_back(axis.inputs);
      outputs.push_back(axis.outputs);
      kernels.push_back(axis.kernel);
    }
  }
  for (const auto* shape : {&inputs, &outputs, &kernels}) FIXGATE_CHECK(count_of(*shape));
  return {};
}

}  // namespace fixgate::program
