#include "hardware/aligned_sums.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

#include "fixed/proof.h"
#include "hardware/network_parts.h"
#include "numeric/accumulator.h"

namespace fixgate {
namespace {

constexpr std::size_t kCandidate = 2;  // GRU's gate h
constexpr Wide kWideLimit = Wide{1} << 126;

// A matrix with the vector it multiplies.
struct Part {
  const WeightMatrix& weights;
  const Format& operand;

  [[nodiscard]] int fraction(int row) const {
    return accumulator_fraction(weights.row_fractions[static_cast<std::size_t>(row)], operand.fraction);
  }
  [[nodiscard]] int largest_fraction() const {
    return *std::max_element(weights.row_fractions.begin(), weights.row_fractions.end()) + operand.fraction;
  }
};

Wide bias_at(const BiasVector& bias, int row, int shift) {
  return bias.empty() ? 0 : shift_left(bias[static_cast<std::size_t>(row)], shift, kWideLimit);
}

// Collects what every row needs.
class Widths {
 public:
  void add_sum(const Part& part, int row) {
    AccumulatorBound bound;
    bound.add_row(part.weights.row(row), part.operand, 0);
    widths_.sum = std::max(widths_.sum, bound.width());
  }
  void add_total(const AccumulatorBound& bound) { widths_.total = std::max(widths_.total, bound.width()); }
  void add_row(const AlignedRow& row) {
    widths_.shift = std::max({widths_.shift, bits_of(row.shift_x), bits_of(row.shift_h)});
    widths_.bias = std::max(widths_.bias, signed_width(row.bias_x, row.bias_x));
    widths_.bias_h = std::max(widths_.bias_h, signed_width(row.bias_h, row.bias_h));
  }
  [[nodiscard]] const SumWidths& widths() const { return widths_; }

 private:
  static int bits_of(int shift) { return static_cast<int>(std::bit_width(static_cast<unsigned>(shift))); }

  SumWidths widths_;
};

// One part, aligned, with its bias.
void add_aligned(AccumulatorBound& bound, const Part& part, int row, int shift, Wide bias) {
  bound.add_row(part.weights.row(row), part.operand, shift);
  bound.add_term(bias, bias, 0);
}

// A gate whose total holds both parts; dense layers have no hidden one.
AlignedGate align_gate(const Part& x, const std::optional<Part>& h, const BiasVector& bias, Widths& widths) {
  AlignedGate gate;
  gate.fraction = h ? std::max(x.largest_fraction(), h->largest_fraction()) : x.largest_fraction();
  for (int row = 0; row < x.weights.rows; ++row) {
    const int own = h ? std::max(x.fraction(row), h->fraction(row)) : x.fraction(row);
    AlignedRow aligned{gate.fraction - x.fraction(row), h ? gate.fraction - h->fraction(row) : 0,
                       bias_at(bias, row, gate.fraction - own), 0};
    AccumulatorBound total;
    add_aligned(total, x, row, aligned.shift_x, aligned.bias_x);
    widths.add_sum(x, row);
    if (h) add_aligned(total, *h, row, aligned.shift_h, 0);
    if (h) widths.add_sum(*h, row);
    widths.add_total(total);
    widths.add_row(aligned);
    gate.rows.push_back(aligned);
  }
  return gate;
}

// GRU's h with linear_before_reset: two totals. `reset` is the fraction of r * rec, which x's total meets.
AlignedGate align_split_gate(const Part& x, const Part& h, const FixedGate& fixed, int reset,
                             Widths& widths) {
  AlignedGate gate;
  gate.fraction = std::max(x.largest_fraction(), reset);
  gate.hidden_fraction = h.largest_fraction();
  for (int row = 0; row < x.weights.rows; ++row) {
    AlignedRow aligned{gate.fraction - x.fraction(row), gate.hidden_fraction - h.fraction(row), 0, 0};
    aligned.bias_x = bias_at(fixed.bias, row, aligned.shift_x);
    aligned.bias_h = bias_at(fixed.recurrent_bias, row, aligned.shift_h);
    AccumulatorBound x_total;
    AccumulatorBound h_total;
    add_aligned(x_total, x, row, aligned.shift_x, aligned.bias_x);
    add_aligned(h_total, h, row, aligned.shift_h, aligned.bias_h);
    widths.add_sum(x, row);
    widths.add_sum(h, row);
    widths.add_total(x_total);
    widths.add_total(h_total);
    widths.add_row(aligned);
    gate.rows.push_back(aligned);
  }
  return gate;
}

Result<AlignedSums> checked(AlignedSums sums) {
  if (sums.widths.total <= kMaxTotalWidth) return sums;
  return fail("the sums of its rows need more than {} bits at one binary point: choose closer binary points",
              kMaxTotalWidth);
}

}  // namespace

Result<AlignedSums> align_sums(const FixedNetwork& network, const FixedRecurrent& layer) {
  const FixedCell& cell = layer.cells.front();
  const CellSignals& signals = cell.signals;
  const Format& x = format_of(network, layer.input_signal);
  AlignedSums sums;
  Widths widths;
  for (std::size_t g = 0; g < cell.gates.size(); ++g) {
    const FixedGate& gate = cell.gates[g];
    const bool reads_reset = g == kCandidate && signals.reset_hidden >= 0;
    const Part input{weights_of(network, gate.input_weights), x};
    const Part hidden{weights_of(network, gate.recurrent_weights),
                      format_of(network, reads_reset ? signals.reset_hidden : signals.hidden)};
    if (g == kCandidate && layer.linear_before_reset) {
      const int reset =
          format_of(network, signals.gate[1]).fraction + format_of(network, signals.recurrent).fraction;
      sums.gates.push_back(align_split_gate(input, hidden, gate, reset, widths));
    } else {
      sums.gates.push_back(align_gate(input, hidden, gate.bias, widths));
    }
  }
  sums.widths = widths.widths();
  return checked(std::move(sums));
}

Result<AlignedSums> align_sums(const FixedNetwork& network, const FixedDense& layer) {
  AlignedSums sums;
  Widths widths;
  const Part input{weights_of(network, layer.weights), format_of(network, layer.input_signal)};
  sums.gates.push_back(align_gate(input, std::nullopt, layer.bias, widths));
  sums.widths = widths.widths();
  return checked(std::move(sums));
}

}  // namespace fixgate
