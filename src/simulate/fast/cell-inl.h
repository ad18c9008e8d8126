// One direction of a recurrent layer over a batch of sequences, for one target of Highway.
#if defined(FIXGATE_FAST_CELL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_CELL_INL_H_
#undef FIXGATE_FAST_CELL_INL_H_
#else
#define FIXGATE_FAST_CELL_INL_H_
#endif

#include <optional>

#include "simulate/fast/elementwise-inl.h"
#include "simulate/fast/engine.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

/// By row of a stack, padded as the products are.
inline AlignedArray<std::int32_t> padded_rows(const std::vector<const std::vector<std::int32_t>*>& parts,
                                              std::size_t part_rows) {
  auto rows = aligned_zeros<std::int32_t>(parts.size() * part_rows);
  for (std::size_t part = 0; part < parts.size(); ++part)
    std::copy(parts[part]->begin(), parts[part]->end(), rows.get() + part * part_rows);
  return rows;
}

/// What multiplies and shifts: (W x << left) + constant, in 32 bits.
class Projection {
 public:
  Projection(const Stack& stack, const std::vector<const SumRows*>& sums, bool vnni)
      : products_(stack, vnni) {
    std::vector<const std::vector<std::int32_t>*> left;
    std::vector<const std::vector<std::int32_t>*> constant;
    for (const SumRows* one : sums) {
      left.push_back(&one->left);
      constant.push_back(&one->constant);
    }
    left_ = padded_rows(left, products_.part_rows());
    constant_ = padded_rows(constant, products_.part_rows());
  }

  [[nodiscard]] std::size_t rows() const { return products_.rows(); }
  [[nodiscard]] std::size_t part_rows() const { return products_.part_rows(); }

  /// `sums` [count, rows()].
  void run(const std::uint8_t* const* vectors, std::size_t count, std::int32_t* sums) const {
    const Lanes32 d;
    products_.multiply(vectors, count,
                       [&](std::size_t row, std::size_t place, std::size_t some, const std::int32_t* from,
                           std::size_t stride) {
                         const Vector32 left = hn::Load(d, left_.get() + row);
                         const Vector32 constant = hn::Load(d, constant_.get() + row);
                         std::int32_t* to = sums + place * rows() + row;
                         for (; some > 0; --some, from += stride, to += rows())
                           hn::Store(hn::Add(hn::Load(d, from) << left, constant), d, to);
                       });
  }

 private:
  Products products_;
  AlignedArray<std::int32_t> left_;
  AlignedArray<std::int32_t> constant_;
};

/// signal <- (R h << left) + addend, one signal a part.
class WrittenProducts {
 public:
  struct Part {
    const SumRows* sums;
    const TargetRows* written;
  };

  WrittenProducts(const Stack& stack, const std::vector<Part>& parts, bool vnni) : products_(stack, vnni) {
    std::vector<const std::vector<std::int32_t>*> left;
    std::vector<const std::vector<std::int32_t>*> right;
    for (const Part& part : parts) {
      left.push_back(&part.sums->left);
      right.push_back(&part.written->right);
      targets_.push_back(part.written->target);
    }
    left_ = padded_rows(left, products_.part_rows());
    right_ = padded_rows(right, products_.part_rows());
  }

  [[nodiscard]] std::size_t rows() const { return products_.rows(); }

  /// addends[part][place]: what is added to the rows of that part, [part rows].
  void run(const std::uint8_t* const* vectors, std::size_t count,
           std::span<const std::int32_t* const* const> addends, Halves2D written,
           std::int32_t* counts) const {
    const Lanes32 d;
    products_.multiply(vectors, count,
                       [&](std::size_t row, std::size_t place, std::size_t some, const std::int32_t* from,
                           std::size_t stride) {
                         const std::size_t part = row / products_.part_rows();
                         const std::size_t in_part = row - part * products_.part_rows();
                         const Fit fit(targets_[part]);
                         const std::int32_t* const* addend = addends[part] + place;
                         const Vector32 left = hn::Load(d, left_.get() + row);
                         const Vector32 right = hn::Load(d, right_.get() + row);
                         Vector32 overflows = hn::Load(d, counts + row);
                         std::int16_t* to = written.at(place, row);
                         for (; some > 0; --some, from += stride, to += written.stride, ++addend) {
                           const Vector32 sum =
                               hn::Add(hn::Load(d, from) << left, hn::Load(d, *addend + in_part));
                           store_halves(fit(sum, right, overflows), to);
                         }
                         hn::Store(overflows, d, counts + row);
                       });
  }

