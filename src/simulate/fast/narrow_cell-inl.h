// A cell in 16-bit lanes, where is_narrow() proves that its signals fit. Products are added up in pairs, and
// the rows of the matrices stand so that narrowing two vectors of sums puts the units in order. For one
// target of Highway.
#if defined(FIXGATE_FAST_NARROW_CELL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_NARROW_CELL_INL_H_
#undef FIXGATE_FAST_NARROW_CELL_INL_H_
#else
#define FIXGATE_FAST_NARROW_CELL_INL_H_
#endif

#include <optional>

#include "simulate/fast/cell-inl.h"
#include "simulate/fast/elementwise-inl.h"
#include "simulate/fast/mirrored_table.h"
#include "simulate/fast/step_table.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

// Interleaving, multiplying in pairs and narrowing go together as below on x86 only.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
#define FIXGATE_NARROW 1

using Lanes16 = hn::Repartition<std::int16_t, Lanes32>;
using Vector16 = hn::Vec<Lanes16>;

/// Two vectors of sums whose units interleave; narrowed together they are in order.
struct Sums {
  Vector32 lower;
  Vector32 upper;
};

/// a * b + c * d + start, exact.
HWY_INLINE Sums pair_products(Vector16 a, Vector16 b, Vector16 c, Vector16 d, const Sums& start) {
  const Lanes32 d32;
  const Lanes16 d16;
  Vector32 unused = hn::Zero(d32);
  return {hn::ReorderWidenMulAccumulate(d32, hn::InterleaveLower(d16, a, c), hn::InterleaveLower(d16, b, d),
                                        start.lower, unused),
          hn::ReorderWidenMulAccumulate(d32, hn::InterleaveUpper(d16, a, c), hn::InterleaveUpper(d16, b, d),
                                        start.upper, unused)};
}

/// Narrows, saturates and counts. Ranges lie strictly within 16 bits.
class NarrowFit {
 public:
  explicit NarrowFit(const Target& target)
      : low_(hn::Set(Lanes16(), static_cast<std::int16_t>(target.low))),
        high_(hn::Set(Lanes16(), static_cast<std::int16_t>(target.high))) {}

  /// `fitting` counts the values that were in range.
  HWY_INLINE Vector16 operator()(const Sums& r, std::size_t& fitting) const {
    const Lanes16 d;
    const Vector16 narrowed = hn::ReorderDemote2To(d, r.lower, r.upper);
    const Vector16 fitted = hn::Min(hn::Max(narrowed, low_), high_);
    fitting += hn::CountTrue(d, hn::Eq(narrowed, fitted));
    return fitted;
  }

 private:
  Vector16 low_;
  Vector16 high_;
};

/// An ElementSum in 16-bit lanes.
class NarrowSum {
 public:
  explicit NarrowSum(const ElementSum& sum)
      : fit_(sum.target), half_(hn::Set(Lanes32(), sum.half)), right_(sum.right) {}

  HWY_INLINE Vector16 operator()(Vector16 a, Vector16 b, Vector16 c, Vector16 d, std::size_t& fitting) const {
    const Sums sums = pair_products(a, b, c, d, {half_, half_});
    return fit_({hn::ShiftRightSame(sums.lower, right_), hn::ShiftRightSame(sums.upper, right_)}, fitting);
  }

 private:
  NarrowFit fit_;
  Vector32 half_;
  int right_;
};

HWY_INLINE Vector16 load_state(const Storage& storage, const std::uint8_t* from) {
  const Lanes16 d;
  if (storage.size == 2) return hn::LoadU(d, reinterpret_cast<const std::int16_t*>(from));
  const hn::Rebind<std::uint8_t, Lanes16> d8;
  return hn::Add(hn::PromoteTo(d, hn::LoadU(d8, from)),
                 hn::Set(d, static_cast<std::int16_t>(storage.offset)));
}

