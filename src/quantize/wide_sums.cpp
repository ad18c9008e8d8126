#include "quantize/wide_sums.h"

#include <fmt/format.h>

#include <algorithm>

#include "numeric/accumulator.h"
#include "program/exact_sums.h"

namespace fixgate::program {
namespace {

/// "layer.x (18 bits)", factor by factor.
class FactorList {
 public:
  explicit FactorList(const FixedNetwork& network) : network_(network) {}

  void operator()(const MatrixProduct& product) {
    add(full_name(network_.program, network_.program.matrices[product.matrix]),
        network_.weights[product.matrix].width);
    (*this)(product.read);
  }
  void operator()(const RowLookup& lookup) {
    add(full_name(network_.program, network_.program.matrices[lookup.matrix]),
        network_.weights[lookup.matrix].width);
  }
  void operator()(const Read& read) {
    add(full_name(network_.program, network_.program.values[read.value]),
        network_.formats[read.value].format.width);
  }
  void operator()(const ConstantUse& use) {
    int width = 1;
    for (const std::int64_t value : network_.constants[use.constant].values)
      width =
          std::max(width, signed_width(std::min<std::int64_t>(value, 0), std::max<std::int64_t>(value, 0)));
    add(full_name(network_.program, network_.program.constants[use.constant]), width);
  }
  void operator()(const Sum& sum) {
    for (const Term& term : sum.terms)
      for (const Factor& factor : term.factors) std::visit(*this, factor);
  }

  std::string text;

 private:
  void add(const std::string& name, int width) {
    text += fmt::format("{}{} ({} bits)", text.empty() ? "" : ", ", name, width);
  }

  const FixedNetwork& network_;
};

/// How wide a term is when it stands at the fraction of its sum, of the widest element.
int aligned_width(const SumRanges& ranges, std::size_t term) {
  int widest = ranges.terms[term].width;
  for (std::size_t e = 0; e < ranges.elements.size(); ++e) {
    const ExactRange& product = ranges.terms[term].product[e];
    const int width = signed_width(product.range.low, product.range.high);
    widest = std::max(widest, width + ranges.elements[e].shift_of(product.fraction));
  }
  return widest;
}

}  // namespace

Result<void> check_width(const FixedNetwork& network, const SumStatement& statement) {
  const Value& target = network.program.values[statement.target];
  const SumRanges ranges = ranges_of(network, statement.sum, target.size);
  if (ranges.width() <= kMaxAccumulatorWidth) return {};
  std::size_t widest = 0;
  for (std::size_t t = 1; t < ranges.terms.size(); ++t)
    if (aligned_width(ranges, t) > aligned_width(ranges, widest)) widest = t;
  FactorList list(network);
  for (const Factor& factor : statement.sum.terms[widest].factors) std::visit(list, factor);
  return fail(
      "the sum of {} needs {} bits, more than {}; its widest product is that of {}: make them narrower",
      full_name(network.program, target), ranges.width(), kMaxAccumulatorWidth, list.text);
}

Result<void> check_widths(const FixedNetwork& network) {
  for (const Layer& layer : network.program.layers)
    for (const Statement& statement : layer.statements)
      if (const auto* sum = std::get_if<SumStatement>(&statement)) FIXGATE_CHECK(check_width(network, *sum));
  return {};
}

}  // namespace fixgate::program
