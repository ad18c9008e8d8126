#include "simulate/fast/plan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "network/overloaded.h"
#include "numeric/exact_sum.h"
#include "simulate/fast/join.h"
#include "simulate/fast/narrow.h"
#include "simulate/fast/runs.h"
#include "simulate/fast/storage.h"

namespace fixgate::fast {
namespace {

constexpr int kMaxShift = 31;
constexpr int kWidestTableInput = 16;  // tables are worked out in advance

std::int32_t low_bits(std::int64_t v) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(v)));
}

std::int64_t shifted(std::int64_t v, int left) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(v) << left);
}

std::int64_t half_of(int right, Rounding rounding) {
  return right == 0 || rounding == Rounding::Floor ? 0 : std::int64_t{1} << (right - 1);
}

/// Left shifts that bring the terms of a sum to one fraction, and the right shift from there to the target.
struct Alignment {
  std::vector<int> left;
  int right = 0;
  std::int64_t half = 0;
};

// The sum is taken at the target's fraction if that is the largest: then there is nothing to shift right.
Result<Alignment> align_terms(const std::vector<ExactRange>& terms, const SignalFormat& target,
                              const std::string& name) {
  const ExactSum sum = add_up(terms, target.format.fraction);
  Alignment alignment;
  for (const ExactRange& term : terms) {
    alignment.left.push_back(sum.shift_of(term.fraction));
    if (alignment.left.back() > kMaxShift) return fail("{}: a term is shifted by more than 31 bits", name);
  }
  alignment.right = sum.result.fraction - target.format.fraction;
  if (alignment.right > kMaxShift) return fail("{}: the sum is shifted by more than 31 bits", name);
  alignment.half = half_of(alignment.right, target.rounding);
  if (sum.result.range.low < std::numeric_limits<std::int32_t>::min() ||
      sum.result.range.high + alignment.half > std::numeric_limits<std::int32_t>::max())
    return fail("{}: the sum needs more than 32 bits", name);
  return alignment;
}

/// What the stored values q - offset leave out of the sum of w * q.
std::int64_t correction(std::span<const std::int32_t> weights, const Storage& storage) {
  std::int64_t sum = 0;
  for (const std::int32_t weight : weights) sum += weight;
  return sum * storage.offset;
}

std::int64_t bias_at(const BiasVector& bias, int row) {
  return bias.empty() ? 0 : bias[static_cast<std::size_t>(row)];
}

class Planner {
 public:
  Planner(const FixedChain& network, const ByteProducts& products) : network_(network), products_(products) {}

  Result<NetworkPlan> plan() {
    NetworkPlan plan;
    plan.network = &network_;
    storage_ = choose_storage(network_, products_);
    for (const FixedLayer& layer : network_.layers) {
      FIXGATE_ASSIGN(LayerPlan one, std::visit(*this, layer));
      plan.layers.push_back(std::move(one));
    }
    FIXGATE_CHECK(check_signals());
    plan.storage = storage_;
    return plan;
  }

  Result<LayerPlan> operator()(const FixedEmbedding& layer) const {
    return EmbeddingPlan{&weights(layer.weights), layer.output_signal};
  }

  Result<LayerPlan> operator()(const FixedSelect& layer) const { return layer.kind; }

  Result<LayerPlan> operator()(const FixedDense& layer) const {
    DensePlan plan;
    FIXGATE_ASSIGN(plan.stack, stack({layer.weights}, layer.input_signal));
    const int written = layer.pre_signal >= 0 ? layer.pre_signal : layer.output_signal;
    plan.written.target = target(written);
    plan.output = layer.output_signal;
    plan.table = layer.table;
    FIXGATE_CHECK(check_table(layer.table));
    const WeightMatrix& matrix = weights(layer.weights);
    for (int row = 0; row < matrix.rows; ++row)
      FIXGATE_CHECK(add_row(plan.sum, plan.written, Part{matrix, layer.input_signal}, row,
                            bias_at(layer.bias, row), layer.name));
    return plan;
  }

  Result<LayerPlan> operator()(const FixedRecurrent& layer) const {
    RecurrentPlan plan;
    for (const FixedCell& cell : layer.cells) {
      FIXGATE_ASSIGN(CellPlan one, plan_cell(layer, cell));
      plan.cells.push_back(std::move(one));
    }
    return plan;
  }

