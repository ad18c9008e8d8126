// One calibration sequence, run forwards and backwards, and what the weights were multiplied with in it.
#pragma once

#include <functional>
#include <optional>

#include "calibrate/weight_sites.h"
#include "fixed/program_of.h"
#include "simulate/float_gradients.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate {

/// Where a sequence goes on from: the states of the float and of the fixed-point network.
struct CalibrationState {
  FloatState real;
  program::Memory fixed;
};

/// Matrices have a row for each step, in the order named.
class ObservedRun {
 public:
  FloatMatrix outputs;        // of the float network
  SignalGradients gradients;  // of what CalibrationRunner was given

  /// What the matrix is multiplied with, in the order in which the cell visits the steps: in the fixed-point
  /// network if it was run, else in float.
  [[nodiscard]] FloatMatrix gate_operand(const GateSite& site) const;
  /// The same of a dense layer, a row for each of its output rows, in the order of the steps.
  [[nodiscard]] FloatMatrix dense_operand(std::size_t layer) const;
  [[nodiscard]] const Sequence& sequence() const { return *sequence_; }

 private:
  friend class CalibrationRunner;

  [[nodiscard]] FloatMatrix layer_input(std::size_t layer) const;
  [[nodiscard]] FloatMatrix layer_output(std::size_t layer) const;
  [[nodiscard]] FloatMatrix recurrent_output(const RecurrentLayer& layer, int signal) const;
  [[nodiscard]] FloatMatrix selected(const SelectLayer& select, std::size_t before) const;

  const Network* network_ = nullptr;
  const SignalList* signals_ = nullptr;
  const Sequence* sequence_ = nullptr;
  FloatTrace trace_{0};                                 // whose values the operands are
  std::vector<std::vector<FloatVector>> start_hidden_;  // by layer and cell, as the trace
};

/// The derivative of some scalar by the outputs [rows, outputs], from the outputs.
using OutputGradient = std::function<FloatMatrix(const FloatMatrix& outputs)>;

/// Runs sequences through a float network and, if there is one, its fixed-point twin.
class CalibrationRunner {
 public:
  /// `network` outlives the runner; `fixed` may be null and is copied.
  CalibrationRunner(const Network& network, const FixedChain* fixed);
  /// The float run's signals are rounded to these formats, which outlive the runner; gradients take no notice
  /// of the rounding.
  CalibrationRunner(const Network& network, const std::vector<FixedSignal>& formats);

  [[nodiscard]] CalibrationState initial_state() const;
  /// Advances `state`. The run refers to `sequence`. Error: it does not fit the network.
  Result<ObservedRun> run(const Sequence& sequence, CalibrationState& state,
                          const OutputGradient& gradient) const;

  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] const SignalList& signals() const { return runner_.signals(); }
  /// Null: there is none. Without a last dense layer, behind which nothing is observed.
  [[nodiscard]] const FixedChain* fixed() const { return fixed_ ? &*fixed_ : nullptr; }

 private:
  /// The fixed-point twin, ready to run.
  struct Twin {
    explicit Twin(const FixedChain& chain) : program(chain_program_of(chain)), simulator(program.network) {}

    ChainProgram program;
    program::ProgramSimulator simulator;
  };

  const Network& network_;
  FloatRunner runner_;
  FloatGradients gradients_;
  const std::vector<FixedSignal>* formats_ = nullptr;
  std::optional<FixedChain> fixed_;
  std::optional<Twin> twin_;
};

}  // namespace fixgate