 private:
  Products products_;
  std::vector<Target> targets_;  // not Fit: vectors may not stand in containers of the library
  AlignedArray<std::int32_t> left_;
  AlignedArray<std::int32_t> right_;
};

/// What one run of a cell works in.
struct CellBuffers {
  CellBuffers(std::size_t places, std::size_t units, std::size_t gates, const CellPlan& plan)
      : state_stride(rounded_up(units * 2, kAlignment)),
        projections(aligned_zeros<std::int32_t>(places * gates * units)),
        gate_values(aligned_zeros<std::int16_t>(places * gates * units)),
        cell_values(aligned_zeros<std::int16_t>(places * units)),
        activations(aligned_zeros<std::int16_t>(places * units)),
        state(aligned_zeros<std::uint8_t>(places * state_stride)),
        reset(aligned_zeros<std::uint8_t>(places * state_stride)),
        zeros(aligned_zeros<std::int32_t>(units)),
        pre_counts(aligned_zeros<std::int32_t>(gates * units)),
        gate_counts(aligned_zeros<std::int32_t>(gates * units)),
        rec_counts(aligned_zeros<std::int32_t>(units)),
        cell_counts(aligned_zeros<std::int32_t>(units)),
        activation_counts(aligned_zeros<std::int32_t>(units)),
        hidden_counts(aligned_zeros<std::int32_t>(units)),
        hidden{state.get(), state_stride, plan.state},
        reset_hidden{reset.get(), state_stride, plan.reset_hidden},
        pre{gate_values.get(), gates * units},
        cell{cell_values.get(), units},
        activation{activations.get(), units},
        inputs(places),
        addends(gates, std::vector<const std::int32_t*>(places)),
        states(places),
        resets(places) {
    for (std::size_t place = 0; place < places; ++place) {
      states[place] = hidden.at(place, 0);
      resets[place] = reset_hidden.at(place, 0);
    }
  }

  std::size_t state_stride;
  AlignedArray<std::int32_t> projections;  // [places, gates, units]
  AlignedArray<std::int16_t> gate_values;  // the same: pre-activations, then the gates
  AlignedArray<std::int16_t> cell_values;
  AlignedArray<std::int16_t> activations;
  AlignedArray<std::uint8_t> state;
  AlignedArray<std::uint8_t> reset;
  AlignedArray<std::int32_t> zeros;
  AlignedArray<std::int32_t> pre_counts;  // overflows, by gate and unit
  AlignedArray<std::int32_t> gate_counts;
  AlignedArray<std::int32_t> rec_counts;  // by unit; of r * h where there is no rec
  AlignedArray<std::int32_t> cell_counts;
  AlignedArray<std::int32_t> activation_counts;
  AlignedArray<std::int32_t> hidden_counts;
  State2D hidden;
  State2D reset_hidden;
  Halves2D pre;
  Halves2D cell;
  Halves2D activation;
  std::vector<const std::uint8_t*> inputs;
  std::vector<std::vector<const std::int32_t*>> addends;  // by gate and place
  std::vector<const std::uint8_t*> states;
  std::vector<const std::uint8_t*> resets;
};

class Cell : public CellEngine {
 public:
  Cell(const NetworkPlan& network, const CellPlan& plan, const EmbeddedRows* embedded, bool vnni)
      : plan_(plan),
        projection_(plan.input, input_sums(plan), vnni),
        recurrent_(plan.recurrent, recurrent_parts(plan), vnni),
        units_(projection_.part_rows()) {
    for (const GatePlan& gate : plan.gates) tables_.push_back(table(network, gate.table));
    if (plan.cell_table >= 0) cell_table_.emplace(table(network, plan.cell_table));
    if (!plan.candidate.parts.empty())
      candidate_.emplace(
          plan.candidate,
          std::vector<WrittenProducts::Part>{{&plan.gates[2].recurrent, &plan.gates[2].written}}, vnni);
    if (plan.linear_before_reset) {
      rec_constant_ = padded_rows({&plan.gates[2].recurrent.constant}, units_);
      reset_left_ = padded_rows({&plan.reset_left}, units_);
      candidate_right_ = padded_rows({&plan.gates[2].written.right}, units_);
    }
    if (embedded != nullptr && embedded->rows.rows() * projection_.rows() <= kMostProjected)
      project(*embedded);
  }

