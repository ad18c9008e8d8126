#include "calibrate/program_run.h"

#include <cmath>
#include <utility>

#include "numeric/requantise.h"
#include "program/uses.h"

namespace fixgate::program {
namespace {

/// The integers of a fixed-point run as real numbers.
class RealTrace : public ValueObserver {
 public:
  RealTrace(const FixedNetwork& network, FloatTrace& trace) : network_(network), trace_(trace) {}

  void observe(ValueId value, std::int64_t tick, std::span<const std::int64_t> integers) override {
    if (network_.program.values[value].vocabulary) return;
    const Format& format = network_.formats[value].format;
    float* to = trace_.values[value].row(tick).data();
    for (const std::int64_t q : integers) *to++ = static_cast<float>(format.value(q));
  }

 private:
  const FixedNetwork& network_;
  FloatTrace& trace_;
};

FloatMemory real_memory(const FixedNetwork& network, const Memory& memory) {
  FloatMemory real;
  for (const StateId id : network.program.states.ids()) {
    const ValueId value = network.program.states[id].value;
    const Format& format = network.formats[value].format;
    FloatMatrix rows(network.program.states[id].depth, network.program.values[value].size);
    for (std::size_t back = 0; back < memory[id].size(); ++back)
      for (std::size_t e = 0; e < memory[id][back].size(); ++e)
        rows(static_cast<Eigen::Index>(back), static_cast<Eigen::Index>(e)) =
            static_cast<float>(format.value(memory[id][back][e]));
    real.add(std::move(rows));
  }
  return real;
}

}  // namespace

ValueRounding::ValueRounding(const Program& program, const Formats& formats)
    : formats_(formats), is_rounded_(program.values.size(), 0) {
  for (const ValueId id : written_values(program))
    is_rounded_[id] = program.values[id].role != SignalRole::Output;
  for (const Layer& layer : program.layers)
    for (const Statement& statement : layer.statements)
      for (const Read& read : reads_of(statement))
        if (program.values[read.value].role == SignalRole::Output) is_rounded_[read.value] = 1;
}

void ValueRounding::observe(ValueId value, std::int64_t, Eigen::Ref<FloatMatrix> rows) {
  if (is_rounded_[value] == 0) return;
  const SignalFormat& format = formats_[value];
  std::int64_t overflows = 0;
  for (Eigen::Index row = 0; row < rows.rows(); ++row)
    for (Eigen::Index e = 0; e < rows.cols(); ++e)
      if (!std::isnan(rows(row, e)))
        rows(row, e) =
            static_cast<float>(format.format.value(quantise_input(rows(row, e), format, overflows)));
}

CalibrationRunner::CalibrationRunner(const FloatNetwork& network, const FixedNetwork* fixed)
    : runner_(network), gradients_(network), check_(network.program), fixed_(fixed) {
  if (fixed != nullptr) simulator_.emplace(*fixed);
}

CalibrationRunner::CalibrationRunner(const FloatNetwork& network, const Formats& formats)
    : runner_(network), gradients_(network), check_(network.program), formats_(&formats) {}

RunState CalibrationRunner::initial_state() const {
  return {runner_.initial_memory(), simulator_ ? simulator_->initial_memory() : Memory()};
}

Result<ObservedRun> CalibrationRunner::run(std::span<const Sequence> inputs, RunState& state,
                                           const OutputGradients& gradients) const {
  FIXGATE_ASSIGN(TickCounts counts, check_.count_ticks(inputs));
  ObservedRun run;
  run.operands =
      empty_trace(network().program, inputs, std::move(counts), state.real, runner_.initial_memory());
  std::optional<ValueRounding> rounding;
  if (formats_ != nullptr) rounding.emplace(network().program, *formats_);
  TraceKeeper keeper(run.operands, rounding ? &*rounding : nullptr);
  FIXGATE_ASSIGN(run.outputs, runner_.run(inputs, state.real, &keeper));
  run.gradients = gradients_.run(run.operands, gradients(run.outputs));
  if (simulator_) FIXGATE_CHECK(observe_twin(inputs, state, run.operands));
  return run;
}

Result<void> CalibrationRunner::observe_twin(std::span<const Sequence> inputs, RunState& state,
                                             FloatTrace& operands) const {
  operands.before = real_memory(*fixed_, state.fixed);
  operands.initial = real_memory(*fixed_, simulator_->initial_memory());
  RealTrace integers(*fixed_, operands);
  ValueCounts counts = simulator_->no_counts();
  FIXGATE_ASSIGN(const auto ignored, simulator_->run(inputs, state.fixed, counts, &integers));
  return {};
}

}  // namespace fixgate::program
