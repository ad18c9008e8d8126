#include "simulate/float/float_layer_run.h"

#include <algorithm>
#include <limits>

#include "simulate/float/float_reading.h"

namespace fixgate::program {
namespace {

FloatMatrix applied(const Function& function, const FloatRowsView& x) {
  using Kind = ActivationFunction::Kind;
  const auto* activation = std::get_if<ActivationFunction>(&function);
  if (activation != nullptr && activation->kind == Kind::Sigmoid)
    return (1.0F + (-x.array()).exp()).inverse().matrix();
  if (activation != nullptr && activation->kind == Kind::Tanh) return x.array().tanh().matrix();
  return x.unaryExpr([&](float one) { return static_cast<float>(evaluate(function, one)); });
}

}  // namespace

FloatLayerRun::FloatLayerRun(const FloatSurroundings& around, const FloatLayer& layer, FloatTicks& values,
                             FloatValueObserver* observer)
    : around_(around),
      layer_(layer),
      values_(values),
      observer_(observer),
      order_(around.program, *layer.layer, around.counts) {}

void FloatLayerRun::run() {
  const std::int64_t positions = order_.count();
  if (positions == 0) return;
  if (!layer_.is_recurrent) return run_positions(0, positions);
  multiply_ahead();
  for (std::int64_t position = 0; position < positions; ++position) run_positions(position, 1);
}

void FloatLayerRun::multiply_ahead() {
  first_ = 0;
  count_ = order_.count();
  for (const FloatProductFactor& product : layer_.ahead)
    ahead_.push_back(product.matrix->times(read(product.path).view()));
}

void FloatLayerRun::run_positions(std::int64_t first, std::int64_t count) {
  first_ = first;
  count_ = count;
  for (const FloatStatement& statement : layer_.statements) {
    size_ = statement.size;
    store(statement.target, std::visit([&](const auto& any) { return (*this)(any); }, statement.what));
  }
}

// Rows come in the order of positions and are kept in that of ticks.
void FloatLayerRun::store(ValueId target, const FloatMatrix& rows) {
  FloatMatrix& all = values_[target];
  for (std::int64_t k = 0; k < count_; ++k) all.row(order_.tick_at(first_ + k)) = rows.row(k);
  if (observer_ == nullptr) return;
  const std::int64_t first = count_ == 1 ? order_.tick_at(first_) : 0;
  observer_->observe(target, first, all.middleRows(first, count_));
}

// --- reads ---

bool FloatLayerRun::is_straight(const ReadPath& path) const {
  const Place from = path.at(first_, order_, around_.counts);
  const Place to = path.at(first_ + count_ - 1, order_, around_.counts);
  const bool is_of_ticks = from.kind == Place::Kind::Tick && to.kind == Place::Kind::Tick;
  if (!is_of_ticks || to.index - from.index != count_ - 1) return false;
  for (std::int64_t k = 1; k + 1 < count_; ++k) {
    const Place place = path.at(first_ + k, order_, around_.counts);
    if (place.kind != Place::Kind::Tick || place.index != from.index + k) return false;
  }
  return true;
}

const float* FloatLayerRun::row_at(const ReadPath& path, std::int64_t position) const {
  return program::row_at({values_, around_.before, around_.initial}, path,
                         path.at(position, order_, around_.counts));
}

FloatLayerRun::Rows FloatLayerRun::read(const ReadPath& path) const {
  Rows made;
  made.rows = count_;
  made.columns = values_[path.read().value].cols();
  if (count_ == 1 || is_straight(path)) made.data = row_at(path, first_);
  if (made.data != nullptr) return made;
  made.copy = FloatMatrix::Zero(made.rows, made.columns);
  for (std::int64_t k = 0; k < count_; ++k)
    if (const float* row = row_at(path, first_ + k)) std::copy_n(row, made.columns, made.copy.row(k).data());
  made.data = made.copy.data();
  return made;
}

// --- sums ---

FloatMatrix FloatLayerRun::factor(const FloatProductFactor& product) const {
  if (product.ahead) return ahead_[*product.ahead].middleRows(first_, count_);
  return product.matrix->times(read(product.path).view());
}

FloatMatrix FloatLayerRun::factor(const FloatLookup& lookup) const {
  FloatMatrix made(count_, size_);
  const Rows tokens = read(lookup.token);
  for (std::int64_t k = 0; k < count_; ++k)
    made.row(k) = lookup.rows->row(static_cast<Eigen::Index>(tokens.data[k]));
  return made;
}

FloatMatrix FloatLayerRun::factor(const FloatConstant& constant) const {
  return constant.elements.replicate(count_, 1);
}

FloatMatrix FloatLayerRun::term(const FloatTerm& term) const {
  FloatMatrix made;
  for (const FloatFactor& any : term.factors) {
    FloatMatrix one = std::visit([&](const auto& kind) { return factor(kind); }, any);
    if (made.size() == 0)
      made = std::move(one);
    else
      made.array() *= one.array();
  }
  return made;
}

FloatMatrix FloatLayerRun::operator()(const FloatSum& sum) const {
  FloatMatrix made;
  for (const FloatTerm& one : sum.terms) {
    FloatMatrix value = term(one);
    if (made.size() == 0 && one.negative)
      made = -value;
    else if (made.size() == 0)
      made = std::move(value);
    else if (one.negative)
      made -= value;
    else
      made += value;
  }
  return made;
}

// --- other statements ---

FloatMatrix FloatLayerRun::operator()(const FloatTable& table) const {
  return applied(table.function, read(table.argument).view());
}

// An operand outside of the sequence is left out; where all are, the result is zero.
FloatMatrix FloatLayerRun::operator()(const FloatExtreme& extreme) const {
  if (!extreme.window.empty()) return extreme_of_window(extreme);
  FloatMatrix made = FloatMatrix::Zero(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k) {
    bool is_first = true;
    for (const auto& operand : extreme.operands) {
      const auto* path = std::get_if<ReadPath>(&operand);
      const float* row =
          path != nullptr ? row_at(*path, first_ + k) : std::get<FloatConstant>(operand).elements.data();
      for (int e = 0; row != nullptr && e < size_; ++e)
        if (is_first || (extreme.largest ? row[e] > made(k, e) : row[e] < made(k, e))) made(k, e) = row[e];
      is_first = is_first && row == nullptr;
    }
  }
  return made;
}

// A position all of whose window is padding gives zero.
FloatMatrix FloatLayerRun::extreme_of_window(const FloatExtreme& extreme) const {
  FloatMatrix made = FloatMatrix::Zero(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k) {
    const float* row = row_at(std::get<ReadPath>(extreme.operands.front()), first_ + k);
    for (int e = 0; row != nullptr && e < size_; ++e) {
      const auto& taps = extreme.window[static_cast<std::size_t>(e)].taps;
      for (std::size_t tap = 0; tap < taps.size(); ++tap) {
        const float one = row[taps[tap].input];
        if (tap == 0 || (extreme.largest ? one > made(k, e) : one < made(k, e))) made(k, e) = one;
      }
    }
  }
  return made;
}

FloatMatrix FloatLayerRun::operator()(const FloatConcat& concat) const {
  FloatMatrix made(count_, size_);
  Eigen::Index at = 0;
  for (const ReadPath& operand : concat.operands) {
    const Rows rows = read(operand);
    made.middleCols(at, rows.columns) = rows.view();
    at += rows.columns;
  }
  return made;
}

FloatMatrix FloatLayerRun::operator()(const FloatMove& move) const {
  const Rows rows = read(move.operand);
  FloatMatrix made(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k) {
    const float* from = rows.data + k * rows.columns;
    for (int e = 0; e < size_; ++e) {
      const int source = move.sources[static_cast<std::size_t>(e)];
      made(k, e) = source < 0 ? 0.0F : from[source];
    }
  }
  return made;
}

FloatMatrix FloatLayerRun::operator()(const FloatBlock& block) const {
  const Rows rows = read(block.operand);
  FloatMatrix made(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k)
    made.row(k) = rows.view().row(k).segment(order_.tick_at(first_ + k) % block.blocks * size_, size_);
  return made;
}

FloatMatrix FloatLayerRun::operator()(const FloatJoin& join) const {
  const FloatMatrix& inner = values_[join.operand];
  FloatMatrix made(count_, size_);
  for (std::int64_t k = 0; k < count_; ++k) {
    const float* from = inner.row(order_.tick_at(first_ + k) * join.factor).data();
    std::copy_n(from, size_, made.row(k).data());
  }
  return made;
}

}  // namespace fixgate::program