HWY_INLINE void store_state(Vector16 q, const Storage& storage, std::uint8_t* to) {
  const Lanes16 d;
  if (storage.size == 2) return hn::StoreU(q, d, reinterpret_cast<std::int16_t*>(to));
  const hn::Rebind<std::uint8_t, Lanes16> d8;
  hn::StoreU(hn::DemoteTo(d8, hn::Sub(q, hn::Set(d, static_cast<std::int16_t>(storage.offset)))), d8, to);
}

/// A table over an array, in the quickest way that the machine has for it.
class NarrowTable {
 public:
  NarrowTable(const NetworkPlan& network, int index, const MachineSettings& machine)
      : direct_(direct_table(network, index)), ends_(overflow_ends(direct_)) {
    if (machine.step_tables) steps_ = as_steps(direct_);
    if (machine.mirrored_tables) mirrored_ = as_mirrored(direct_);
    if (ends_)
      for (const std::int32_t entry : direct_.entries)
        answers_.push_back(static_cast<std::int16_t>(entry >> 1));
  }

  [[nodiscard]] std::int32_t at_zero() const { return entry_at_zero() >> 1; }
  [[nodiscard]] bool overflows_at_zero() const { return (entry_at_zero() & 1) != 0; }

  /// `count` is a multiple of a vector's half words. Returns how many overflowed.
  std::int64_t apply(const std::int16_t* inputs, std::size_t count, std::int16_t* answers) const {
    if (steps_) return apply_steps(*steps_, inputs, count, answers);
    if (!ends_) return gather(inputs, count, answers);
    if (mirrored_) return apply_mirrored(*mirrored_, inputs, count, answers);
    const std::int64_t overflows = count_overflows(inputs, count);
    apply_singly(inputs, count, answers);
    return overflows;
  }

 private:
  [[nodiscard]] std::int32_t entry_at_zero() const {
    return direct_.entries[static_cast<std::size_t>(-direct_.first)];
  }

  // Loads one by one are quicker than a gather.
  void apply_singly(const std::int16_t* inputs, std::size_t count, std::int16_t* answers) const {
    const std::int16_t* by_input = answers_.data() - direct_.first;
    for (std::size_t k = 0; k < count; k += 4) {  // unrolled: a vector has at least 8
      answers[k] = by_input[inputs[k]];
      answers[k + 1] = by_input[inputs[k + 1]];
      answers[k + 2] = by_input[inputs[k + 2]];
      answers[k + 3] = by_input[inputs[k + 3]];
    }
  }

  [[nodiscard]] std::int64_t count_overflows(const std::int16_t* inputs, std::size_t count) const {
    if (ends_->up_to == INT16_MIN && ends_->from == INT16_MAX) return 0;
    const Lanes16 d;
    const int first = ends_->up_to == INT16_MIN ? INT16_MIN : ends_->up_to + 1;  // that does not overflow
    const int last = ends_->from == INT16_MAX ? INT16_MAX : ends_->from - 1;
    const Vector16 low = hn::Set(d, static_cast<std::int16_t>(first));
    const Vector16 high = hn::Set(d, static_cast<std::int16_t>(last));
    std::size_t fitting = 0;
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      const Vector16 q = hn::Load(d, inputs + k);
      fitting += hn::CountTrue(d, hn::Eq(q, hn::Min(hn::Max(q, low), high)));
    }
    return static_cast<std::int64_t>(count - fitting);
  }

  std::int64_t gather(const std::int16_t* inputs, std::size_t count, std::int16_t* answers) const {
    const Lanes32 d;
    Vector32 overflows = hn::Zero(d);
    for (std::size_t k = 0; k < count; k += hn::Lanes(d))
      store_halves(look_up(direct_, load_halves(inputs + k), overflows), answers + k);
    return hn::GetLane(hn::SumOfLanes(d, overflows));
  }

  DirectTable direct_;
  std::optional<OverflowEnds> ends_;
  std::vector<std::int16_t> answers_;  // by input - first, where ends_ is known
  std::optional<StepTable> steps_;
  std::optional<MirroredTable> mirrored_;
};