  void run(const Batch& batch, const Values& inputs, std::span<FixedState::Cell* const> states,
           Values& outputs, std::size_t first_column, OverflowCounts& counts) const override {
    CellBuffers buffers(batch.size(), units_, plan_.gates.size(), plan_);
    load_states(states, buffers);
    std::size_t active = batch.size();
    for (std::size_t visited = 0; visited < batch.longest(); ++visited) {
      active = batch.active(visited, active);
      find_projections(batch, inputs, visited, active, buffers);
      step({units_, active}, buffers);
      keep(batch, visited, active, buffers, first_column, outputs);
    }
    store_states(buffers, states);
    count(batch.total_steps(), buffers, counts);
  }

 private:
  static constexpr std::size_t kMostProjected = std::size_t{1} << 26;  // 256 MiB of projected tokens

  static DirectTable table(const NetworkPlan& network, int index) {
    return DirectTable(network.network->tables[static_cast<std::size_t>(index)]);
  }

  static std::vector<const SumRows*> input_sums(const CellPlan& plan) {
    std::vector<const SumRows*> sums;
    for (const GatePlan& gate : plan.gates) sums.push_back(&gate.input);
    return sums;
  }

  static std::vector<WrittenProducts::Part> recurrent_parts(const CellPlan& plan) {
    std::vector<WrittenProducts::Part> parts;
    for (std::size_t g = 0; g < plan.recurrent.parts.size(); ++g) {
      const bool is_rec = plan.linear_before_reset && g == 2;
      parts.push_back({&plan.gates[g].recurrent, is_rec ? &plan.rec : &plan.gates[g].written});
    }
    return parts;
  }

  // The projection of every token of the vocabulary, once.
  void project(const EmbeddedRows& embedded) {
    const std::size_t count = embedded.rows.rows();
    std::vector<const std::uint8_t*> rows(count);
    for (std::size_t token = 0; token < count; ++token) rows[token] = embedded.rows.row(token);
    projected_ = hwy::AllocateAligned<std::int32_t>(count * projection_.rows());
    projection_.run(rows.data(), count, projected_.get());
  }

  void find_projections(const Batch& batch, const Values& inputs, std::size_t visited, std::size_t active,
                        CellBuffers& buffers) const {
    const std::int32_t* rows = buffers.projections.get();
    if (!projected_) {
      for (std::size_t place = 0; place < active; ++place)
        buffers.inputs[place] = inputs.row(batch, place, batch.step(place, visited, plan_.reverse));
      projection_.run(buffers.inputs.data(), active, buffers.projections.get());
    }
    for (std::size_t place = 0; place < active; ++place) {
      std::size_t row = place;
      if (projected_)
        row =
            static_cast<std::size_t>(batch.sequence(place).tokens[batch.step(place, visited, plan_.reverse)]);
      const std::int32_t* found = (projected_ ? projected_.get() : rows) + row * projection_.rows();
      for (std::size_t gate = 0; gate < buffers.addends.size(); ++gate)
        buffers.addends[gate][place] = found + gate * units_;
    }
  }

  void step(const Extent& extent, CellBuffers& buffers) const {
    multiply_state(extent, buffers);
    switch (plan_.kind) {
      case CellKind::Lstm:
        return lstm(extent, buffers);
      case CellKind::Gru:
        return gru(extent, buffers);
      case CellKind::Rnn:
        return rnn(extent, buffers);
    }
  }

  void multiply_state(const Extent& extent, CellBuffers& buffers) const {
    std::vector<const std::int32_t*> constants;
    std::array<const std::int32_t* const*, 4> addends{};
    for (std::size_t gate = 0; gate < buffers.addends.size(); ++gate)
      addends[gate] = buffers.addends[gate].data();
    if (plan_.linear_before_reset) {
      constants.assign(extent.places, rec_constant_.get());
      addends[2] = constants.data();
    }
    recurrent_.run(buffers.states.data(), extent.places, addends, buffers.pre, buffers.pre_counts.get());
  }

  [[nodiscard]] Halves2D gate(std::size_t index, const CellBuffers& buffers) const {
    return {buffers.pre.data + index * units_, buffers.pre.stride};
  }

  void activate(std::size_t index, const Extent& extent, CellBuffers& buffers) const {
    apply_table(tables_[index], gate(index, buffers), gate(index, buffers), extent,
                buffers.gate_counts.get() + index * units_);
  }

