// One direction of a recurrent layer over a batch of sequences: what all cells have in common, for one target
// of Highway.
#if defined(FIXGATE_FAST_CELL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_CELL_INL_H_
#undef FIXGATE_FAST_CELL_INL_H_
#else
#define FIXGATE_FAST_CELL_INL_H_
#endif

#include "simulate/fast/direct_table.h"
#include "simulate/fast/engine.h"
#include "simulate/fast/products-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

/// (W x << left) + constant for every gate, in 32 bits.
class Projection {
 public:
  Projection(const CellPlan& plan, bool vnni, const RowOrder& order) : products_(plan.input, vnni, order) {
    std::vector<const std::vector<std::int32_t>*> left;
    std::vector<const std::vector<std::int32_t>*> constant;
    for (const GatePlan& gate : plan.gates) {
      left.push_back(&gate.input.left);
      constant.push_back(&gate.input.constant);
    }
    left_ = ordered_rows(left, products_.part_rows(), order);
    constant_ = ordered_rows(constant, products_.part_rows(), order);
  }

  [[nodiscard]] std::size_t rows() const { return products_.rows(); }
  /// Hidden units, padded.
  [[nodiscard]] std::size_t units() const { return products_.part_rows(); }

  /// `sums` [count, gates, units].
  void run(const std::uint8_t* const* vectors, std::size_t count, std::int32_t* sums) const {
    const Lanes32 d;
    const std::size_t lanes = hn::Lanes(d);
    const auto shift_and_add = [&](std::size_t row, std::size_t place, std::size_t some,
                                   const std::int32_t* from, std::size_t stride) {
      for (std::size_t end = row + products_.group_rows(); row < end; row += lanes, from += lanes) {
        const Vector32 left = hn::Load(d, left_.get() + row);
        const Vector32 constant = hn::Load(d, constant_.get() + row);
        std::int32_t* to = sums + place * rows() + row;
        for (std::size_t k = 0; k < some; ++k)
          hn::Store(hn::Add(hn::Load(d, from + k * stride) << left, constant), d, to + k * rows());
      }
    };
    products_.multiply(vectors, count, shift_and_add);
  }

 private:
  Products products_;
  AlignedArray<std::int32_t> left_;
  AlignedArray<std::int32_t> constant_;
};

/// What one step of a cell reads besides its states, by place.
struct StepInputs {
  const std::int32_t* const* projections = nullptr;  // [gates, units]
  const std::uint8_t* const* vectors = nullptr;      // x itself, of cells that join it with h
};

/// The states of the sequences of one batch, and what one run works in.
class CellWork {
 public:
  virtual ~CellWork() = default;
  /// The initial state, at every place.
  virtual void restart() = 0;
  virtual void load(std::size_t place, const CellState& state) = 0;
  virtual void store(std::size_t place, CellState& state) const = 0;
  /// One step of the first `places` sequences.
  virtual void step(std::size_t places, const StepInputs& inputs) = 0;
  /// h, stored as the plan says.
  [[nodiscard]] virtual const std::uint8_t* hidden(std::size_t place) const = 0;
  /// Adds the overflows of all steps.
  virtual void count(SignalCounts& counts) const = 0;
};

class Cell : public CellEngine {
 public:
  /// `may_join`: whether the cell can compute W x and R h in one product, where the plan joins them.
  Cell(const CellPlan& plan, const EmbeddedRows* embedded, bool may_join, bool vnni, const RowOrder& order)
      : plan_(plan), projection_(plan, vnni, order) {
    if (embedded != nullptr && embedded->rows.rows() * projection_.rows() <= kMostProjected)
      project(*embedded);
    joins_ = may_join && plan.joined && !projected_;
  }

  void run(const Batch& batch, const Values& inputs, std::span<CellState* const> states, Keep keep,
           StoredRows& outputs, std::size_t first_column, SignalCounts& counts) const override {
    const std::size_t most = std::min(batch.size(), kGroupPlaces);
    const std::unique_ptr<CellWork> work = start(most);
    Projecting projecting(projected_ || joins_ ? 1 : most * projection_.rows(), most);
    for (Group group{batch, 0, 0}; group.first < batch.size(); group.first += group.count) {
      group.count = std::min(most, batch.size() - group.first);
      const auto some_states = states.empty() ? states : states.subspan(group.first, group.count);
      run(group, inputs, some_states, *work, projecting, [&](std::size_t visited, std::size_t active) {
        hand_on(group, visited, active, *work, keep, first_column, outputs);
      });
    }
    work->count(counts);
  }

 protected:
  [[nodiscard]] const CellPlan& plan() const { return plan_; }
  [[nodiscard]] std::size_t units() const { return projection_.units(); }
  [[nodiscard]] bool joins() const { return joins_; }

 private:
  static constexpr std::size_t kMostProjected = std::size_t{1} << 26;  // 256 MiB of projected tokens
  // So many sequences run through all their steps before the next do: their sums and gates then stay in the
  // first-level cache. A multiple of what a tile takes.
  static constexpr std::size_t kGroupPlaces = 24;

  /// Sequences of a batch at consecutive places.
  struct Group {
    const Batch& batch;
    std::size_t first = 0;
    std::size_t count = 0;

    [[nodiscard]] std::size_t step(std::size_t place, std::size_t visited, bool reverse) const {
      return batch.step(first + place, visited, reverse);
    }
    [[nodiscard]] std::size_t steps(std::size_t place) const { return batch.steps(first + place); }
    [[nodiscard]] const Sequence& sequence(std::size_t place) const { return batch.sequence(first + place); }
    [[nodiscard]] std::size_t active(std::size_t visited, std::size_t at_most) const {
      return batch.active(visited, first + at_most) - first;
    }
  };