/// signal <- (R h << left) + addend, one signal a part, in the order of the units.
class NarrowProducts {
 public:
  /// Joined: signal <- ((R h + W x) << left) + constant.
  NarrowProducts(const CellPlan& cell, const JoinedPlan& joined, bool vnni)
      : products_(joined.stacks, vnni, paired_order()), joined_(true) {
    std::vector<const std::vector<std::int32_t>*> left;
    std::vector<const std::vector<std::int32_t>*> right;
    std::vector<const std::vector<std::int32_t>*> constant;
    for (std::size_t g = 0; g < cell.gates.size(); ++g) {
      left.push_back(&joined.left[g]);
      right.push_back(&cell.gates[g].written.right);
      constant.push_back(&cell.gates[g].input.constant);
      targets_.push_back(cell.gates[g].written.target);
    }
    order_rows(left, right, constant);
  }

  NarrowProducts(const Stack& stack, const std::vector<WrittenPart>& parts, std::size_t first_gate,
                 std::optional<std::size_t> rec, bool vnni)
      : products_(stack, vnni, paired_order()), first_gate_(first_gate), rec_(rec) {
    std::vector<const std::vector<std::int32_t>*> left;
    std::vector<const std::vector<std::int32_t>*> right;
    std::vector<const std::vector<std::int32_t>*> constant;
    for (const WrittenPart& part : parts) {
      left.push_back(&part.sums->left);
      right.push_back(&part.written->right);
      constant.push_back(&part.sums->constant);
      targets_.push_back(part.written->target);
    }
    order_rows(left, right, constant);
  }

  /// `written` [parts, `places`, units]; `fitting` by part: how many values, of padding too, were in range.
  void run(const std::uint8_t* const* vectors, std::size_t places, const StepInputs& inputs,
           std::int16_t* written, std::size_t* fitting) const {
    const std::size_t units = products_.part_rows();
    const auto write = [&](std::size_t row, std::size_t place, std::size_t some, const std::int32_t* from,
                           std::size_t stride) {
      const auto [part, unit] = groups_[row / (2 * lane_count())];
      std::int16_t* to = written + (part * places + place) * units + unit;
      const std::size_t projected = first_gate_ * units + row;
      const NarrowFit fit(targets_[part]);
      fitting[part] += joined_ || part == rec_
                           ? write_group(row, some, from, stride, to, fit,
                                         [&](std::size_t) { return constant_.get() + row; })
                           : write_group(row, some, from, stride, to, fit, [&](std::size_t k) {
                               return inputs.projections[place + k] + projected;
                             });
    };
    products_.multiply(vectors, places, write, inputs.vectors);
  }

 private:
  using ByPart = std::vector<const std::vector<std::int32_t>*>;

  /// Where the rows of a group begin; looked up, as divisions take longer.
  struct GroupPlace {
    std::size_t part = 0;
    std::size_t unit = 0;
  };

  void order_rows(const ByPart& left, const ByPart& right, const ByPart& constant) {
    left_ = ordered_rows(left, products_.part_rows(), paired_order());
    right_ = ordered_rows(right, products_.part_rows(), paired_order());
    constant_ = ordered_rows(constant, products_.part_rows(), paired_order());
    for (std::size_t row = 0; row < products_.rows(); row += products_.group_rows())
      groups_.push_back({row / products_.part_rows(), row % products_.part_rows()});
    shifts_left_ =
        std::any_of(left_.get(), left_.get() + products_.rows(), [](std::int32_t by) { return by != 0; });
  }

  template <class Addend>
  HWY_INLINE std::size_t write_group(std::size_t row, std::size_t some, const std::int32_t* from,
                                     std::size_t stride, std::int16_t* to, const NarrowFit& fit,
                                     Addend addend) const {
    return shifts_left_ ? write_shifted<true>(row, some, from, stride, to, fit, addend)
                        : write_shifted<false>(row, some, from, stride, to, fit, addend);
  }

