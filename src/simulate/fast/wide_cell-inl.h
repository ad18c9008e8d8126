// A cell in 32-bit lanes: any signals of up to 16 bits, any rounding and overflow. For one target of Highway.
#if defined(FIXGATE_FAST_WIDE_CELL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_WIDE_CELL_INL_H_
#undef FIXGATE_FAST_WIDE_CELL_INL_H_
#else
#define FIXGATE_FAST_WIDE_CELL_INL_H_
#endif

#include <optional>

#include "simulate/fast/cell-inl.h"
#include "simulate/fast/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

/// signal <- (R h << left) + addend, one signal a part. The addend is the projection of the same gate, or a
/// constant where the signal is rec.
class WrittenProducts {
 public:
  WrittenProducts(const Stack& stack, const std::vector<WrittenPart>& parts, std::size_t first_gate,
                  std::optional<std::size_t> rec, bool vnni)
      : products_(stack, vnni, plain_order()), first_gate_(first_gate), rec_(rec) {
    std::vector<const std::vector<std::int32_t>*> left;
    std::vector<const std::vector<std::int32_t>*> right;
    std::vector<const std::vector<std::int32_t>*> constant;
    for (const WrittenPart& part : parts) {
      left.push_back(&part.sums->left);
      right.push_back(&part.written->right);
      constant.push_back(&part.sums->constant);
      targets_.push_back(part.written->target);
    }
    left_ = ordered_rows(left, products_.part_rows(), plain_order());
    right_ = ordered_rows(right, products_.part_rows(), plain_order());
    constant_ = ordered_rows(constant, products_.part_rows(), plain_order());
  }

  void run(const std::uint8_t* const* vectors, std::size_t count, const std::int32_t* const* projections,
           Halves2D written, std::int32_t* counts) const {
    const Lanes32 d;
    const auto write = [&](std::size_t row, std::size_t place, std::size_t some, const std::int32_t* from,
                           std::size_t stride) {
      const std::size_t part = row / products_.part_rows();
      const Fit fit(targets_[part]);
      const Vector32 left = hn::Load(d, left_.get() + row);
      const Vector32 right = hn::Load(d, right_.get() + row);
      const std::size_t projected = first_gate_ * products_.part_rows() + row;
      Vector32 overflows = hn::Load(d, counts + row);
      for (std::size_t k = 0; k < some; ++k) {
        const std::int32_t* addend =
            part == rec_ ? constant_.get() + row : projections[place + k] + projected;
        const Vector32 sum = hn::Add(hn::Load(d, from + k * stride) << left, hn::Load(d, addend));
        store_halves(fit(sum, right, overflows), written.at(place + k, row));
      }
      hn::Store(overflows, d, counts + row);
    };
    products_.multiply(vectors, count, write);
  }

 private:
  Products products_;
  std::size_t first_gate_;
  std::optional<std::size_t> rec_;  // part
  std::vector<Target> targets_;     // not Fit: vectors may not stand in containers of the library
  AlignedArray<std::int32_t> left_;
  AlignedArray<std::int32_t> right_;
  AlignedArray<std::int32_t> constant_;
};

/// What every run of a cell reads.
struct WideConstants {
  WideConstants(const NetworkPlan& network, const CellPlan& cell, const CellState& initial_state,
                std::size_t padded_units, bool vnni)
      : plan(cell),
        initial(initial_state),
        units(padded_units),
        recurrent(cell.recurrent, recurrent_parts(cell), 0,
                  cell.linear_before_reset ? std::optional<std::size_t>(2) : std::nullopt, vnni) {
    for (const GatePlan& gate : cell.gates) tables.push_back(direct_table(network, gate.table));
    if (cell.cell_table >= 0) cell_table.emplace(direct_table(network, cell.cell_table));
    if (!cell.candidate.parts.empty())
      candidate.emplace(cell.candidate,
                        std::vector<WrittenPart>{{&cell.gates[2].recurrent, &cell.gates[2].written}}, 2,
                        std::nullopt, vnni);
    if (!cell.linear_before_reset) return;
    reset_left = ordered_rows({&cell.reset_left}, units, plain_order());
    candidate_right = ordered_rows({&cell.gates[2].written.right}, units, plain_order());
  }

  const CellPlan& plan;
  CellState initial;
  std::size_t units;  // hidden units, padded
  WrittenProducts recurrent;
  std::optional<WrittenProducts> candidate;  // GRU, linear_before_reset = 0
  std::vector<DirectTable> tables;
  std::optional<DirectTable> cell_table;
  AlignedArray<std::int32_t> reset_left;  // GRU, linear_before_reset = 1
  AlignedArray<std::int32_t> candidate_right;
};

