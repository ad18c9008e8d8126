#include "program/exact_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace fixgate::program {
namespace {

using ElementRanges = std::vector<ExactRange>;

int width_of(const ExactRange& range) {
  return signed_width(range.range.low, range.range.high);
}

/// The range of one factor for every element.
class FactorRanges {
 public:
  FactorRanges(const FixedNetwork& network, int size, TermRanges& term)
      : network_(network), size_(size), term_(term) {}

  ElementRanges operator()(const MatrixProduct& product) const {
    const Matrix& matrix = network_.program.matrices[product.matrix];
    const WeightMatrix& weights = network_.weights[product.matrix];
    const Format& input = network_.formats[product.read.value].format;
    ElementRanges rows;
    for (int row = 0; row < matrix.rows; ++row)
      rows.push_back(
          row_product(weights.row(row), weights.row_fractions[static_cast<std::size_t>(row)], input));
    return elements([&](int element) { return rows[static_cast<std::size_t>(row_of(matrix, element))]; });
  }

  /// A lookup stands alone in its sum and keeps the fraction of the row that the token names, so nothing is
  /// aligned; the range holds the weights of every row.
  ElementRanges operator()(const RowLookup& lookup) const {
    const WeightMatrix& weights = network_.weights[lookup.matrix];
    const auto [low, high] = std::ranges::minmax(weights.values);
    const int finest = std::ranges::max(weights.row_fractions);
    const ExactRange range{{low, high}, finest};
    return elements([&](int) { return range; });
  }

  ElementRanges operator()(const Read& read) const {
    const ExactRange range = exact_range(network_.formats[read.value].format);
    return elements([&](int) { return range; });
  }

  ElementRanges operator()(const ConstantUse& use) const {
    const Constant& constant = network_.program.constants[use.constant];
    const FixedConstant& integers = network_.constants[use.constant];
    return elements([&](int element) {
      const auto index = static_cast<std::size_t>(constant_index(constant, element));
      return exact_range(integers.values[index], integers.fraction.value_or(0));
    });
  }

  ElementRanges operator()(const Sum& sum) const {
    term_.brackets.push_back(ranges_of(network_, sum, size_));
    const SumRanges& bracket = term_.brackets.back();
    return elements([&](int element) { return bracket.elements[static_cast<std::size_t>(element)].result; });
  }

 private:
  template <typename Of>
  ElementRanges elements(Of of) const {
    ElementRanges ranges;
    ranges.reserve(static_cast<std::size_t>(size_));
    for (int element = 0; element < size_; ++element) ranges.push_back(of(element));
    return ranges;
  }

  const FixedNetwork& network_;
  int size_;
  TermRanges& term_;
};

TermRanges term_ranges(const FixedNetwork& network, const Term& term, int size) {
  TermRanges found;
  const FactorRanges visitor(network, size, found);
  for (const Factor& factor : term.factors) {
    const ElementRanges ranges = std::visit(visitor, factor);
    if (found.product.empty()) {
      found.product = ranges;
    } else {
      for (std::size_t e = 0; e < ranges.size(); ++e) found.product[e] = product(found.product[e], ranges[e]);
    }
    for (const ExactRange& range : found.product) found.width = std::max(found.width, width_of(range));
  }
  if (term.negative)
    for (ExactRange& range : found.product) range = negated(range);
  return found;
}

/// Biases are at the fraction that the other terms have together.
void place_biases(const FixedNetwork& network, const Sum& sum, std::vector<TermRanges>& terms,
                  std::size_t size) {
  for (std::size_t element = 0; element < size; ++element) {
    std::vector<ExactRange> others;
    for (std::size_t t = 0; t < terms.size(); ++t)
      if (!is_bias(network, sum.terms[t])) others.push_back(terms[t].product[element]);
    const int fraction = add_up(others).result.fraction;
    for (std::size_t t = 0; t < terms.size(); ++t)
      if (is_bias(network, sum.terms[t])) terms[t].product[element].fraction = fraction;
  }
}

}  // namespace

