// The backward pass of FloatRunner: what a small error of each signal does to the outputs. Calibration asks
// it where errors hurt; nothing here changes a weight.
#pragma once

#include <vector>

#include "simulate/float_runner.h"
#include "simulate/float_trace.h"

namespace fixgate {

/// Derivatives of a scalar by every value of every signal of one run, laid out as FloatTrace::rows(). A
/// value's derivative counts all that it does later, through the recurrence too. Empty: the scalar does not
/// depend on the signal.
using SignalGradients = std::vector<FloatMatrix>;  // by signal

class FloatGradients {
 public:
  /// `network` must outlive this.
  explicit FloatGradients(const Network& network);

  /// Back-propagation through time (Werbos 1990) over one run that began at `start` and left `trace`.
  /// `by_outputs` [rows, outputs]: the scalar's derivative by the run's outputs.
  [[nodiscard]] SignalGradients run(const FloatState& start, const FloatTrace& trace, std::size_t steps,
                                    const FloatMatrix& by_outputs) const;

 private:
  const Network& network_;
  SignalList signals_;
};

/// The derivative of `function` at x, where it has the value y. Sigmoid and Tanh exactly, others by a central
/// difference of 2^-10 to each side.
float derivative(const ActivationFunction& function, float x, float y);

}  // namespace fixgate
