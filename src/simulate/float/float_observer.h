// Sees real numbers as they arise.
#pragma once

#include <cstdint>

#include "simulate/float/float_values.h"

namespace fixgate::program {

/// Sees the values of a run as they arise: inputs first, then layer by layer; within a layer tick by tick, or
/// where it remembers nothing many ticks at once.
class FloatValueObserver {
 public:
  virtual ~FloatValueObserver() = default;
  /// `rows` [ticks, size] are those of ticks `first_tick` and the following ones. What is changed in them is
  /// what the run goes on with.
  virtual void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) = 0;
};

}  // namespace fixgate::program
