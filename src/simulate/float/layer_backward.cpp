#include "simulate/float/layer_backward.h"

#include <utility>

namespace fixgate::program {
namespace {

std::size_t count_products(const FloatSum& sum) {
  std::size_t count = 0;
  for (const FloatTerm& term : sum.terms)
    for (const FloatFactor& factor : term.factors) {
      if (std::holds_alternative<FloatProductFactor>(factor) || std::holds_alternative<FloatLookup>(factor))
        ++count;
      if (const auto* bracket = std::get_if<FloatSum>(&factor)) count += count_products(*bracket);
    }
  return count;
}

void add_constants(const Sum& sum, std::vector<ConstantId>& all) {
  for (const Term& term : sum.terms)
    for (const Factor& factor : term.factors) {
      if (const auto* use = std::get_if<ConstantUse>(&factor)) all.push_back(use->constant);
      if (const auto* bracket = std::get_if<Sum>(&factor)) add_constants(*bracket, all);
    }
}

}  // namespace

LayerBackward::LayerBackward(const Program& program, const FloatLayer& layer, const FloatTrace& trace,
                             std::size_t first_site, ValueGradients& gradients)
    : program_(program),
      layer_(layer),
      trace_(trace),
      gradients_(gradients),
      order_(program, *layer.layer, trace.counts),
      next_site_(first_site),
      ahead_sites_(layer.ahead.size(), 0) {
  number_statements();
}

void LayerBackward::number_statements() {
  for (std::size_t k = 0; k < layer_.statements.size(); ++k) {
    first_sites_.push_back(next_site_);
    constants_.emplace_back();
    if (const auto* sum = std::get_if<FloatSum>(&layer_.statements[k].what)) {
      next_site_ += count_products(*sum);
      add_constants(std::get<SumStatement>(layer_.layer->statements[k]).sum, constants_.back());
    }
  }
}

void LayerBackward::run() {
  const std::int64_t positions = order_.count();
  for (std::size_t k = 0; k < layer_.statements.size(); ++k) {
    const std::size_t end = k + 1 < first_sites_.size() ? first_sites_[k + 1] : next_site_;
    for (std::size_t site = first_sites_[k]; site < end; ++site)
      gradients_.products[site] = FloatMatrix::Zero(positions, layer_.statements[k].size);
  }
  if (positions == 0) return;
  if (!layer_.is_recurrent) return run_positions(0, positions);
  for (std::int64_t position = positions; position-- > 0;) run_positions(position, 1);
  finish_ahead();
}

void LayerBackward::run_positions(std::int64_t first, std::int64_t count) {
  first_ = first;
  count_ = count;
  for (std::size_t k = layer_.statements.size(); k-- > 0;) {
    const FloatStatement& statement = layer_.statements[k];
    size_ = statement.size;
    target_ = statement.target;
    cursor_ = {first_sites_[k], constants_[k].begin()};
    FloatMatrix by(count_, size_);
    for (std::int64_t p = 0; p < count_; ++p)
      by.row(p) = gradients_.values[statement.target].row(order_.tick_at(first_ + p));
    std::visit([&](const auto& any) { backward(any, by); }, statement.what);
  }
}

// Products of what layers before have made wait until all ticks are done.
void LayerBackward::finish_ahead() {
  first_ = 0;
  count_ = order_.count();
  for (std::size_t k = 0; k < layer_.ahead.size(); ++k) {
    const FloatProductFactor& product = layer_.ahead[k];
    const Eigen::Index inputs = trace_.values[product.path.read().value].cols();
    add(product.path, product.matrix->transposed_times(gradients_.products[ahead_sites_[k]], inputs));
  }
}

// --- reads ---

float* LayerBackward::gradient_row(const ReadPath& path, std::int64_t position) {
  const Place place = path.at(position, order_, trace_.counts);
  if (place.kind != Place::Kind::Tick) return nullptr;
  return gradients_.values[path.read().value].row(place.index).data();
}

void LayerBackward::add(const ReadPath& path, const FloatMatrix& by) {
  for (std::int64_t k = 0; k < count_; ++k)
    if (float* to = gradient_row(path, first_ + k))
      Eigen::Map<Eigen::RowVectorXf>(to, by.cols()) += by.row(k);
}

// --- sums ---

void LayerBackward::backward(const FloatSum& sum, const FloatMatrix& by) {
  for (const FloatTerm& one : sum.terms) term(one, one.negative ? FloatMatrix(-by) : by);
}

void LayerBackward::term(const FloatTerm& term, const FloatMatrix& by) {
  if (term.factors.size() == 1)
    return std::visit([&](const auto& any) { factor(any, by); }, term.factors.front());
  std::vector<FloatMatrix> values;
  for (const FloatFactor& any : term.factors)
    values.push_back(std::visit([&](const auto& kind) { return value(kind); }, any));
  for (std::size_t k = 0; k < term.factors.size(); ++k) {
    FloatMatrix by_factor = by;
    for (std::size_t other = 0; other < values.size(); ++other)
      if (other != k) by_factor.array() *= values[other].array();
    std::visit([&](const auto& any) { factor(any, by_factor); }, term.factors[k]);
  }
}

void LayerBackward::factor(const FloatProductFactor& product, const FloatMatrix& by) {
  const std::size_t site = cursor_.site++;
  gradients_.products[site].middleRows(first_, count_) = by;
  if (product.ahead) {
    ahead_sites_[*product.ahead] = site;
    return;
  }
  add(product.path, product.matrix->transposed_times(by, trace_.values[product.path.read().value].cols()));
}

void LayerBackward::factor(const FloatLookup&, const FloatMatrix& by) {
  gradients_.products[cursor_.site++].middleRows(first_, count_) = by;
}

void LayerBackward::factor(const FloatConstant&, const FloatMatrix& by) {
  const ConstantId id = *cursor_.constant++;
  const Constant& constant = program_.constants[id];
  for (Eigen::Index e = 0; e < by.cols(); ++e)
    gradients_.constants[id][e / constant.inner % constant.size] += by.col(e).sum();
}

FloatMatrix LayerBackward::value(const FloatProductFactor& product) const {
  const FloatMatrix operand = rows(product.path);
  return product.matrix->times({operand.data(), operand.rows(), operand.cols()});
}

FloatMatrix LayerBackward::value(const FloatLookup& lookup) const {
  const FloatMatrix tokens = rows(lookup.token);
  FloatMatrix made(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k)
    made.row(k) = lookup.rows->row(static_cast<Eigen::Index>(tokens(k, 0)));
  return made;
}

FloatMatrix LayerBackward::value(const FloatConstant& constant) const {
  return constant.elements.replicate(count_, 1);
}

FloatMatrix LayerBackward::value(const FloatTerm& term) const {
  FloatMatrix made = FloatMatrix::Constant(count_, size_, term.negative ? -1.0F : 1.0F);
  for (const FloatFactor& any : term.factors)
    made.array() *= std::visit([&](const auto& kind) { return value(kind); }, any).array();
  return made;
}

FloatMatrix LayerBackward::value(const FloatSum& sum) const {
  FloatMatrix made = FloatMatrix::Zero(count_, size_);
  for (const FloatTerm& one : sum.terms) made += value(one);
  return made;
}

// --- other statements ---

void LayerBackward::backward(const FloatTable& table, const FloatMatrix& by) {
  const FloatMatrix x = rows(table.argument);
  FloatMatrix by_argument(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k) {
    const float* y = trace_.values[target_].row(order_.tick_at(first_ + k)).data();
    for (Eigen::Index e = 0; e < size_; ++e)
      by_argument(k, e) = by(k, e) * derivative(table.function, x(k, e), y[e]);
  }
  add(table.argument, by_argument);
}

void LayerBackward::backward(const FloatExtreme& extreme, const FloatMatrix& by) {
  for (std::int64_t k = 0; k < count_; ++k)
    extreme.window.empty() ? extreme_row(extreme, k, by) : window_row(extreme, k, by);
}

// The derivative goes to the operand that was taken.
void LayerBackward::extreme_row(const FloatExtreme& extreme, std::int64_t k, const FloatMatrix& by) {
  for (Eigen::Index e = 0; e < size_; ++e) {
    const ReadPath* taken = nullptr;
    bool is_first = true;
    float best = 0;
    for (const auto& operand : extreme.operands) {
      const auto* path = std::get_if<ReadPath>(&operand);
      const float* row = path != nullptr ? trace_.row(*path, order_, first_ + k)
                                         : std::get<FloatConstant>(operand).elements.data();
      if (row == nullptr || (!is_first && (extreme.largest ? row[e] <= best : row[e] >= best))) continue;
      best = row[e];
      taken = path;
      is_first = false;
    }
    float* to = taken == nullptr ? nullptr : gradient_row(*taken, first_ + k);
    if (to != nullptr) to[e] += by(k, e);
  }
}

void LayerBackward::window_row(const FloatExtreme& extreme, std::int64_t k, const FloatMatrix& by) {
  const auto& path = std::get<ReadPath>(extreme.operands.front());
  const float* row = trace_.row(path, order_, first_ + k);
  float* to = gradient_row(path, first_ + k);
  if (row == nullptr || to == nullptr) return;
  for (Eigen::Index e = 0; e < size_; ++e) {
    const std::vector<Tap>& taps = extreme.window[static_cast<std::size_t>(e)].taps;
    if (taps.empty()) continue;
    int taken = taps.front().input;
    for (const Tap& tap : taps)
      if (extreme.largest ? row[tap.input] > row[taken] : row[tap.input] < row[taken]) taken = tap.input;
    to[taken] += by(k, e);
  }
}

void LayerBackward::backward(const FloatConcat& concat, const FloatMatrix& by) {
  Eigen::Index at = 0;
  for (const ReadPath& operand : concat.operands) {
    const Eigen::Index columns = trace_.values[operand.read().value].cols();
    add(operand, by.middleCols(at, columns));
    at += columns;
  }
}

void LayerBackward::backward(const FloatMove& move, const FloatMatrix& by) {
  for (std::int64_t k = 0; k < count_; ++k) {
    float* to = gradient_row(move.operand, first_ + k);
    for (Eigen::Index e = 0; to != nullptr && e < size_; ++e) {
      const int source = move.sources[static_cast<std::size_t>(e)];
      if (source >= 0) to[source] += by(k, e);
    }
  }
}

void LayerBackward::backward(const FloatBlock& block, const FloatMatrix& by) {
  for (std::int64_t k = 0; k < count_; ++k) {
    float* to = gradient_row(block.operand, first_ + k);
    const std::int64_t begin = order_.tick_at(first_ + k) % block.blocks * size_;
    for (Eigen::Index e = 0; to != nullptr && e < size_; ++e) to[begin + e] += by(k, e);
  }
}

void LayerBackward::backward(const FloatJoin& join, const FloatMatrix& by) {
  FloatMatrix& inner = gradients_.values[join.operand];
  for (std::int64_t k = 0; k < count_; ++k) {
    const std::int64_t first = order_.tick_at(first_ + k) * join.factor;
    for (int part = 0; part < join.factor; ++part)
      inner.row(first + part) += by.row(k).segment(part * inner.cols(), inner.cols());
  }
}

}  // namespace fixgate::program