class WideWork : public CellWork {
 public:
  WideWork(const WideConstants& constants, std::size_t places)
      : c_(constants),
        state_stride_(rounded_up(c_.units * 2, kAlignment)),
        gate_values_(aligned_zeros<std::int16_t>(places * gates() * c_.units)),
        cell_values_(aligned_zeros<std::int16_t>(places * c_.units)),
        activation_values_(aligned_zeros<std::int16_t>(places * c_.units)),
        state_(aligned_zeros<std::uint8_t>(places * state_stride_)),
        reset_(aligned_zeros<std::uint8_t>(places * state_stride_)),
        pre_counts_(aligned_zeros<std::int32_t>(gates() * c_.units)),
        gate_counts_(aligned_zeros<std::int32_t>(gates() * c_.units)),
        reset_counts_(aligned_zeros<std::int32_t>(c_.units)),
        cell_counts_(aligned_zeros<std::int32_t>(c_.units)),
        activation_counts_(aligned_zeros<std::int32_t>(c_.units)),
        hidden_counts_(aligned_zeros<std::int32_t>(c_.units)),
        states_(places),
        resets_(places) {
    for (std::size_t place = 0; place < places; ++place) {
      states_[place] = state().at(place, 0);
      resets_[place] = reset().at(place, 0);
    }
  }

  void restart() override {
    for (std::size_t place = 0; place < states_.size(); ++place) WideWork::load(place, c_.initial);
  }

  void load(std::size_t place, const CellState& from) override {
    for (std::size_t unit = 0; unit < from.hidden.size(); ++unit)
      set_stored(c_.plan.state, from.hidden[unit], state().at(place, unit));
    for (std::size_t unit = 0; unit < from.cell.size(); ++unit)
      *cell().at(place, unit) = static_cast<std::int16_t>(from.cell[unit]);
  }

  void store(std::size_t place, CellState& to) const override {
    for (std::size_t unit = 0; unit < to.hidden.size(); ++unit)
      to.hidden[unit] = get_stored(c_.plan.state, state().at(place, unit));
    for (std::size_t unit = 0; unit < to.cell.size(); ++unit) to.cell[unit] = *cell().at(place, unit);
  }

  void step(std::size_t places, const StepInputs& inputs) override {
    const Extent extent{c_.units, places};
    const std::int32_t* const* projections = inputs.projections;
    c_.recurrent.run(states_.data(), places, projections, gate(0), pre_counts_.get());
    if (c_.plan.kind == CellKind::Lstm) return lstm(extent);
    if (c_.plan.kind == CellKind::Gru) return gru(extent, projections);
    rnn(extent);
  }

  [[nodiscard]] const std::uint8_t* hidden(std::size_t place) const override { return states_[place]; }

  // The counters of padding are left out.
  void count(SignalCounts& counts) const override {
    const auto add = [&](int signal, const AlignedArray<std::int32_t>& by_unit, std::size_t gate) {
      const std::int32_t* from = by_unit.get() + gate * c_.units;
      counts.overflows[static_cast<std::size_t>(signal)] +=
          std::accumulate(from, from + c_.plan.hidden, std::int64_t{0});
    };
    for (std::size_t g = 0; g < gates(); ++g) {
      const bool is_rec = c_.plan.linear_before_reset && g == 2;
      const GatePlan& one = c_.plan.gates[g];
      add(is_rec ? c_.plan.rec.target.signal : one.written.target.signal, pre_counts_, g);
      add(one.output, gate_counts_, g);
    }
    if (c_.plan.kind == CellKind::Rnn) return;
    add(c_.plan.hidden_sum.target.signal, hidden_counts_, 0);
    if (c_.plan.kind == CellKind::Gru)
      add(c_.plan.linear_before_reset ? c_.plan.gates[2].written.target.signal : c_.plan.reset.target.signal,
          reset_counts_, 0);
    if (c_.plan.kind == CellKind::Lstm) {
      add(c_.plan.cell.target.signal, cell_counts_, 0);
      add(c_.plan.cell_activation, activation_counts_, 0);
    }
  }

 private:
  [[nodiscard]] std::size_t gates() const { return c_.plan.gates.size(); }
  [[nodiscard]] State2D state() const { return {state_.get(), state_stride_, c_.plan.state}; }
  [[nodiscard]] State2D reset() const { return {reset_.get(), state_stride_, c_.plan.reset_hidden}; }
  [[nodiscard]] Halves2D cell() const { return {cell_values_.get(), c_.units}; }
  [[nodiscard]] Halves2D activation() const { return {activation_values_.get(), c_.units}; }
  [[nodiscard]] Halves2D gate(std::size_t index) const {
    return {gate_values_.get() + index * c_.units, gates() * c_.units};
  }

  void activate(std::size_t index, const Extent& extent) {
    apply_table(c_.tables[index], gate(index), gate(index), extent, gate_counts_.get() + index * c_.units);
  }

