#include "fixed/proof.h"

#include <algorithm>
#include <utility>

#include "numeric/accumulator.h"

namespace fixgate {
namespace {

// A term that may be anything from low to high, at a fraction of its own.
struct RangeTerm {
  Interval range;
  int fraction = 0;
};

// A matrix times a vector of one format: one part of a row's sum.
struct MatrixPart {
  const WeightMatrix& weights;
  const Format& input;

  [[nodiscard]] int fraction(int row) const {
    return accumulator_fraction(weights.row_fractions[static_cast<std::size_t>(row)], input.fraction);
  }

  // Section 5's bounds of a row: as min <= 0 <= max for every format, positive weights reach below with min
  // and above with max, negative weights the other way round. At most 2^24 columns of 32 bits: far from
  // overflow.
  [[nodiscard]] RangeTerm term(int row) const {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    for (const std::int32_t weight : weights.row(row)) (weight > 0 ? positive : negative) += weight;
    const Wide low = Wide{positive} * input.min() + Wide{negative} * input.max();
    const Wide high = Wide{positive} * input.max() + Wide{negative} * input.min();
    return {{low, high}, fraction(row)};
  }
};

RangeTerm term_of(const Format& format) {
  return {range_of(format), format.fraction};
}

// Ranges of at most 64 and 32 bits, so that the product cannot overflow.
RangeTerm product(const RangeTerm& a, const Format& b) {
  return {product_range(a.range, range_of(b)), a.fraction + b.fraction};
}

// All terms of one row, aligned at the largest fraction and added.
struct RowSum {
  AccumulatorBound bound;
  int fraction = 0;
  int alignment = 0;
};

RowSum sum_of(const std::vector<RangeTerm>& terms) {
  const auto [low, high] =
      std::minmax_element(terms.begin(), terms.end(),
                          [](const RangeTerm& a, const RangeTerm& b) { return a.fraction < b.fraction; });
  RowSum sum{{}, high->fraction, high->fraction - low->fraction};
  for (const RangeTerm& term : terms)
    sum.bound.add_term(term.range.low, term.range.high, sum.fraction - term.fraction);
  return sum;
}

// The sums of all rows of a gate, or one element-wise sum.
class Proof {
 public:
  Proof(std::string name, int signal) {
    proven_.name = std::move(name);
    proven_.signal = signal;
  }

  void add(int row, const RowSum& sum) {
    proven_.min_fraction = rows_ == 0 ? sum.fraction : std::min(proven_.min_fraction, sum.fraction);
    proven_.max_fraction = rows_ == 0 ? sum.fraction : std::max(proven_.max_fraction, sum.fraction);
    proven_.max_alignment = std::max(proven_.max_alignment, sum.alignment);
    ++rows_;
    widen(row, sum.bound);
  }

  void widen(int row, const AccumulatorBound& bound) {
    if (bound.width() <= proven_.width) return;
    proven_.width = bound.width();
    widest_row_ = row;
  }

  [[nodiscard]] Result<ProvenWidth> finished() const {
    if (proven_.width > kMaxAccumulatorWidth)
      return fail(
          "{} needs {} bits (row {}), more than {}: use narrower signals or weights, or closer binary points",
          proven_.name, proven_.width, widest_row_, kMaxAccumulatorWidth);
    return proven_;
  }

 private:
  ProvenWidth proven_;
  int rows_ = 0;
  int widest_row_ = 0;
};

// A bias is at the fraction of the sum of the given parts.
RangeTerm bias_term(const BiasVector& bias, int row, int fraction) {
  const std::int64_t value = bias.empty() ? 0 : bias[static_cast<std::size_t>(row)];
  return {{value, value}, fraction};
}

class WidthProver {
 public:
  explicit WidthProver(const FixedNetwork& network) : network_(network) {}

  Result<void> operator()(const FixedEmbedding&) { return {}; }
  Result<void> operator()(const FixedSelect&) { return {}; }

  Result<void> operator()(const FixedDense& layer) {
    const int signal = layer.pre_signal >= 0 ? layer.pre_signal : layer.output_signal;
    const MatrixPart part{weights(layer.weights), format(layer.input_signal)};
    return prove_parts(Proof(layer.name + ".acc", signal), {part}, layer.bias);
  }

  Result<void> operator()(const FixedRecurrent& layer) {
    for (const FixedCell& cell : layer.cells) FIXGATE_CHECK(prove_cell(layer, cell));
    return {};
  }

  [[nodiscard]] std::vector<ProvenWidth> proven() && { return std::move(proven_); }

 private:
  [[nodiscard]] const Format& format(int signal) const {
    return network_.signals[static_cast<std::size_t>(signal)].format.format;
  }
  [[nodiscard]] const WeightMatrix& weights(int index) const {
    return network_.weights[static_cast<std::size_t>(index)];
  }

  Result<void> finish(const Proof& proof) {
    FIXGATE_ASSIGN(ProvenWidth width, proof.finished());
    proven_.push_back(std::move(width));
    return {};
  }

  Result<void> prove_parts(Proof proof, const std::vector<MatrixPart>& parts, const BiasVector& bias) {
    for (int row = 0; row < parts.front().weights.rows; ++row) {
      std::vector<RangeTerm> terms;
      for (const MatrixPart& part : parts) terms.push_back(part.term(row));
      terms.push_back(bias_term(bias, row, sum_of(terms).fraction));
      proof.add(row, sum_of(terms));
    }
    return finish(proof);
  }

