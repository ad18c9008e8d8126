#include "simulate/reference/sum_evaluator.h"

#include <algorithm>

#include "numeric/requantise.h"

namespace fixgate::program {
namespace {

Integers expanded(const Constant& constant, const FixedConstant& integers, int size) {
  Integers values;
  for (int element = 0; element < size; ++element)
    values.push_back(integers.values[static_cast<std::size_t>(constant_index(constant, element))]);
  return values;
}

/// True for a value of another layer on the layer's own clock, at the reader's own tick.
bool is_ahead(const Program& program, const Layer& layer, ValueId target, const Read& read) {
  const Value& value = program.values[read.value];
  return value.layer != program.values[target].layer && value.clock == layer.clock && read.tick == Tick{};
}

}  // namespace

LayerSums::LayerSums(const FixedNetwork& network, const Layer& layer) : network_(network), layer_(layer) {
  for (const Statement& statement : layer.statements) {
    sums_.emplace_back();
    const auto* sum = std::get_if<SumStatement>(&statement);
    if (sum == nullptr || std::holds_alternative<RowLookup>(sum->sum.terms.front().factors.front())) continue;
    const int size = network.program.values[sum->target].size;
    const std::size_t first = products_.size();
    sums_.back() = prepare(sum->sum, ranges_of(network, sum->sum, size), size);
    for (std::size_t p = first; p < products_.size(); ++p)
      products_[p].is_ahead = is_ahead(network.program, layer, sum->target, products_[p].read);
  }
}

PreparedSum LayerSums::prepare(const Sum& sum, const SumRanges& ranges, int size) {
  PreparedSum prepared;
  for (const ExactSum& element : ranges.elements) prepared.fractions.push_back(element.result.fraction);
  for (std::size_t t = 0; t < sum.terms.size(); ++t) {
    prepared.terms.push_back(prepare_term(sum.terms[t], ranges.terms[t], size));
    for (std::size_t e = 0; e < ranges.elements.size(); ++e)
      prepared.terms.back().shifts.push_back(
          ranges.elements[e].shift_of(ranges.terms[t].product[e].fraction));
  }
  return prepared;
}

PreparedTerm LayerSums::prepare_term(const Term& term, const TermRanges& ranges, int size) {
  PreparedTerm prepared{term.negative, {}, {}};
  std::size_t bracket = 0;
  for (const Factor& factor : term.factors) {
    if (const auto* product = std::get_if<MatrixProduct>(&factor)) {
      const Format& input = network_.formats[product->read.value].format;
      products_.push_back({product->read, MatrixTimes(network_.program.matrices[product->matrix],
                                                      network_.weights[product->matrix], input, size)});
      prepared.factors.emplace_back(products_.size() - 1);
    } else if (const auto* use = std::get_if<ConstantUse>(&factor)) {
      prepared.factors.emplace_back(
          expanded(network_.program.constants[use->constant], network_.constants[use->constant], size));
    } else if (const auto* sum = std::get_if<Sum>(&factor)) {
      prepared.factors.emplace_back(prepare(*sum, ranges.brackets[bracket++], size));
    } else {
      prepared.factors.emplace_back(std::get<Read>(factor));
    }
  }
  return prepared;
}

SumEvaluator::SumEvaluator(const LayerSums& sums, const TickReader& reader, const ValueTicks& values)
    : sums_(sums), reader_(reader) {
  for (const PreparedProduct& product : sums.products())
    ahead_.push_back(product.is_ahead ? product.times.multiply(values[product.read.value]) : IntegerMatrix());
}

void SumEvaluator::evaluate(const PreparedSum& sum, std::int64_t position, Integers& result) const {
  result.assign(sum.fractions.size(), 0);
  for (const PreparedTerm& term : sum.terms) add_term(term, position, result);
}

void SumEvaluator::add_term(const PreparedTerm& term, std::int64_t position, Integers& result) const {
  Integers own;
  std::span<const std::int64_t> product = factor(term.factors.front(), position, result.size(), own);
  Integers more;
  for (std::size_t f = 1; f < term.factors.size(); ++f) {
    const auto next = factor(term.factors[f], position, result.size(), more);
    if (product.data() != own.data()) own.assign(product.begin(), product.end());
    for (std::size_t e = 0; e < own.size(); ++e) own[e] *= next[e];
    product = own;
  }
  if (term.is_negative)
    for (std::size_t e = 0; e < result.size(); ++e) result[e] -= align(product[e], term.shifts[e]);
  else
    for (std::size_t e = 0; e < result.size(); ++e) result[e] += align(product[e], term.shifts[e]);
}

std::span<const std::int64_t> SumEvaluator::factor(const PreparedTerm::Factor& factor, std::int64_t position,
                                                   std::size_t size, Integers& own) const {
  if (const auto* read = std::get_if<Read>(&factor)) return reader_.find(*read, position).integers;
  if (const auto* constant = std::get_if<Integers>(&factor)) return *constant;
  if (const auto* bracket = std::get_if<PreparedSum>(&factor)) {
    evaluate(*bracket, position, own);
    return own;
  }
  const std::size_t index = std::get<std::size_t>(factor);
  const PreparedProduct& product = sums_.products()[index];
  if (product.is_ahead) return ahead_[index].row(static_cast<int>(reader_.order().tick_at(position)));
  own.resize(size);
  product.times.multiply(reader_.find(product.read, position).integers, own);
  return own;
}

}  // namespace fixgate::program