  template <bool kShiftsLeft, class Addend>
  HWY_INLINE std::size_t write_shifted(std::size_t row, std::size_t some, const std::int32_t* from,
                                       std::size_t stride, std::int16_t* to, const NarrowFit& fit,
                                       Addend addend) const {
    const Lanes32 d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t units = products_.part_rows();
    const Vector32 left0 = hn::Load(d, left_.get() + row);
    const Vector32 left1 = hn::Load(d, left_.get() + row + lanes);
    const Vector32 right0 = hn::Load(d, right_.get() + row);
    const Vector32 right1 = hn::Load(d, right_.get() + row + lanes);
    std::size_t fitting = 0;
    for (std::size_t k = 0; k < some; ++k, from += stride, to += units) {
      const std::int32_t* added = addend(k);
      Vector32 sum0 = hn::Load(d, from);
      Vector32 sum1 = hn::Load(d, from + lanes);
      if constexpr (kShiftsLeft) {
        sum0 = sum0 << left0;
        sum1 = sum1 << left1;
      }
      sum0 = hn::Add(sum0, hn::Load(d, added));
      sum1 = hn::Add(sum1, hn::Load(d, added + lanes));
      hn::Store(fit({sum0 >> right0, sum1 >> right1}, fitting), Lanes16(), to);
    }
    return fitting;
  }

  Products products_;
  std::size_t first_gate_ = 0;
  std::optional<std::size_t> rec_;  // part
  bool joined_ = false;
  bool shifts_left_ = true;  // any row
  std::vector<GroupPlace> groups_;
  std::vector<Target> targets_;  // not NarrowFit: vectors may not stand in containers of the library
  AlignedArray<std::int32_t> left_;
  AlignedArray<std::int32_t> right_;
  AlignedArray<std::int32_t> constant_;
};

/// What every run of a cell reads.
struct NarrowConstants {
  NarrowConstants(const NetworkPlan& network, const CellPlan& cell, const CellState& initial_state,
                  std::size_t padded_units, bool joins, const MachineSettings& machine)
      : plan(cell),
        initial(initial_state),
        units(padded_units),
        recurrent(
            joins ? NarrowProducts(cell, *cell.joined, machine.vnni)
                  : NarrowProducts(cell.recurrent, recurrent_parts(cell), 0,
                                   cell.linear_before_reset ? std::optional<std::size_t>(2) : std::nullopt,
                                   machine.vnni)) {
    for (const GatePlan& gate : cell.gates) tables.emplace_back(network, gate.table, machine);
    if (cell.cell_table >= 0) cell_table.emplace(network, cell.cell_table, machine);
    if (!cell.candidate.parts.empty())
      candidate.emplace(cell.candidate,
                        std::vector<WrittenPart>{{&cell.gates[2].recurrent, &cell.gates[2].written}}, 2,
                        std::nullopt, machine.vnni);
    if (!cell.linear_before_reset) return;
    reset_left = ordered_rows({&cell.reset_left}, units, paired_order());
    candidate_right = ordered_rows({&cell.gates[2].written.right}, units, paired_order());
  }

  /// True if units that are padding, all whose sums are zero, never overflow: their state then stays zero,
  /// or, of an RNN, what its table answers to zero.
  [[nodiscard]] bool padding_is_silent() const {
    if (units == static_cast<std::size_t>(plan.hidden)) return true;
    for (const NarrowTable& table : tables)
      if (table.overflows_at_zero()) return false;
    if (plan.kind == CellKind::Lstm)
      return tables[3].at_zero() == 0 && cell_table->at_zero() == 0 && !cell_table->overflows_at_zero();
    return plan.kind == CellKind::Rnn || tables[2].at_zero() == 0;
  }

  const CellPlan& plan;
  CellState initial;
  std::size_t units;  // hidden units, padded
  NarrowProducts recurrent;
  std::optional<NarrowProducts> candidate;  // GRU, linear_before_reset = 0
  std::vector<NarrowTable> tables;
  std::optional<NarrowTable> cell_table;
  AlignedArray<std::int32_t> reset_left;  // GRU, linear_before_reset = 1
  AlignedArray<std::int32_t> candidate_right;
};