  Result<void> prove_product(std::string name, int signal, int first, int second) {
    Proof proof(std::move(name), signal);
    proof.add(0, sum_of({product(term_of(format(first)), format(second))}));
    return finish(proof);
  }

  Result<void> prove_cell(const FixedRecurrent& layer, const FixedCell& cell) {
    const std::string prefix = cell_prefix(layer, cell);
    for (std::size_t g = 0; g < cell.gates.size(); ++g) FIXGATE_CHECK(prove_gate(layer, cell, g));
    if (layer.kind == CellKind::Lstm) return prove_lstm_state(prefix, cell.signals);
    if (layer.kind == CellKind::Gru) return prove_gru_state(prefix, cell.signals);
    return {};
  }

  Result<void> prove_gate(const FixedRecurrent& layer, const FixedCell& cell, std::size_t index) {
    const FixedGate& gate = cell.gates[index];
    const CellSignals& signals = cell.signals;
    const std::string prefix = cell_prefix(layer, cell);
    int hidden = signals.hidden;
    if (layer.kind == CellKind::Gru && index == 2) {
      if (layer.linear_before_reset) return prove_linear_before_reset(layer, cell);
      FIXGATE_CHECK(
          prove_product(prefix + "product_rh", signals.reset_hidden, signals.gate[1], signals.hidden));
      hidden = signals.reset_hidden;
    }
    const MatrixPart input{weights(gate.input_weights), format(layer.input_signal)};
    const MatrixPart recurrent{weights(gate.recurrent_weights), format(hidden)};
    return prove_parts(Proof(prefix + "acc_" + gate.name, signals.pre_activation[index]), {input, recurrent},
                       gate.bias);
  }

  // rec <- R_h h + Rb_h;  pre_h <- (W_h x + Wb_h) + r * rec
  Result<void> prove_linear_before_reset(const FixedRecurrent& layer, const FixedCell& cell) {
    const std::string prefix = cell_prefix(layer, cell);
    const CellSignals& signals = cell.signals;
    const FixedGate& gate = cell.gates[2];
    const MatrixPart recurrent{weights(gate.recurrent_weights), format(signals.hidden)};
    FIXGATE_CHECK(
        prove_parts(Proof(prefix + "acc_rec", signals.recurrent), {recurrent}, gate.recurrent_bias));
    const MatrixPart input{weights(gate.input_weights), format(layer.input_signal)};
    const RangeTerm reset = product(term_of(format(signals.gate[1])), format(signals.recurrent));
    Proof proof(prefix + "acc_h", signals.pre_activation[2]);
    for (int row = 0; row < layer.hidden; ++row)
      proof.add(row, sum_of({input.term(row), bias_term(gate.bias, row, input.fraction(row)), reset}));
    return finish(proof);
  }

  // c' <- f * c + i * g;  h' <- o * t
  Result<void> prove_lstm_state(const std::string& prefix, const CellSignals& signals) {
    const RangeTerm kept = product(term_of(format(signals.gate[2])), format(signals.cell));
    const RangeTerm added = product(term_of(format(signals.gate[0])), format(signals.gate[3]));
    Proof proof(prefix + "sum_c", signals.cell);
    proof.add(0, sum_of({kept, added}));
    FIXGATE_CHECK(finish(proof));
    return prove_product(prefix + "product_h", signals.hidden, signals.gate[1], signals.cell_activation);
  }

  // h' <- n + z * (h - n)
  Result<void> prove_gru_state(const std::string& prefix, const CellSignals& signals) {
    const RangeTerm hidden = term_of(format(signals.hidden));
    const RangeTerm candidate = term_of(format(signals.gate[2]));
    const RangeTerm negative{{-candidate.range.high, -candidate.range.low}, candidate.fraction};
    const RowSum difference = sum_of({hidden, negative});
    const AccumulatorBound& bound = difference.bound;
    Proof proof(prefix + "sum_h", signals.hidden);
    proof.widen(0, bound);
    FIXGATE_CHECK(proof.finished());  // at most 64 bits from here on
    const RangeTerm step =
        product({{bound.low(), bound.high()}, difference.fraction}, format(signals.gate[0]));
    proof.add(0, sum_of({step, candidate}));
    FIXGATE_ASSIGN(ProvenWidth width, proof.finished());
    width.max_alignment = std::max(width.max_alignment, difference.alignment);
    proven_.push_back(std::move(width));
    return {};
  }

  const FixedNetwork& network_;
  std::vector<ProvenWidth> proven_;
};

}  // namespace

int accumulator_fraction(int weight_fraction, int input_fraction) {
  return weight_fraction + input_fraction;
}

int accumulator_fraction(int weight_fraction, int input_fraction, int recurrent_fraction,
                         int hidden_fraction) {
  return std::max(weight_fraction + input_fraction, recurrent_fraction + hidden_fraction);
}

Result<std::vector<ProvenWidth>> prove_widths(const FixedNetwork& network) {
  WidthProver prover(network);
  for (const FixedLayer& layer : network.layers) FIXGATE_CHECK(std::visit(prover, layer));
  return std::move(prover).proven();
}

}  // namespace fixgate
