#include "hardware/aligned_sums.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>

#include "hardware/network_parts.h"
#include "numeric/exact_sum.h"

namespace fixgate {
namespace {

constexpr std::size_t kCandidate = 2;  // GRU's gate h
constexpr Wide kWideLimit = Wide{1} << 126;

// A matrix with the vector it multiplies.
struct Part {
  const WeightMatrix& weights;
  const Format& operand;

  [[nodiscard]] ExactRange product(int row) const {
    return row_product(weights.row(row), weights.row_fractions[static_cast<std::size_t>(row)], operand);
  }
  [[nodiscard]] int largest_fraction() const {
    return product_fraction(*std::ranges::max_element(weights.row_fractions), operand.fraction);
  }
};

std::int64_t bias_at(const BiasVector& bias, int row) {
  return bias.empty() ? 0 : bias[static_cast<std::size_t>(row)];
}

// Collects what every row needs.
class Widths {
 public:
  void add_sum(const ExactRange& product) {
    widths_.sum = std::max(widths_.sum, signed_width(product.range.low, product.range.high));
  }
  void add_total(const ExactSum& total) { widths_.total = std::max(widths_.total, total.width()); }
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

// A gate whose total holds both parts; dense layers have no hidden one.
AlignedGate align_gate(const Part& x, const std::optional<Part>& h, const BiasVector& bias, Widths& widths) {
  AlignedGate gate;
  gate.fraction = h ? sum_fraction(x.largest_fraction(), h->largest_fraction()) : x.largest_fraction();
  for (int row = 0; row < x.weights.rows; ++row) {
    std::vector<ExactRange> terms{x.product(row)};
    if (h) terms.push_back(h->product(row));
    for (const ExactRange& term : terms) widths.add_sum(term);
    const int own = add_up(terms).result.fraction;
    terms.push_back(exact_range(bias_at(bias, row), own));
    const ExactSum total = add_up(terms, gate.fraction);
    const AlignedRow aligned{total.shift_of(terms[0].fraction), h ? total.shift_of(terms[1].fraction) : 0,
                             shift_left(bias_at(bias, row), total.shift_of(own), kWideLimit), 0};
    widths.add_total(total);
    widths.add_row(aligned);
    gate.rows.push_back(aligned);
  }
  return gate;
}

/// One part and its bias at the fraction of the gate.
ExactSum align_part(const ExactRange& product, std::int64_t bias, int fraction, Widths& widths) {
  widths.add_sum(product);
  const ExactSum total = add_up(std::array{product, exact_range(bias, product.fraction)}, fraction);
  widths.add_total(total);
  return total;
}

// GRU's h with linear_before_reset: two totals. `reset` is the fraction of r * rec, which x's total meets.
AlignedGate align_split_gate(const Part& x, const Part& h, const FixedGate& fixed, int reset,
                             Widths& widths) {
  AlignedGate gate;
  gate.fraction = sum_fraction(x.largest_fraction(), reset);
  gate.hidden_fraction = h.largest_fraction();
  for (int row = 0; row < x.weights.rows; ++row) {
    const ExactRange from_x = x.product(row);
    const ExactRange from_h = h.product(row);
    const std::int64_t bias = bias_at(fixed.bias, row);
    const std::int64_t hidden_bias = bias_at(fixed.recurrent_bias, row);
    const int shift_x = align_part(from_x, bias, gate.fraction, widths).shift_of(from_x.fraction);
    const int shift_h =
        align_part(from_h, hidden_bias, gate.hidden_fraction, widths).shift_of(from_h.fraction);
    const AlignedRow aligned{shift_x, shift_h, shift_left(bias, shift_x, kWideLimit),
                             shift_left(hidden_bias, shift_h, kWideLimit)};
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

Result<AlignedSums> align_sums(const FixedChain& network, const FixedRecurrent& layer) {
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
      const int reset = product_fraction(format_of(network, signals.gate[1]).fraction,
                                         format_of(network, signals.recurrent).fraction);
      sums.gates.push_back(align_split_gate(input, hidden, gate, reset, widths));
    } else {
      sums.gates.push_back(align_gate(input, hidden, gate.bias, widths));
    }
  }
  sums.widths = widths.widths();
  return checked(std::move(sums));
}

Result<AlignedSums> align_sums(const FixedChain& network, const FixedDense& layer) {
  AlignedSums sums;
  Widths widths;
  const Part input{weights_of(network, layer.weights), format_of(network, layer.input_signal)};
  sums.gates.push_back(align_gate(input, std::nullopt, layer.bias, widths));
  sums.widths = widths.widths();
  return checked(std::move(sums));
}

}  // namespace fixgate