int SumRanges::width() const {
  int widest = 0;
  for (const ExactSum& element : elements) widest = std::max(widest, element.width());
  for (const TermRanges& term : terms) {
    widest = std::max(widest, term.width);
    for (const SumRanges& bracket : term.brackets) widest = std::max(widest, bracket.width());
  }
  return widest;
}

int SumRanges::max_alignment() const {
  int longest = 0;
  for (const ExactSum& element : elements) longest = std::max(longest, element.alignment);
  for (const TermRanges& term : terms)
    for (const SumRanges& bracket : term.brackets) longest = std::max(longest, bracket.max_alignment());
  return longest;
}

SumRanges ranges_of(const FixedNetwork& network, const Sum& sum, int size) {
  SumRanges found;
  for (const Term& term : sum.terms) found.terms.push_back(term_ranges(network, term, size));
  if (std::ranges::any_of(sum.terms, [&](const Term& term) { return is_bias(network, term); }))
    place_biases(network, sum, found.terms, static_cast<std::size_t>(size));
  for (std::size_t element = 0; element < static_cast<std::size_t>(size); ++element) {
    std::vector<ExactRange> terms;
    for (const TermRanges& term : found.terms) terms.push_back(term.product[element]);
    found.elements.push_back(add_up(terms));
  }
  return found;
}

int row_of(const Matrix& matrix, int element) {
  if (const auto* diagonal = std::get_if<Diagonal>(&matrix.shape))
    return element / diagonal->inner % matrix.rows;
  if (const auto* slide = std::get_if<Slide>(&matrix.shape)) {
    int behind = 1;
    for (const SlideAxis& axis : slide->after) behind *= axis.outputs;
    return element / behind % matrix.rows;
  }
  return element;
}

int constant_index(const Constant& constant, int element) {
  return element / constant.inner % constant.size;
}

bool is_bias(const FixedNetwork& network, const Term& term) {
  if (term.factors.size() != 1) return false;
  const auto* use = std::get_if<ConstantUse>(&term.factors.front());
  return use != nullptr && !network.constants[use->constant].fraction;
}

namespace {

tl::unexpected<Error> too_wide(const std::string& name, const SumRanges& ranges, int width) {
  const auto wide = std::ranges::find_if(
      ranges.elements, [](const ExactSum& element) { return element.width() > kMaxAccumulatorWidth; });
  const std::string where =
      wide == ranges.elements.end() ? "" : fmt::format(" (element {})", wide - ranges.elements.begin());
  return fail(
      "the sum of {} needs {} bits{}, more than {}: use narrower signals or weights, or closer binary points",
      name, width, where, kMaxAccumulatorWidth);
}

/// The smallest and the largest fraction that an element is requantised from: of a lookup those of its rows.
std::pair<int, int> fractions_of(const FixedNetwork& network, const Sum& sum, const SumRanges& ranges) {
  if (const auto* lookup = std::get_if<RowLookup>(&sum.terms.front().factors.front())) {
    const auto [low, high] = std::ranges::minmax(network.weights[lookup->matrix].row_fractions);
    return {low, high};
  }
  const auto by_fraction = [](const ExactSum& element) { return element.result.fraction; };
  const auto [low, high] = std::ranges::minmax_element(ranges.elements, {}, by_fraction);
  return {by_fraction(*low), by_fraction(*high)};
}

}  // namespace

Result<std::vector<ProvenSum>> prove_sums(const FixedNetwork& network) {
  std::vector<ProvenSum> proven;
  for (const Layer& layer : network.program.layers) {
    for (const Statement& statement : layer.statements) {
      const auto* sum = std::get_if<SumStatement>(&statement);
      if (sum == nullptr) continue;
      const Value& target = network.program.values[sum->target];
      const SumRanges ranges = ranges_of(network, sum->sum, target.size);
      const auto [low, high] = fractions_of(network, sum->sum, ranges);
      proven.push_back({sum->target, ranges.width(), low, high, ranges.max_alignment()});
      if (proven.back().width > kMaxAccumulatorWidth)
        return too_wide(full_name(network.program, target), ranges, proven.back().width);
    }
  }
  return proven;
}

}  // namespace fixgate::program
