// A dense layer over all steps of a batch at once, for one target of Highway.
#if defined(FIXGATE_FAST_DENSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_DENSE_INL_H_
#undef FIXGATE_FAST_DENSE_INL_H_
#else
#define FIXGATE_FAST_DENSE_INL_H_
#endif

#include <optional>

#include "parallel/for_each_index.h"
#include "simulate/fast/elementwise-inl.h"
#include "simulate/fast/engine.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

class Dense : public DenseEngine {
 public:
  Dense(const NetworkPlan& network, const DensePlan& plan, bool vnni)
      : plan_(plan),
        outputs_(network.storage[static_cast<std::size_t>(plan.output)]),
        products_(plan.stack, vnni, plain_order()),
        rows_(static_cast<std::size_t>(plan.stack.parts.front()->rows)),
        left_(ordered_rows({&plan.sum.left}, products_.part_rows(), plain_order())),
        constant_(ordered_rows({&plan.sum.constant}, products_.part_rows(), plain_order())),
        right_(ordered_rows({&plan.written.right}, products_.part_rows(), plain_order())) {
    if (plan.table >= 0) table_.emplace(network.network->tables[static_cast<std::size_t>(plan.table)]);
  }

  Values run(const Batch& batch, const Values& inputs, SignalCounts& counts) const override {
    const std::vector<const std::uint8_t*> vectors = input_rows(batch, inputs);
    Values outputs;
    outputs.every_step = inputs.every_step;
    outputs.rows = StoredRows(vectors.size(), products_.part_rows(), outputs_);
    const std::size_t blocks = (vectors.size() + kRowsPerTask - 1) / kRowsPerTask;
    std::vector<Overflows> overflows(blocks);
    parallel_for_each_index(blocks, [&](std::size_t block) {
      const std::size_t first = block * kRowsPerTask;
      overflows[block] =
          run_rows(vectors.data(), first, std::min(kRowsPerTask, vectors.size() - first), outputs.rows);
    });
    for (const Overflows& one : overflows) {
      counts.overflows[static_cast<std::size_t>(plan_.written.target.signal)] += one.written;
      if (table_) counts.overflows[static_cast<std::size_t>(plan_.output)] += one.looked_up;
    }
    return outputs;
  }

 private:
  static constexpr std::size_t kRowsPerTask = 48;

  struct Overflows {
    std::int64_t written = 0;
    std::int64_t looked_up = 0;
  };

  static std::vector<const std::uint8_t*> input_rows(const Batch& batch, const Values& inputs) {
    std::vector<const std::uint8_t*> rows;
    for (std::size_t place = 0; place < batch.size(); ++place) {
      const std::size_t steps = inputs.every_step ? batch.steps(place) : 1;
      for (std::size_t step = 0; step < steps; ++step) rows.push_back(inputs.row(batch, place, step));
    }
    return rows;
  }

  // Lanes that pad the last block are no rows.
  [[nodiscard]] std::int64_t sum_of_rows(std::size_t first, Vector32 by_lane) const {
    const Lanes32 d;
    HWY_ALIGN std::int32_t lanes[HWY_MAX_BYTES / 4];
    hn::Store(by_lane, d, lanes);
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < std::min(hn::Lanes(d), rows_ - std::min(first, rows_)); ++k) sum += lanes[k];
    return sum;
  }

  Overflows run_rows(const std::uint8_t* const* vectors, std::size_t first, std::size_t count,
                     StoredRows& outputs) const {
    const Lanes32 d;
    const Fit fit(plan_.written.target);
    const auto size = static_cast<std::size_t>(outputs_.size);
    Overflows found;
    products_.multiply(vectors + first, count,
                       [&](std::size_t row, std::size_t place, std::size_t some, const std::int32_t* from,
                           std::size_t stride) {
                         const Vector32 left = hn::Load(d, left_.get() + row);
                         const Vector32 right = hn::Load(d, right_.get() + row);
                         const Vector32 constant = hn::Load(d, constant_.get() + row);
                         Vector32 written = hn::Zero(d);
                         Vector32 looked_up = hn::Zero(d);
                         for (std::size_t k = 0; k < some; ++k) {
                           const Vector32 sum = hn::Add(hn::Load(d, from + k * stride) << left, constant);
                           Vector32 value = fit(sum, right, written);
                           if (table_) value = look_up(*table_, value, looked_up);
                           store_lanes(value, outputs_, outputs.row(first + place + k) + row * size);
                         }
                         found.written += sum_of_rows(row, written);
                         found.looked_up += sum_of_rows(row, looked_up);
                       });
    return found;
  }

  const DensePlan& plan_;
  Storage outputs_;
  Products products_;
  std::size_t rows_;
  AlignedArray<std::int32_t> left_;
  AlignedArray<std::int32_t> constant_;
  AlignedArray<std::int32_t> right_;
  std::optional<DirectTable> table_;
};

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
