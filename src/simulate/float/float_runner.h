// Runs a program in real numbers: the yardstick of every evaluation, and what calibration watches.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "program/float_network.h"
#include "program/reading.h"
#include "simulate/float/float_observer.h"
#include "simulate/float/float_values.h"

namespace fixgate::program {

class FloatRunner {
 public:
  /// `network` is verified, outlives the runner and keeps its weights.
  explicit FloatRunner(const FloatNetwork& network);
  ~FloatRunner();
  FloatRunner(const FloatRunner&) = delete;
  FloatRunner& operator=(const FloatRunner&) = delete;

  [[nodiscard]] const FloatNetwork& network() const { return network_; }
  /// What every state remembers at the beginning of a sequence.
  [[nodiscard]] const FloatMemory& initial_memory() const;

  /// The outputs [ticks, size], in the order of Program::outputs. `inputs` are in the order of
  /// inputs_of(program). `memory` goes from before the run to after it. Safe to call from several threads.
  /// Errors: inputs of the wrong kind, number or length; too few ticks for what is read at an end.
  Result<std::vector<FloatMatrix>> run(std::span<const Sequence> inputs, FloatMemory& memory,
                                       FloatValueObserver* observer = nullptr) const;

 private:
  struct Prepared;  // what is derived once from the network

  const FloatNetwork& network_;
  std::unique_ptr<const Prepared> prepared_;
};

/// What the network's states begin with.
FloatMemory initial_memory_of(const FloatNetwork& network);

}  // namespace fixgate::program
