#include "calibrate/observed_run.h"

#include <utility>

#include "calibrate/signal_rounding.h"

namespace fixgate {
namespace {

/// The values of the fixed-point network's signals as real numbers.
class RealTrace : public FixedObserver {
 public:
  explicit RealTrace(const FixedNetwork& network) : trace(network.signals.size()), network_(network) {}

  void observe(int signal, std::span<const std::int64_t> values) override {
    const auto index = static_cast<std::size_t>(signal);
    const Format& format = network_.signals[index].format.format;
    for (const std::int64_t q : values) trace.values[index].push_back(static_cast<float>(format.value(q)));
  }

  FloatTrace trace;

 private:
  const FixedNetwork& network_;
};

std::vector<std::vector<FloatVector>> hidden_of(const FloatState& state) {
  std::vector<std::vector<FloatVector>> hidden;
  for (const auto& layer : state.layers) {
    hidden.emplace_back();
    for (const FloatState::Cell& cell : layer) hidden.back().push_back(cell.hidden);
  }
  return hidden;
}

// The same of integers, in the formats of the cells' hidden states.
std::vector<std::vector<FloatVector>> hidden_of(const FixedState& state, const FixedNetwork& network) {
  std::vector<std::vector<FloatVector>> hidden(state.layers.size());
  for (std::size_t layer = 0; layer < state.layers.size(); ++layer)
    for (std::size_t cell = 0; cell < state.layers[layer].size(); ++cell) {
      const auto& signals = std::get<FixedRecurrent>(network.layers[layer]).cells[cell].signals;
      const Format& format = network.signals[static_cast<std::size_t>(signals.hidden)].format.format;
      const auto& integers = state.layers[layer][cell].hidden;
      FloatVector values(static_cast<Eigen::Index>(integers.size()));
      for (std::size_t k = 0; k < integers.size(); ++k)
        values[static_cast<Eigen::Index>(k)] = static_cast<float>(format.value(integers[k]));
      hidden[layer].push_back(std::move(values));
    }
  return hidden;
}

FixedNetwork without_last_dense(FixedNetwork network) {
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

CalibrationRunner::CalibrationRunner(const Network& network, const FixedNetwork* fixed)
    : network_(network), runner_(network), gradients_(network) {
  if (fixed == nullptr) return;
  fixed_ = without_last_dense(*fixed);
  simulator_.emplace(*fixed_);
}

CalibrationRunner::CalibrationRunner(const Network& network, const std::vector<FixedSignal>& formats)
    : network_(network), runner_(network), gradients_(network), formats_(&formats) {}

CalibrationState CalibrationRunner::initial_state() const {
  return {runner_.initial_state(), simulator_ ? simulator_->initial_state() : FixedState()};
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
  if (!simulator_) return run;
  run.start_hidden_ = hidden_of(state.fixed, *fixed_);
  RealTrace integers(*fixed_);
  OverflowCounts counts = simulator_->no_counts();
  FIXGATE_ASSIGN(const IntegerMatrix ignored, simulator_->run(sequence, state.fixed, counts, &integers));
  run.trace_ = std::move(integers.trace);
  return run;
}

}  // namespace fixgate
