// One recording, run forwards and backwards through a program, and what its weights were multiplied with.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "simulate/float/float_gradients.h"
#include "simulate/float/float_runner.h"
#include "simulate/program_inputs.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate::program {

using Formats = IdVector<ValueId, SignalFormat>;

/// A run in real numbers whose values take those of fixed-point formats, but for outputs of the network that
/// nothing reads. What a fixed-point network has beyond that is the error of its tables.
class ValueRounding : public FloatValueObserver {
 public:
  /// `formats` outlive this.
  ValueRounding(const Program& program, const Formats& formats);

  void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) override;

 private:
  const Formats& formats_;
  IdVector<ValueId, char> is_rounded_;
};

/// Where a recording goes on from: the states of the float and of the fixed-point network.
struct RunState {
  FloatMemory real;
  Memory fixed;
};

struct ObservedRun {
  std::vector<FloatMatrix> outputs;  // of the float network
  ValueGradients gradients;          // of what the runner was given
  FloatTrace operands;  // what was multiplied: in the fixed-point network if it was run, else in float
};

/// The derivative of some scalar by the outputs, from the outputs.
using OutputGradients = std::function<std::vector<FloatMatrix>(const std::vector<FloatMatrix>& outputs)>;

/// Runs recordings through a float network and, if there is one, its fixed-point twin.
class CalibrationRunner {
 public:
  /// Both outlive the runner; `fixed` may be null.
  CalibrationRunner(const FloatNetwork& network, const FixedNetwork* fixed);
  /// The float run's values are rounded to these formats, which outlive the runner; gradients take no notice
  /// of the rounding.
  CalibrationRunner(const FloatNetwork& network, const Formats& formats);

  [[nodiscard]] RunState initial_state() const;
  /// Advances `state`. Error: the recording does not fit the program.
  Result<ObservedRun> run(std::span<const Sequence> inputs, RunState& state,
                          const OutputGradients& gradients) const;

  [[nodiscard]] const FloatNetwork& network() const { return runner_.network(); }
  [[nodiscard]] const FloatGradients& gradients() const { return gradients_; }
  [[nodiscard]] const FixedNetwork* fixed() const { return fixed_; }  // null: there is none

 private:
  Result<void> observe_twin(std::span<const Sequence> inputs, RunState& state, FloatTrace& operands) const;

  FloatRunner runner_;
  FloatGradients gradients_;
  InputCheck check_;
  const Formats* formats_ = nullptr;
  const FixedNetwork* fixed_ = nullptr;
  std::optional<ProgramSimulator> simulator_;
};

}  // namespace fixgate::program