  void lstm(const Extent& extent, CellBuffers& buffers) const {
    for (std::size_t index = 0; index < 4; ++index) activate(index, extent, buffers);
    const Halves2D i = gate(0, buffers);
    const Halves2D o = gate(1, buffers);
    const Halves2D f = gate(2, buffers);
    const Halves2D g = gate(3, buffers);
    const Halves2D c = buffers.cell;
    // c' <- f * c + i * g
    const Sum next_cell(plan_.cell);
    for_each(extent, buffers.cell_counts.get(),
             [&](std::size_t place, std::size_t unit, Vector32& overflows) {
               const Vector32 kept = hn::Mul(load_halves(f.at(place, unit)), load_halves(c.at(place, unit)));
               const Vector32 added = hn::Mul(load_halves(i.at(place, unit)), load_halves(g.at(place, unit)));
               store_halves(next_cell(kept, added, overflows), c.at(place, unit));
             });
    apply_table(*cell_table_, c, buffers.activation, extent, buffers.activation_counts.get());
    // h' <- o * t
    const Sum next_hidden(plan_.hidden_sum);
    const Halves2D t = buffers.activation;
    const State2D h = buffers.hidden;
    for_each(
        extent, buffers.hidden_counts.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
          const Vector32 product = hn::Mul(load_halves(o.at(place, unit)), load_halves(t.at(place, unit)));
          store_lanes(next_hidden(product, overflows), h.storage, h.at(place, unit));
        });
  }

  void gru(const Extent& extent, CellBuffers& buffers) const {
    activate(0, extent, buffers);
    activate(1, extent, buffers);
    if (plan_.linear_before_reset)
      linear_before_reset(extent, buffers);
    else
      reset_before_linear(extent, buffers);
    activate(2, extent, buffers);
    // h' <- n + z * (h - n)
    const Sum next_hidden(plan_.hidden_sum);
    const Halves2D z = gate(0, buffers);
    const Halves2D n = gate(2, buffers);
    const State2D h = buffers.hidden;
    for_each(
        extent, buffers.hidden_counts.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
          const Vector32 candidate = load_halves(n.at(place, unit));
          const Vector32 hidden = load_lanes(h.storage, h.at(place, unit));
          const Vector32 difference = hn::Sub(hn::ShiftLeftSame(hidden, plan_.difference_left_hidden),
                                              hn::ShiftLeftSame(candidate, plan_.difference_left_candidate));
          const Vector32 step = hn::Mul(load_halves(z.at(place, unit)), difference);
          store_lanes(next_hidden(step, candidate, overflows), h.storage, h.at(place, unit));
        });
  }

  // pre <- (W x + Wb) + r * rec; rec stands where the pre-activation goes
  void linear_before_reset(const Extent& extent, CellBuffers& buffers) const {
    const Lanes32 d;
    const Fit fit(plan_.gates[2].written.target);
    const Halves2D r = gate(1, buffers);
    const Halves2D rec = gate(2, buffers);
    for_each(extent, buffers.rec_counts.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 reset = hn::Mul(load_halves(r.at(place, unit)), load_halves(rec.at(place, unit)));
      const Vector32 linear = hn::Load(d, buffers.addends[2][place] + unit);
      const Vector32 sum = hn::Add(linear, reset << hn::Load(d, reset_left_.get() + unit));
      store_halves(fit(sum, hn::Load(d, candidate_right_.get() + unit), overflows), rec.at(place, unit));
    });
  }

  // rh <- r * h ;  pre <- W x + R rh + b
  void reset_before_linear(const Extent& extent, CellBuffers& buffers) const {
    const Sum reset(plan_.reset);
    const Halves2D r = gate(1, buffers);
    const State2D h = buffers.hidden;
    const State2D rh = buffers.reset_hidden;
    for_each(extent, buffers.rec_counts.get(), [&](std::size_t place, std::size_t unit, Vector32& overflows) {
      const Vector32 product =
          hn::Mul(load_halves(r.at(place, unit)), load_lanes(h.storage, h.at(place, unit)));
      store_lanes(reset(product, overflows), rh.storage, rh.at(place, unit));
    });
    const std::array<const std::int32_t* const*, 1> addends{buffers.addends[2].data()};
    candidate_->run(buffers.resets.data(), extent.places, addends, gate(2, buffers),
                    buffers.pre_counts.get() + 2 * units_);
  }

  void rnn(const Extent& extent, CellBuffers& buffers) const {
    const Halves2D pre = gate(0, buffers);
    const State2D h = buffers.hidden;
    for_each(extent, buffers.hidden_counts.get(),
             [&](std::size_t place, std::size_t unit, Vector32& overflows) {
               store_lanes(look_up(tables_[0], load_halves(pre.at(place, unit)), overflows), h.storage,
                           h.at(place, unit));
             });
  }

  // Hands the new h on: of every step, or of the last.
  void keep(const Batch& batch, std::size_t visited, std::size_t active, const CellBuffers& buffers,
            std::size_t first_column, Values& outputs) const {
    const auto size = static_cast<std::size_t>(plan_.state.size);
    for (std::size_t place = 0; place < active; ++place) {
      const std::size_t step = batch.step(place, visited, plan_.reverse);
      if (!outputs.every_step && step + 1 != batch.steps(place)) continue;
      const std::size_t row = outputs.every_step ? batch.first_row(place) + step : place;
      std::memcpy(outputs.rows.row(row) + first_column * size, buffers.hidden.at(place, 0),
                  static_cast<std::size_t>(plan_.hidden) * size);
    }
  }

  void load_states(std::span<FixedState::Cell* const> states, CellBuffers& buffers) const {
    for (std::size_t place = 0; place < states.size(); ++place) {
      const FixedState::Cell& from = *states[place];
      for (std::size_t unit = 0; unit < from.hidden.size(); ++unit)
        set_stored(plan_.state, from.hidden[unit], buffers.hidden.at(place, unit));
      for (std::size_t unit = 0; unit < from.cell.size(); ++unit)
        *buffers.cell.at(place, unit) = static_cast<std::int16_t>(from.cell[unit]);
    }
  }

  void store_states(const CellBuffers& buffers, std::span<FixedState::Cell* const> states) const {
    for (std::size_t place = 0; place < states.size(); ++place) {
      FixedState::Cell& to = *states[place];
      for (std::size_t unit = 0; unit < to.hidden.size(); ++unit)
        to.hidden[unit] = get_stored(plan_.state, buffers.hidden.at(place, unit));
      for (std::size_t unit = 0; unit < to.cell.size(); ++unit) to.cell[unit] = *buffers.cell.at(place, unit);
    }
  }

  void add_counts(int signal, std::size_t steps, const std::int32_t* by_unit, OverflowCounts& counts) const {
    const auto hidden = static_cast<std::size_t>(plan_.hidden);
    counts.values[static_cast<std::size_t>(signal)] += static_cast<std::int64_t>(steps * hidden);
    for (std::size_t unit = 0; unit < hidden; ++unit)
      counts.overflows[static_cast<std::size_t>(signal)] += by_unit[unit];
  }

  // The counters of padding are left out.
  void count(std::size_t steps, const CellBuffers& buffers, OverflowCounts& counts) const {
    for (std::size_t g = 0; g < plan_.gates.size(); ++g) {
      const GatePlan& one = plan_.gates[g];
      const bool is_rec = plan_.linear_before_reset && g == 2;
      const std::int32_t* pre = buffers.pre_counts.get() + g * units_;
      add_counts(is_rec ? plan_.rec.target.signal : one.written.target.signal, steps, pre, counts);
      if (plan_.kind != CellKind::Rnn)
        add_counts(one.output, steps, buffers.gate_counts.get() + g * units_, counts);
    }
    if (plan_.kind == CellKind::Gru) {
      const int signal =
          plan_.linear_before_reset ? plan_.gates[2].written.target.signal : plan_.reset.target.signal;
      add_counts(signal, steps, buffers.rec_counts.get(), counts);
    }
    if (plan_.kind == CellKind::Lstm) {
      add_counts(plan_.cell.target.signal, steps, buffers.cell_counts.get(), counts);
      add_counts(plan_.cell_activation, steps, buffers.activation_counts.get(), counts);
    }
    const int hidden = plan_.kind == CellKind::Rnn ? plan_.gates[0].output : plan_.hidden_sum.target.signal;
    add_counts(hidden, steps, buffers.hidden_counts.get(), counts);
  }

  const CellPlan& plan_;
  Projection projection_;
  WrittenProducts recurrent_;
  std::size_t units_;  // hidden units, padded
  std::vector<DirectTable> tables_;
  std::optional<DirectTable> cell_table_;
  std::optional<WrittenProducts> candidate_;
  AlignedArray<std::int32_t> rec_constant_;
  AlignedArray<std::int32_t> reset_left_;
  AlignedArray<std::int32_t> candidate_right_;
  AlignedArray<std::int32_t> projected_;  // [vocabulary, rows]; empty: not worked out in advance
};

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