  /// What a run projects with, by place.
  struct Projecting {
    Projecting(std::size_t sums_count, std::size_t places)
        : sums(aligned_zeros<std::int32_t>(sums_count)), projections(places), vectors(places) {}

    AlignedArray<std::int32_t> sums;
    std::vector<const std::int32_t*> projections;
    std::vector<const std::uint8_t*> vectors;
  };

  [[nodiscard]] virtual std::unique_ptr<CellWork> start(std::size_t places) const = 0;

  // All steps; `after(visited, active)` is called behind each.
  template <class After>
  void run(const Group& group, const Values& inputs, std::span<CellState* const> states, CellWork& work,
           Projecting& projecting, After after) const {
    work.restart();
    for (std::size_t place = 0; place < states.size(); ++place) work.load(place, *states[place]);
    std::size_t active = group.count;
    for (std::size_t visited = 0; visited < group.steps(0); ++visited) {
      active = group.active(visited, active);
      find_projections(group, inputs, visited, active, projecting);
      work.step(active, {projecting.projections.data(), projecting.vectors.data()});
      after(visited, active);
    }
    for (std::size_t place = 0; place < states.size(); ++place) work.store(place, *states[place]);
  }

  // The projection of every token of the vocabulary, once.
  void project(const EmbeddedRows& embedded) {
    const std::size_t count = embedded.rows.rows();
    std::vector<const std::uint8_t*> rows(count);
    for (std::size_t token = 0; token < count; ++token) rows[token] = embedded.rows.row(token);
    projected_ = hwy::AllocateAligned<std::int32_t>(count * projection_.rows());
    projection_.run(rows.data(), count, projected_.get());
  }

  [[nodiscard]] const std::int32_t* projected(std::int32_t token) const {
    return projected_.get() + static_cast<std::size_t>(token) * projection_.rows();
  }

  // The vocabulary's projections are larger than the caches: the next step's are on their way during this
  // one, but those of many sequences not into the first-level cache, where they would push out the sums and
  // the gates.
  void prefetch(const std::int32_t* projection, std::size_t active) const {
    constexpr int kRead = 0;
    constexpr std::size_t kFewBytes = std::size_t{8} << 10;
    const bool few = active * projection_.rows() * sizeof(std::int32_t) <= kFewBytes;
    for (std::size_t row = 0; row < projection_.rows(); row += kAlignment / sizeof(std::int32_t))
      if (few)
        __builtin_prefetch(projection + row, kRead, 3);  // first level
      else
        __builtin_prefetch(projection + row, kRead, 2);  // second level
  }

  void find_projections(const Group& group, const Values& inputs, std::size_t visited, std::size_t active,
                        Projecting& projecting) const {
    if (projected_) return look_up_projections(group, visited, active, projecting);
    for (std::size_t place = 0; place < active; ++place) {
      projecting.vectors[place] =
          inputs.row(group.batch, group.first + place, group.step(place, visited, plan_.reverse));
      projecting.projections[place] = projecting.sums.get() + place * projection_.rows();
    }
    if (!joins_) projection_.run(projecting.vectors.data(), active, projecting.sums.get());
  }

  void look_up_projections(const Group& group, std::size_t visited, std::size_t active,
                           Projecting& projecting) const {
    for (std::size_t place = 0; place < active; ++place) {
      const auto& tokens = group.sequence(place).tokens;
      projecting.projections[place] = projected(tokens[group.step(place, visited, plan_.reverse)]);
      if (visited + 1 < group.steps(place))
        prefetch(projected(tokens[group.step(place, visited + 1, plan_.reverse)]), active);
    }
  }

  // Hands the new h on: of every step, of the last, or of the one that the cell comes to last.
  void hand_on(const Group& group, std::size_t visited, std::size_t active, const CellWork& work, Keep keep,
               std::size_t first_column, StoredRows& outputs) const {
    const auto size = static_cast<std::size_t>(plan_.state.size);
    for (std::size_t place = 0; place < active; ++place) {
      const std::size_t step = group.step(place, visited, plan_.reverse);
      const std::size_t kept = keep == Keep::Final ? visited : step;
      if (keep != Keep::EveryStep && kept + 1 != group.steps(place)) continue;
      const std::size_t in_batch = group.first + place;
      const std::size_t row = keep == Keep::EveryStep ? group.batch.first_row(in_batch) + step : in_batch;
      std::memcpy(outputs.row(row) + first_column * size, work.hidden(place),
                  static_cast<std::size_t>(plan_.hidden) * size);
    }
  }

  const CellPlan& plan_;
  Projection projection_;
  bool joins_ = false;
  AlignedArray<std::int32_t> projected_;  // [vocabulary, gates, units]; empty: not worked out in advance
};

/// The parts of a stack of recurrent weights, and what each is written to.
struct WrittenPart {
  const SumRows* sums;
  const TargetRows* written;
};

inline std::vector<WrittenPart> recurrent_parts(const CellPlan& plan) {
  std::vector<WrittenPart> parts;
  for (std::size_t g = 0; g < plan.recurrent.parts.size(); ++g) {
    const bool is_rec = plan.linear_before_reset && g == 2;
    parts.push_back({&plan.gates[g].recurrent, is_rec ? &plan.rec : &plan.gates[g].written});
  }
  return parts;
}

inline DirectTable direct_table(const NetworkPlan& network, int index) {
  return DirectTable(network.network->tables[static_cast<std::size_t>(index)]);
}

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