/// Arrays of one signal are [places, units] without gaps, so that what is the same for all units runs
/// through.
class NarrowWork : public CellWork {
 public:
  NarrowWork(const NarrowConstants& constants, std::size_t places)
      : c_(constants),
        gate_values_(hwy::AllocateAligned<std::int16_t>(places * c_.plan.gates.size() * c_.units)),
        cell_values_(aligned_zeros<std::int16_t>(places * c_.units)),
        activation_values_(hwy::AllocateAligned<std::int16_t>(places * c_.units)),
        state_(zero_state(c_.plan.state, places * c_.units)),
        reset_(zero_state(c_.plan.reset_hidden, places * c_.units)),
        states_(places),
        resets_(places) {
    for (std::size_t place = 0; place < places; ++place) {
      states_[place] = state_at(place * c_.units);
      resets_[place] = reset_at(place * c_.units);
    }
  }

  void restart() override {
    NarrowWork::load(0, c_.initial);
    const std::size_t state_bytes = c_.units * static_cast<std::size_t>(c_.plan.state.size);
    for (std::size_t place = 1; place < states_.size(); ++place) {
      std::memcpy(state_at(place * c_.units), state_at(0), state_bytes);
      std::copy_n(cell_values_.get(), c_.units, cell_values_.get() + place * c_.units);
    }
  }

  void load(std::size_t place, const CellState& from) override {
    for (std::size_t unit = 0; unit < from.hidden.size(); ++unit)
      set_stored(c_.plan.state, from.hidden[unit], state_at(place * c_.units + unit));
    for (std::size_t unit = 0; unit < from.cell.size(); ++unit)
      cell_values_[place * c_.units + unit] = static_cast<std::int16_t>(from.cell[unit]);
  }

  void store(std::size_t place, CellState& to) const override {
    for (std::size_t unit = 0; unit < to.hidden.size(); ++unit)
      to.hidden[unit] = get_stored(c_.plan.state, state_at(place * c_.units + unit));
    for (std::size_t unit = 0; unit < to.cell.size(); ++unit)
      to.cell[unit] = cell_values_[place * c_.units + unit];
  }

  void step(std::size_t places, const StepInputs& inputs) override {
    places_ = places;
    count_ = places * c_.units;
    written_ += count_;
    c_.recurrent.run(states_.data(), places, inputs, gate(0), pre_fitting_.data());
    if (c_.plan.kind == CellKind::Lstm) return lstm();
    if (c_.plan.kind == CellKind::Gru) return gru(inputs);
    rnn();
  }

  [[nodiscard]] const std::uint8_t* hidden(std::size_t place) const override { return states_[place]; }

  void count(SignalCounts& counts) const override {
    const auto add = [&](int signal, std::int64_t overflows) {
      counts.overflows[static_cast<std::size_t>(signal)] += overflows;
    };
    const auto beyond = [&](std::size_t fitting) { return static_cast<std::int64_t>(written_ - fitting); };
    for (std::size_t g = 0; g < c_.plan.gates.size(); ++g) {
      const bool is_rec = c_.plan.linear_before_reset && g == 2;
      const GatePlan& one = c_.plan.gates[g];
      add(is_rec ? c_.plan.rec.target.signal : one.written.target.signal, beyond(pre_fitting_[g]));
      add(one.output, gate_overflows_[g]);
    }
    if (c_.plan.kind == CellKind::Rnn) return;
    add(c_.plan.hidden_sum.target.signal, beyond(hidden_fitting_));
    if (c_.plan.kind == CellKind::Gru)
      add(c_.plan.linear_before_reset ? c_.plan.gates[2].written.target.signal : c_.plan.reset.target.signal,
          beyond(reset_fitting_));
    if (c_.plan.kind == CellKind::Lstm) {
      add(c_.plan.cell.target.signal, beyond(cell_fitting_));
      add(c_.plan.cell_activation, activation_overflows_);
    }
  }

