// Everything that one run in real numbers read and made, kept.
#pragma once

#include <span>

#include "data/sequence.h"
#include "program/read_path.h"
#include "simulate/float/float_observer.h"
#include "simulate/float/float_values.h"

namespace fixgate::program {

/// The values of one run and what stood before them.
struct FloatTrace {
  TickCounts counts;
  FloatTicks values;    // every tick; tokens as numbers
  FloatMemory before;   // what the states remembered before the run
  FloatMemory initial;  // at the beginning of a sequence

  /// What a read of `layer` finds at the positions first..first+count-1 of its order, [count, size]; zeros
  /// outside.
  [[nodiscard]] FloatMatrix rows(const ReadPath& path, const TickOrder& order, std::int64_t first,
                                 std::int64_t count) const;
  /// One of these rows; nullptr: outside.
  [[nodiscard]] const float* row(const ReadPath& path, const TickOrder& order, std::int64_t position) const;
};

/// A trace whose values are still to come, but for tokens.
FloatTrace empty_trace(const Program& program, std::span<const Sequence> inputs, TickCounts counts,
                       FloatMemory before, FloatMemory initial);

/// Keeps what a run makes in a trace. `rounding`, if any, sees and may change it before.
class TraceKeeper : public FloatValueObserver {
 public:
  explicit TraceKeeper(FloatTrace& trace, FloatValueObserver* rounding = nullptr)
      : trace_(trace), rounding_(rounding) {}

  void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) override {
    if (rounding_ != nullptr) rounding_->observe(value, first_tick, rows);
    trace_.values[value].middleRows(first_tick, rows.rows()) = rows;
  }

 private:
  FloatTrace& trace_;
  FloatValueObserver* rounding_;
};

}  // namespace fixgate::program