 private:
  /// A matrix and the signal that it multiplies.
  struct Part {
    const WeightMatrix& weights;
    int signal;
  };

  [[nodiscard]] const FixedSignal& signal(int index) const {
    return network_.signals[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const SignalFormat& format(int index) const { return signal(index).format; }
  [[nodiscard]] const WeightMatrix& weights(int index) const {
    return network_.weights[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const Storage& storage(int index) const { return storage_[static_cast<std::size_t>(index)]; }
  [[nodiscard]] ExactRange term(int index) const { return exact_range(format(index).format); }

  [[nodiscard]] ExactRange term(const Part& part, int row) const {
    return row_product(part.weights.row(row), part.weights.row_fractions[static_cast<std::size_t>(row)],
                       format(part.signal).format);
  }

  [[nodiscard]] std::int64_t correction_of(const Part& part, int row) const {
    return correction(part.weights.row(row), storage(part.signal));
  }

  // The stored formats: 16 bits, or 32 for the outputs of a last dense layer, of which a table's entries
  // take one for themselves.
  [[nodiscard]] Result<void> check_signals() const {
    for (std::size_t s = 0; s < network_.signals.size(); ++s) {
      const Format& one = network_.signals[s].format.format;
      const int widest = (storage_[s].size == 4 ? 31 : 16) - (one.is_signed ? 0 : 1);
      if (one.width > widest)
        return fail("signal {} is {}, wider than {} bits", network_.signals[s].name, to_text(one), widest);
    }
    return {};
  }

  [[nodiscard]] Target target(int index) const {
    const SignalFormat& to = format(index);
    return {index,
            low_bits(to.format.min()),
            low_bits(to.format.max()),
            32 - to.format.width,
            to.format.is_signed,
            to.overflow == Overflow::Wrap,
            to.rounding == Rounding::Convergent};
  }

  [[nodiscard]] Result<void> check_table(int index) const {
    if (index < 0) return {};
    const ActivationTable& table = network_.tables[static_cast<std::size_t>(index)];
    if (table.input.width > kWidestTableInput)
      return fail("table {} reads {} bits, more than {}", index, table.input.width, kWidestTableInput);
    return {};
  }

  [[nodiscard]] Result<Stack> stack(const std::vector<int>& parts, int input) const {
    Stack stack;
    stack.input = storage(input);
    for (const int part : parts) {
      stack.parts.push_back(&weights(part));
      if (weights(part).code().plain_width() > 16)
        return fail("{} has more than 16 bits", weights(part).name);
    }
    stack.columns = stack.parts.front()->columns;
    if (stack.input.size == 1)
      stack.most = static_cast<std::int32_t>(format(input).format.max() - format(input).format.min());
    return stack;
  }

  // One row of a sum of one matrix part and a bias, requantised.
  Result<void> add_row(SumRows& sum, TargetRows& written, const Part& part, int row, std::int64_t bias,
                       const std::string& name) const {
    const ExactRange products = term(part, row);
    const SignalFormat& to = format(written.target.signal);
    FIXGATE_ASSIGN(const Alignment alignment,
                   align_terms({products, exact_range(bias, products.fraction)}, to, name));
    const std::int64_t correction = correction_of(part, row);
    sum.left.push_back(alignment.left[0]);
    sum.constant.push_back(low_bits(shifted(correction + bias, alignment.left[0]) + alignment.half));
    written.right.push_back(alignment.right);
    return {};
  }

  // pre <- W x + R h + b
  Result<void> add_gate_row(GatePlan& plan, const Part& input, const Part& recurrent, int row,
                            std::int64_t bias, const std::string& name) const {
    const ExactRange from_input = term(input, row);
    const ExactRange from_hidden = term(recurrent, row);
    const int fraction = sum_fraction(from_input.fraction, from_hidden.fraction);
    FIXGATE_ASSIGN(const Alignment alignment,
                   align_terms({from_input, from_hidden, exact_range(bias, fraction)},
                               format(plan.written.target.signal), name));
    const std::int64_t x = correction_of(input, row);
    const std::int64_t h = correction_of(recurrent, row);
    plan.input.left.push_back(alignment.left[0]);
    plan.input.constant.push_back(low_bits(shifted(x, alignment.left[0]) + shifted(h, alignment.left[1]) +
                                           shifted(bias, alignment.left[2]) + alignment.half));
    plan.recurrent.left.push_back(alignment.left[1]);
    plan.recurrent.constant.push_back(0);
    plan.written.right.push_back(alignment.right);
    return {};
  }

  // rec <- R h + Rb ;  pre <- (W x + Wb) + r * rec
  Result<void> add_candidate_row(CellPlan& cell, const FixedGate& gate, const CellSignals& signals,
                                 const Part& input, int row) const {
    GatePlan& plan = cell.gates[2];
    FIXGATE_CHECK(add_row(plan.recurrent, cell.rec, Part{weights(gate.recurrent_weights), signals.hidden},
                          row, bias_at(gate.recurrent_bias, row), signal(signals.recurrent).name));
    const ExactRange from_input = term(input, row);
    const ExactRange reset = product(term(signals.gate[1]), term(signals.recurrent));
    const std::int64_t bias = bias_at(gate.bias, row);
    FIXGATE_ASSIGN(const Alignment alignment,
                   align_terms({from_input, exact_range(bias, from_input.fraction), reset},
                               format(plan.written.target.signal), signal(plan.written.target.signal).name));
    const std::int64_t x = correction_of(input, row);
    plan.input.left.push_back(alignment.left[0]);
    plan.input.constant.push_back(low_bits(shifted(x + bias, alignment.left[0]) + alignment.half));
    plan.written.right.push_back(alignment.right);
    cell.reset_left.push_back(alignment.left[2]);
    return {};
  }

  [[nodiscard]] bool reads_reset(const CellSignals& signals, std::size_t gate) const {
    return gate == 2 && signals.reset_hidden >= 0;
  }

  Result<GatePlan> start_gate(const FixedCell& cell, std::size_t index) const {
    const FixedGate& gate = cell.gates[index];
    GatePlan plan;
    plan.table = gate.table;
    plan.output = cell.signals.gate.empty() ? cell.signals.hidden : cell.signals.gate[index];
    plan.written.target = target(cell.signals.pre_activation[index]);
    FIXGATE_CHECK(check_table(gate.table));
    return plan;
  }

  Result<void> plan_gate(const FixedRecurrent& layer, const FixedCell& cell, std::size_t index,
                         CellPlan& plan) const {
    const FixedGate& gate = cell.gates[index];
    FIXGATE_ASSIGN(GatePlan started, start_gate(cell, index));
    plan.gates.push_back(std::move(started));
    const Part input{weights(gate.input_weights), layer.input_signal};
    const int hidden = reads_reset(cell.signals, index) ? cell.signals.reset_hidden : cell.signals.hidden;
    const Part recurrent{weights(gate.recurrent_weights), hidden};
    const std::string& name = signal(cell.signals.pre_activation[index]).name;
    for (int row = 0; row < layer.hidden; ++row) {
      if (index == 2 && layer.linear_before_reset)
        FIXGATE_CHECK(add_candidate_row(plan, gate, cell.signals, input, row));
      else
        FIXGATE_CHECK(add_gate_row(plan.gates.back(), input, recurrent, row, bias_at(gate.bias, row), name));
    }
    return {};
  }

  Result<ElementSum> element_sum(const std::vector<ExactRange>& terms, int to) const {
    FIXGATE_ASSIGN(const Alignment alignment, align_terms(terms, format(to), signal(to).name));
    ElementSum sum;
    sum.target = target(to);
    sum.left_first = alignment.left[0];
    sum.left_second = alignment.left.size() > 1 ? alignment.left[1] : 0;
    sum.right = alignment.right;
    sum.half = static_cast<std::int32_t>(alignment.half);
    return sum;
  }

  Result<void> plan_lstm(const CellSignals& s, const FixedCell& cell, CellPlan& plan) const {
    FIXGATE_CHECK(check_table(cell.cell_table));
    plan.cell_table = cell.cell_table;
    plan.cell_activation = s.cell_activation;
    FIXGATE_ASSIGN(plan.cell, element_sum({product(term(s.gate[2]), term(s.cell)),
                                           product(term(s.gate[0]), term(s.gate[3]))},
                                          s.cell));
    FIXGATE_ASSIGN(plan.hidden_sum,
                   element_sum({product(term(s.gate[1]), term(s.cell_activation))}, s.hidden));
    return {};
  }

  Result<void> plan_gru(const CellSignals& s, CellPlan& plan) const {
    const ExactRange hidden = term(s.hidden);
    const ExactRange candidate = term(s.gate[2]);
    const ExactSum sum = add_up(std::array{hidden, negated(candidate)});
    const ExactRange& difference = sum.result;
    plan.difference_left_hidden = sum.shift_of(hidden.fraction);
    plan.difference_left_candidate = sum.shift_of(candidate.fraction);
    if (sum.alignment > kMaxShift)
      return fail("{}: h - n is shifted by more than 31 bits", signal(s.hidden).name);
    FIXGATE_ASSIGN(plan.hidden_sum, element_sum({product(term(s.gate[0]), difference), candidate}, s.hidden));
    if (s.reset_hidden < 0) return {};
    FIXGATE_ASSIGN(plan.reset, element_sum({product(term(s.gate[1]), hidden)}, s.reset_hidden));
    return {};
  }

  [[nodiscard]] CellPlan start_cell(const FixedRecurrent& layer, const FixedCell& cell) const {
    CellPlan plan;
    plan.kind = layer.kind;
    plan.linear_before_reset = layer.linear_before_reset;
    plan.reverse = cell.reverse;
    plan.hidden = layer.hidden;
    plan.state = storage(cell.signals.hidden);
    if (cell.signals.recurrent >= 0) plan.rec.target = target(cell.signals.recurrent);
    if (cell.signals.reset_hidden >= 0) plan.reset_hidden = storage(cell.signals.reset_hidden);
    return plan;
  }

  Result<CellPlan> plan_cell(const FixedRecurrent& layer, const FixedCell& cell) const {
    CellPlan plan = start_cell(layer, cell);
    std::vector<int> input;
    std::vector<int> recurrent;
    for (std::size_t g = 0; g < cell.gates.size(); ++g) {
      input.push_back(cell.gates[g].input_weights);
      if (!reads_reset(cell.signals, g)) recurrent.push_back(cell.gates[g].recurrent_weights);
    }
    FIXGATE_ASSIGN(plan.input, stack(input, layer.input_signal));
    FIXGATE_ASSIGN(plan.recurrent, stack(recurrent, cell.signals.hidden));
    if (cell.signals.reset_hidden >= 0) {
      FIXGATE_ASSIGN(plan.candidate, stack({cell.gates[2].recurrent_weights}, cell.signals.reset_hidden));
    }
    for (std::size_t g = 0; g < cell.gates.size(); ++g) FIXGATE_CHECK(plan_gate(layer, cell, g, plan));
    if (layer.kind == CellKind::Lstm) FIXGATE_CHECK(plan_lstm(cell.signals, cell, plan));
    if (layer.kind == CellKind::Gru) FIXGATE_CHECK(plan_gru(cell.signals, plan));
    plan.narrow = is_narrow(plan, network_);
    plan.joined = joined(plan);
    return plan;
  }

  // Shifts in the weights cost nothing; but where 16 bits hold the sums, larger weights make shorter runs.
  [[nodiscard]] std::optional<JoinedPlan> joined(const CellPlan& plan) const {
    if (!can_join(plan)) return {};
    std::optional<JoinedPlan> in_weights = join_weights(plan);
    if (!in_weights) return join_in_place(plan);
    if (products_.exact || plan.input.input.size != 1) return in_weights;
    JoinedPlan in_place = join_in_place(plan);
    return multiplications(in_place) < multiplications(*in_weights) ? std::move(in_place)
                                                                    : std::move(in_weights);
  }

  static std::size_t multiplications(const JoinedPlan& joined) {
    std::size_t count = 0;
    for (const JoinedStack& part : joined.stacks)
      count += count_multiplications(part.stack.parts, part.stack.most).runs;
    return count;
  }

  const FixedChain& network_;
  ByteProducts products_;
  std::vector<Storage> storage_;
};

}  // namespace

Result<NetworkPlan> plan_network(const FixedChain& network, const ByteProducts& products) {
  return Planner(network, products).plan();
}

}  // namespace fixgate::fast