 private:
  static AlignedArray<std::uint8_t> zero_state(const Storage& storage, std::size_t count) {
    auto bytes = aligned_zeros<std::uint8_t>(count * 2);
    if (storage.size == 1) std::memset(bytes.get(), -storage.offset, count);
    return bytes;
  }

  [[nodiscard]] std::uint8_t* state_at(std::size_t index) const {
    return state_.get() + index * static_cast<std::size_t>(c_.plan.state.size);
  }
  [[nodiscard]] std::uint8_t* reset_at(std::size_t index) const {
    return reset_.get() + index * static_cast<std::size_t>(c_.plan.reset_hidden.size);
  }
  [[nodiscard]] std::int16_t* gate(std::size_t index) const { return gate_values_.get() + index * count_; }

  HWY_INLINE Vector16 load(const std::int16_t* values, std::size_t index, int left = 0) const {
    return hn::ShiftLeftSame(hn::Load(Lanes16(), values + index), left);
  }

  void activate(std::size_t index) {
    gate_overflows_[index] += c_.tables[index].apply(gate(index), count_, gate(index));
  }

  void lstm() {
    for (std::size_t index = 0; index < 4; ++index) activate(index);
    next_cell();
    activation_overflows_ += c_.cell_table->apply(cell_values_.get(), count_, activation_values_.get());
    // h' <- o * t
    const Vector16 zero = hn::Zero(Lanes16());
    const NarrowSum sum(c_.plan.hidden_sum);
    const std::int16_t* o = gate(1);
    for (std::size_t k = 0; k < count_; k += hn::Lanes(Lanes16())) {
      const Vector16 h = sum(load(o, k, c_.plan.hidden_sum.left_first), load(activation_values_.get(), k),
                             zero, zero, hidden_fitting_);
      store_state(h, c_.plan.state, state_at(k));
    }
  }

  // c' <- f * c + i * g
  void next_cell() {
    const NarrowSum sum(c_.plan.cell);
    const std::int16_t* i = gate(0);
    const std::int16_t* f = gate(2);
    const std::int16_t* g = gate(3);
    std::int16_t* c = cell_values_.get();
    for (std::size_t k = 0; k < count_; k += hn::Lanes(Lanes16())) {
      const Vector16 next = sum(load(f, k, c_.plan.cell.left_first), load(c, k),
                                load(i, k, c_.plan.cell.left_second), load(g, k), cell_fitting_);
      hn::Store(next, Lanes16(), c + k);
    }
  }

  void gru(const StepInputs& inputs) {
    activate(0);
    activate(1);
    if (c_.plan.linear_before_reset)
      linear_before_reset(inputs.projections);
    else
      reset_before_linear(inputs);
    activate(2);
    // h' <- z * (h - n) + n * 2^left
    const NarrowSum sum(c_.plan.hidden_sum);
    const Vector16 power = hn::Set(Lanes16(), static_cast<std::int16_t>(1 << c_.plan.hidden_sum.left_second));
    const std::int16_t* z = gate(0);
    const std::int16_t* n = gate(2);
    for (std::size_t k = 0; k < count_; k += hn::Lanes(Lanes16())) {
      const Vector16 h = load_state(c_.plan.state, state_at(k));
      const Vector16 difference = hn::Sub(hn::ShiftLeftSame(h, c_.plan.difference_left_hidden),
                                          load(n, k, c_.plan.difference_left_candidate));
      const Vector16 next =
          sum(load(z, k, c_.plan.hidden_sum.left_first), difference, load(n, k), power, hidden_fitting_);
      store_state(next, c_.plan.state, state_at(k));
    }
  }