  void lstm(const Extent& extent) {
    for (std::size_t index = 0; index < 4; ++index) activate(index, extent);
    const Halves2D i = gate(0);
    const Halves2D o = gate(1);
    const Halves2D f = gate(2);
    const Halves2D g = gate(3);
    const Halves2D c = cell();
    const Halves2D t = activation();
    const State2D h = state();
    // c' <- f * c + i * g
    const Sum next_cell(c_.plan.cell);
    for_each(extent, cell_counts_.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 kept = hn::Mul(load_halves(f.at(place, unit)), load_halves(c.at(place, unit)));
      const Vector32 added = hn::Mul(load_halves(i.at(place, unit)), load_halves(g.at(place, unit)));
      store_halves(next_cell(kept, added, overflows), c.at(place, unit));
    });
    apply_table(*c_.cell_table, c, t, extent, activation_counts_.get());
    // h' <- o * t
    const Sum next_hidden(c_.plan.hidden_sum);
    for_each(extent, hidden_counts_.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 product = hn::Mul(load_halves(o.at(place, unit)), load_halves(t.at(place, unit)));
      store_lanes(next_hidden(product, overflows), h.storage, h.at(place, unit));
    });
  }

  void gru(const Extent& extent, const std::int32_t* const* projections) {
    activate(0, extent);
    activate(1, extent);
    if (c_.plan.linear_before_reset)
      linear_before_reset(extent, projections);
    else
      reset_before_linear(extent, projections);
    activate(2, extent);
    // h' <- n + z * (h - n)
    const Sum next_hidden(c_.plan.hidden_sum);
    const Halves2D z = gate(0);
    const Halves2D n = gate(2);
    const State2D h = state();
    for_each(extent, hidden_counts_.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 candidate = load_halves(n.at(place, unit));
      const Vector32 hidden = load_lanes(h.storage, h.at(place, unit));
      const Vector32 difference = hn::Sub(hn::ShiftLeftSame(hidden, c_.plan.difference_left_hidden),
                                          hn::ShiftLeftSame(candidate, c_.plan.difference_left_candidate));
      const Vector32 step = hn::Mul(load_halves(z.at(place, unit)), difference);
      store_lanes(next_hidden(step, candidate, overflows), h.storage, h.at(place, unit));
    });
  }

  // pre <- (W x + Wb) + r * rec; rec stands where the pre-activation goes
  void linear_before_reset(const Extent& extent, const std::int32_t* const* projections) {
    const Lanes32 d;
    const Fit fit(c_.plan.gates[2].written.target);
    const Halves2D r = gate(1);
    const Halves2D rec = gate(2);
    for_each(extent, reset_counts_.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 product = hn::Mul(load_halves(r.at(place, unit)), load_halves(rec.at(place, unit)));
      const Vector32 linear = hn::Load(d, projections[place] + 2 * c_.units + unit);
      const Vector32 sum = hn::Add(linear, product << hn::Load(d, c_.reset_left.get() + unit));
      store_halves(fit(sum, hn::Load(d, c_.candidate_right.get() + unit), overflows), rec.at(place, unit));
    });
  }

  // rh <- r * h ;  pre <- W x + R rh + b
  void reset_before_linear(const Extent& extent, const std::int32_t* const* projections) {
    const Sum next_reset(c_.plan.reset);
    const Halves2D r = gate(1);
    const State2D h = state();
    const State2D rh = reset();
    for_each(extent, reset_counts_.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 product =
          hn::Mul(load_halves(r.at(place, unit)), load_lanes(h.storage, h.at(place, unit)));
      store_lanes(next_reset(product, overflows), rh.storage, rh.at(place, unit));
    });
    c_.candidate->run(resets_.data(), extent.places, projections, gate(2), pre_counts_.get() + 2 * c_.units);
  }

  void rnn(const Extent& extent) {
    const Halves2D pre = gate(0);
    const State2D h = state();
    for_each(extent, gate_counts_.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      store_lanes(look_up(c_.tables[0], load_halves(pre.at(place, unit)), overflows), h.storage,
                  h.at(place, unit));
    });
  }

  const WideConstants& c_;
  std::size_t state_stride_;                // bytes
  AlignedArray<std::int16_t> gate_values_;  // [places, gates, units]: pre-activations, then the gates
  AlignedArray<std::int16_t> cell_values_;
  AlignedArray<std::int16_t> activation_values_;
  AlignedArray<std::uint8_t> state_;
  AlignedArray<std::uint8_t> reset_;
  AlignedArray<std::int32_t> pre_counts_;  // overflows, by gate and unit
  AlignedArray<std::int32_t> gate_counts_;
  AlignedArray<std::int32_t> reset_counts_;  // GRU: of the pre-activation behind rec, or of r * h
  AlignedArray<std::int32_t> cell_counts_;
  AlignedArray<std::int32_t> activation_counts_;
  AlignedArray<std::int32_t> hidden_counts_;
  std::vector<const std::uint8_t*> states_;
  std::vector<const std::uint8_t*> resets_;
};

class WideCell : public Cell {
 public:
  WideCell(const NetworkPlan& network, const CellPlan& plan, const CellState& initial,
           const EmbeddedRows* embedded, bool vnni)
      : Cell(plan, embedded, false, vnni, plain_order()), constants_(network, plan, initial, units(), vnni) {}

  [[nodiscard]] bool is_narrow() const override { return false; }

 private:
  [[nodiscard]] std::unique_ptr<CellWork> start(std::size_t places) const override {
    return std::make_unique<WideWork>(constants_, places);
  }

  WideConstants constants_;
};

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
