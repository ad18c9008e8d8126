#include "calibrate/observed_run.h"

#include <utility>

#include "calibrate/signal_rounding.h"

namespace fixgate {
namespace {

/// The values of the fixed-point network's signals as real numbers.
class RealTrace : public program::ValueObserver {
 public:
  RealTrace(const ChainProgram& program, std::size_t signals) : trace(signals), program_(program) {}

  void observe(program::ValueId value, std::int64_t, std::span<const std::int64_t> integers) override {
    const std::optional<int> signal = program_.signals[value];
    if (!signal) return;
    const Format& format = program_.network.formats[value].format;
    auto& to = trace.values[static_cast<std::size_t>(*signal)];
    for (const std::int64_t q : integers) to.push_back(static_cast<float>(format.value(q)));
  }

  FloatTrace trace;

 private:
  const ChainProgram& program_;
};

std::vector<std::vector<FloatVector>> hidden_of(const FloatState& state) {
  std::vector<std::vector<FloatVector>> hidden;
  for (const auto& layer : state.layers) {
    hidden.emplace_back();
    for (const FloatState::Cell& cell : layer) hidden.back().push_back(cell.hidden);
  }
  return hidden;
}

FloatVector real_values(const std::vector<std::int64_t>& integers, const Format& format) {
  FloatVector values(static_cast<Eigen::Index>(integers.size()));
  for (std::size_t k = 0; k < integers.size(); ++k)
    values[static_cast<Eigen::Index>(k)] = static_cast<float>(format.value(integers[k]));
  return values;
}

// The same of integers, in the formats of the cells' hidden states.
std::vector<std::vector<FloatVector>> hidden_of(const program::Memory& memory, const ChainProgram& program) {
  std::vector<std::vector<FloatVector>> hidden;
  for (const auto& layer : program.states) {
    hidden.emplace_back();
    for (const CellStates& cell : layer) {
      const program::ValueId value = program.network.program.states[cell.hidden].value;
      hidden.back().push_back(
          real_values(memory[cell.hidden].front(), program.network.formats[value].format));
    }
  }
  return hidden;
}

FixedChain without_last_dense(FixedChain network) {
  if (network.layers.size() > 1 && std::holds_alternative<FixedDense>(network.layers.back()))
    network.layers.pop_back();
  return network;
}

}  // namespace

FloatMatrix ObservedRun::gate_operand(const GateSite& site) const {
  const auto& layer = std::get<RecurrentLayer>(network_->layers[site.layer]);
  const CellSignals& signals = signals_->layers[site.layer].cells[site.cell];
  if (site.operand == Operand::ResetHidden) return trace_.rows(signals.reset_hidden, layer.hidden());
  if (site.operand == Operand::OldHidden) {
    const auto steps = static_cast<Eigen::Index>(sequence_->steps());
    FloatMatrix old(steps, layer.hidden());
    old.row(0) = start_hidden_[site.layer][site.cell].transpose();
    old.bottomRows(steps - 1) = trace_.rows(signals.hidden, layer.hidden())
                                    .middleRows(static_cast<Eigen::Index>(site.cell) * steps, steps - 1);
    return old;
  }
  FloatMatrix inputs = layer_input(site.layer);
  if (layer.cells[site.cell].reverse) inputs = inputs.colwise().reverse().eval();
  return inputs;
}

FloatMatrix ObservedRun::dense_operand(std::size_t layer) const {
  const auto* select = layer == 0 ? nullptr : std::get_if<SelectLayer>(&network_->layers[layer - 1]);
  return select == nullptr ? layer_input(layer) : selected(*select, layer - 2);
}

FloatMatrix ObservedRun::layer_input(std::size_t layer) const {
  if (layer == 0) return trace_.rows(signals_->input, sequence_->features.cols());
  return layer_output(layer - 1);
}

FloatMatrix ObservedRun::layer_output(std::size_t layer) const {
  const int signal = signals_->layers[layer].output;
  const auto* recurrent = std::get_if<RecurrentLayer>(&network_->layers[layer]);
  if (recurrent != nullptr) return recurrent_output(*recurrent, signal);
  return trace_.rows(signal, output_count(network_->layers[layer], 0));
}

FloatMatrix ObservedRun::recurrent_output(const RecurrentLayer& layer, int signal) const {
  const auto steps = static_cast<Eigen::Index>(sequence_->steps());
  const auto visits = trace_.rows(signal, layer.hidden());
  FloatMatrix rows_of_steps(steps, layer.hidden() * static_cast<Eigen::Index>(layer.cells.size()));
  for (std::size_t c = 0; c < layer.cells.size(); ++c) {
    const auto place = static_cast<Eigen::Index>(c);
    FloatMatrix rows = visits.middleRows(place * steps, steps);
    if (layer.cells[c].reverse) rows = rows.colwise().reverse().eval();
    rows_of_steps.middleCols(place * layer.hidden(), layer.hidden()) = rows;
  }
  return rows_of_steps;
}

// The last step's row; a reverse cell's final state is that of the first step.
FloatMatrix ObservedRun::selected(const SelectLayer& select, std::size_t before) const {
  const FloatMatrix all = layer_output(before);
  FloatMatrix picked = all.bottomRows(1);
  const auto* recurrent = std::get_if<RecurrentLayer>(&network_->layers[before]);
  if (select.kind != SelectKind::FinalState || recurrent == nullptr) return picked;
  const Eigen::Index hidden = recurrent->hidden();
  for (std::size_t c = 0; c < recurrent->cells.size(); ++c) {
    const Eigen::Index first = static_cast<Eigen::Index>(c) * hidden;
    if (recurrent->cells[c].reverse)
      picked.middleCols(first, hidden) = all.topRows(1).middleCols(first, hidden);
  }
  return picked;
}

CalibrationRunner::CalibrationRunner(const Network& network, const FixedChain* fixed)
    : network_(network), runner_(network), gradients_(network) {
  if (fixed == nullptr) return;
  fixed_ = without_last_dense(*fixed);
  twin_.emplace(*fixed_);
}

CalibrationRunner::CalibrationRunner(const Network& network, const std::vector<FixedSignal>& formats)
    : network_(network), runner_(network), gradients_(network), formats_(&formats) {}

CalibrationState CalibrationRunner::initial_state() const {
  return {runner_.initial_state(), twin_ ? twin_->simulator.initial_memory() : program::Memory()};
}

Result<ObservedRun> CalibrationRunner::run(const Sequence& sequence, CalibrationState& state,
                                           const OutputGradient& gradient) const {
  ObservedRun run;
  run.network_ = &network_;
  run.signals_ = &runner_.signals();
  run.sequence_ = &sequence;
  run.trace_ = FloatTrace(runner_.signals().signals.size());
  const FloatState start = state.real;
  std::optional<SignalRounding> rounding;
  if (formats_ != nullptr) rounding.emplace(*formats_, &run.trace_);
  FloatObserver* observer = rounding ? static_cast<FloatObserver*>(&*rounding) : &run.trace_;
  FIXGATE_ASSIGN(run.outputs, runner_.run(sequence, state.real, observer));
  run.gradients = gradients_.run(start, run.trace_, sequence.steps(), gradient(run.outputs));
  run.start_hidden_ = hidden_of(start);
  if (!twin_) return run;
  run.start_hidden_ = hidden_of(state.fixed, twin_->program);
  RealTrace integers(twin_->program, fixed_->signals.size());
  program::ValueCounts counts = twin_->simulator.no_counts();
  FIXGATE_ASSIGN(const auto ignored, twin_->simulator.run({&sequence, 1}, state.fixed, counts, &integers));
  run.trace_ = std::move(integers.trace);
  return run;
}

}  // namespace fixgate