  // pre <- (W x + Wb) + r * rec; rec stands where the pre-activation goes
  void linear_before_reset(const std::int32_t* const* projections) {
    const Lanes32 d;
    const std::size_t lanes = hn::Lanes(d);
    const Vector16 zero = hn::Zero(Lanes16());
    const Sums zeros{hn::Zero(d), hn::Zero(d)};
    const NarrowFit fit(c_.plan.gates[2].written.target);
    for (std::size_t unit = 0; unit < c_.units; unit += 2 * lanes) {
      const Vector32 left0 = hn::Load(d, c_.reset_left.get() + unit);
      const Vector32 left1 = hn::Load(d, c_.reset_left.get() + unit + lanes);
      const Vector32 right0 = hn::Load(d, c_.candidate_right.get() + unit);
      const Vector32 right1 = hn::Load(d, c_.candidate_right.get() + unit + lanes);
      for (std::size_t place = 0; place < places_; ++place) {
        const std::size_t at = place * c_.units + unit;
        const std::int32_t* linear = projections[place] + 2 * c_.units + unit;
        const Sums product = pair_products(load(gate(1), at), load(gate(2), at), zero, zero, zeros);
        const Vector32 sum0 = hn::Add(product.lower << left0, hn::Load(d, linear));
        const Vector32 sum1 = hn::Add(product.upper << left1, hn::Load(d, linear + lanes));
        hn::Store(fit({sum0 >> right0, sum1 >> right1}, reset_fitting_), Lanes16(), gate(2) + at);
      }
    }
  }

  // rh <- r * h ;  pre <- W x + R rh + b
  void reset_before_linear(const StepInputs& inputs) {
    const Vector16 zero = hn::Zero(Lanes16());
    const NarrowSum sum(c_.plan.reset);
    const std::int16_t* r = gate(1);
    for (std::size_t k = 0; k < count_; k += hn::Lanes(Lanes16())) {
      const Vector16 h = load_state(c_.plan.state, state_at(k));
      const Vector16 reset = sum(load(r, k, c_.plan.reset.left_first), h, zero, zero, reset_fitting_);
      store_state(reset, c_.plan.reset_hidden, reset_at(k));
    }
    c_.candidate->run(resets_.data(), places_, inputs, gate(2), pre_fitting_.data() + 2);
  }

  void rnn() {
    activate(0);
    for (std::size_t k = 0; k < count_; k += hn::Lanes(Lanes16()))
      store_state(load(gate(0), k), c_.plan.state, state_at(k));
  }

  const NarrowConstants& c_;
  std::size_t places_ = 0;                  // of the step
  std::size_t count_ = 0;                   // places * units
  std::size_t written_ = 0;                 // over all steps
  AlignedArray<std::int16_t> gate_values_;  // [gates, places, units]: pre-activations, then the gates
  AlignedArray<std::int16_t> cell_values_;
  AlignedArray<std::int16_t> activation_values_;
  AlignedArray<std::uint8_t> state_;
  AlignedArray<std::uint8_t> reset_;
  std::vector<const std::uint8_t*> states_;
  std::vector<const std::uint8_t*> resets_;
  std::array<std::size_t, 4> pre_fitting_{};  // values in range, by gate
  std::array<std::int64_t, 4> gate_overflows_{};
  std::size_t reset_fitting_ = 0;
  std::size_t cell_fitting_ = 0;
  std::size_t hidden_fitting_ = 0;
  std::int64_t activation_overflows_ = 0;
};

class NarrowCell : public Cell {
 public:
  NarrowCell(const NetworkPlan& network, const CellPlan& plan, const CellState& initial,
             const EmbeddedRows* embedded, const MachineSettings& machine)
      : Cell(plan, embedded, true, machine.vnni, paired_order()),
        constants_(network, plan, initial, units(), joins(), machine) {}

  [[nodiscard]] bool padding_is_silent() const { return constants_.padding_is_silent(); }

  [[nodiscard]] bool is_narrow() const override { return true; }

 private:
  [[nodiscard]] std::unique_ptr<CellWork> start(std::size_t places) const override {
    return std::make_unique<NarrowWork>(constants_, places);
  }

  NarrowConstants constants_;
};

#endif  // x86

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
