// A float run whose signals take the values of fixed-point formats.
#pragma once

#include <vector>

#include "fixed/fixed_chain.h"
#include "simulate/float_runner.h"

namespace fixgate {

/// Rounds and saturates every signal to its format before the run goes on with it, but for the network's
/// outputs, which nothing reads. What a fixed-point network has beyond that is the error of its tables.
class SignalRounding : public FloatObserver {
 public:
  /// `signals` as SignalList::signals; both outlive this. `next`, if any, sees the rounded values.
  explicit SignalRounding(const std::vector<FixedSignal>& signals, FloatObserver* next = nullptr)
      : signals_(signals), next_(next) {}

  void observe(int signal, float* values, Eigen::Index count) override;

 private:
  const std::vector<FixedSignal>& signals_;
  FloatObserver* next_;
};

}  // namespace fixgate
