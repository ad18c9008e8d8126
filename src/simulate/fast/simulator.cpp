#include "simulate/fast/simulator.h"

#include <algorithm>
#include <cmath>

#include "network/overloaded.h"
#include "numeric/requantise.h"
#include "simulate/fast/batch.h"
#include "simulate/fast/engine.h"
#include "simulate/fast/plan.h"
#include "simulate/fast/values.h"
#include "simulate/sequence_check.h"

namespace fixgate {

using fast::Batch;
using fast::EmbeddedRows;
using fast::Values;

/// By layer; a layer of another kind has an empty entry.
struct FastSimulator::Prepared {
  fast::NetworkPlan plan;
  EmbeddedRows embedded;
  std::vector<std::vector<std::unique_ptr<const fast::CellEngine>>> cells;
  std::vector<std::unique_ptr<const fast::DenseEngine>> dense;
};

namespace {

// Section 8: out[k] <- E[token, k], for every token.
EmbeddedRows embed(const fast::NetworkPlan& plan, const fast::EmbeddingPlan& layer) {
  const WeightMatrix& table = *layer.weights;
  const auto signal = static_cast<std::size_t>(layer.signal);
  EmbeddedRows embedded;
  embedded.rows = fast::StoredRows(static_cast<std::size_t>(table.rows),
                                   static_cast<std::size_t>(table.columns), plan.storage[signal]);
  for (int token = 0; token < table.rows; ++token) {
    std::int64_t overflows = 0;
    const auto row = table.row(token);
    const int fraction = table.row_fractions[static_cast<std::size_t>(token)];
    for (std::size_t k = 0; k < row.size(); ++k)
      embedded.rows.set(static_cast<std::size_t>(token), k,
                        requantise(row[k], fraction, plan.network->signals[signal].format, overflows));
    embedded.overflows.push_back(overflows);
  }
  return embedded;
}

/// The network over one batch; `values` is what the layer before hands on.
class BatchRun {
 public:
  BatchRun(const fast::NetworkPlan& plan, const EmbeddedRows& embedded, const Batch& batch,
           std::span<FixedState> states, OverflowCounts& counts)
      : plan_(plan), embedded_(embedded), batch_(batch), states_(states), counts_(counts) {}

  void enter_features() {
    const auto signal = static_cast<std::size_t>(plan_.network->input_signal);
    const SignalFormat& format = plan_.network->signals[signal].format;
    const auto inputs = static_cast<std::size_t>(plan_.network->inputs);
    values_.rows = fast::StoredRows(batch_.total_steps(), inputs, plan_.storage[signal], fast::kStepBytes);
    counts_.overflows[signal] += fast::quantise_features(batch_, format, values_.rows);
    counts_.values[signal] += static_cast<std::int64_t>(batch_.total_steps() * inputs);
  }

  void look_up(const fast::EmbeddingPlan& layer) {
    values_ = Values();
    values_.embedded = &embedded_;
    const auto signal = static_cast<std::size_t>(layer.signal);
    counts_.values[signal] += static_cast<std::int64_t>(batch_.total_steps() * values_.columns());
    for (std::size_t place = 0; place < batch_.size(); ++place)
      for (const std::int32_t token : batch_.sequence(place).tokens)
        counts_.overflows[signal] += embedded_.overflows[static_cast<std::size_t>(token)];
  }

  void run(std::size_t index, const fast::RecurrentPlan& layer,
           std::span<const std::unique_ptr<const fast::CellEngine>> engines, fast::Keep keep) {
    const auto hidden = static_cast<std::size_t>(layer.cells.front().hidden);
    Values outputs;
    outputs.every_step = keep == fast::Keep::EveryStep;
    outputs.rows = fast::StoredRows(outputs.every_step ? batch_.total_steps() : batch_.size(),
                                    hidden * engines.size(), layer.cells.front().state);
    std::vector<FixedState::Cell*> states(states_.size());
    for (std::size_t c = 0; c < engines.size(); ++c) {
      for (std::size_t place = 0; place < states.size(); ++place)
        states[place] = &states_[batch_.index(place)].layers[index][c];
      engines[c]->run(batch_, values_, states, keep, outputs.rows, c * hidden, counts_);
    }
    values_ = std::move(outputs);
  }

  void run(const fast::DenseEngine& engine) { values_ = engine.run(batch_, values_, counts_); }

  // Behind a recurrent layer there is nothing left to select.
  void select_last() {
    if (!values_.every_step) return;
    Values selected;
    selected.every_step = false;
    selected.rows = fast::StoredRows(batch_.size(), values_.columns(), values_.storage());
    for (std::size_t place = 0; place < batch_.size(); ++place)
      std::memcpy(selected.rows.row(place), values_.row(batch_, place, batch_.steps(place) - 1),
                  selected.rows.row_bytes());
    values_ = std::move(selected);
  }

  [[nodiscard]] BatchOutputs outputs() const {
    std::vector<int> rows(batch_.size(), 1);
    for (std::size_t place = 0; values_.every_step && place < batch_.size(); ++place)
      rows[batch_.index(place)] = static_cast<int>(batch_.steps(place));
    const auto columns = static_cast<std::size_t>(output_count(*plan_.network));
    BatchOutputs outputs(rows, static_cast<int>(columns));
    for (std::size_t place = 0; place < batch_.size(); ++place) {
      const std::span<std::int64_t> all = outputs.values(batch_.index(place));
      for (std::size_t step = 0; step * columns < all.size(); ++step)
        fast::get_all_stored(values_.storage(), values_.row(batch_, place, step),
                             all.subspan(step * columns, columns));
    }
    return outputs;
  }

 private:
  const fast::NetworkPlan& plan_;
  const EmbeddedRows& embedded_;
  const Batch& batch_;
  std::span<FixedState> states_;
  OverflowCounts& counts_;
  Values values_;
};

/// What the layer after `layer` reads of it.
fast::Keep keep_for_next(const fast::NetworkPlan& plan, std::size_t layer) {
  if (layer + 1 >= plan.layers.size()) return fast::Keep::EveryStep;
  const auto* select = std::get_if<SelectKind>(&plan.layers[layer + 1]);
  if (select == nullptr) return fast::Keep::EveryStep;
  return *select == SelectKind::FinalState ? fast::Keep::Final : fast::Keep::LastStep;
}

}  // namespace

FastSimulator::FastSimulator(const FixedNetwork& network, const Settings& settings)
    : network_(network), reference_(network) {
  auto plan = fast::plan_network(network, fast::machine_byte_products(settings));
  if (!plan) {
    not_covered_ = plan.error().message;
    return;
  }
  auto prepared = std::make_unique<Prepared>();
  prepared->plan = std::move(*plan);
  const fast::NetworkPlan& kept = prepared->plan;
  const FixedState initial = initial_state();
  const EmbeddedRows* embedded = nullptr;  // of the layer before
  for (const fast::LayerPlan& layer : kept.layers) {
    auto& cells = prepared->cells.emplace_back();
    auto& dense = prepared->dense.emplace_back();
    if (const auto* recurrent = std::get_if<fast::RecurrentPlan>(&layer))
      for (std::size_t c = 0; c < recurrent->cells.size(); ++c)
        cells.push_back(fast::make_cell_engine(
            kept, recurrent->cells[c], initial.layers[prepared->cells.size() - 1][c], embedded, settings));
    if (const auto* one = std::get_if<fast::DensePlan>(&layer))
      dense = fast::make_dense_engine(kept, *one, settings);
    embedded = nullptr;
    if (const auto* embedding = std::get_if<fast::EmbeddingPlan>(&layer)) {
      prepared->embedded = embed(kept, *embedding);
      embedded = &prepared->embedded;
    }
  }
  prepared_ = std::move(prepared);
}

FastSimulator::~FastSimulator() = default;

int FastSimulator::narrow_cells() const {
  if (prepared_ == nullptr) return 0;
  int narrow = 0;
  for (const auto& cells : prepared_->cells)
    for (const auto& cell : cells) narrow += cell->is_narrow() ? 1 : 0;
  return narrow;
}

Result<BatchOutputs> FastSimulator::run(std::span<const Sequence* const> sequences,
                                        std::span<FixedState> states, OverflowCounts& counts) const {
  for (const Sequence* sequence : sequences)
    FIXGATE_CHECK(check_sequence(*sequence, network_.takes_tokens, network_.inputs));
  if (sequences.empty()) return BatchOutputs();
  if (prepared_ == nullptr) return run_reference(sequences, states, counts);
  const fast::NetworkPlan& plan = prepared_->plan;
  const Batch batch(sequences);
  BatchRun run(plan, prepared_->embedded, batch, states, counts);
  if (!network_.takes_tokens) run.enter_features();
  for (std::size_t index = 0; index < plan.layers.size(); ++index)
    std::visit(Overloaded{[&](const fast::EmbeddingPlan& layer) { run.look_up(layer); },
                          [&](const fast::RecurrentPlan& layer) {
                            run.run(index, layer, prepared_->cells[index], keep_for_next(plan, index));
                          },
                          [&](const fast::DensePlan&) { run.run(*prepared_->dense[index]); },
                          [&](SelectKind) { run.select_last(); }},
               plan.layers[index]);
  return run.outputs();
}

Result<BatchOutputs> FastSimulator::run(std::span<const Sequence* const> sequences,
                                        OverflowCounts& counts) const {
  return run(sequences, {}, counts);
}

Result<BatchOutputs> FastSimulator::run_reference(std::span<const Sequence* const> sequences,
                                                  std::span<FixedState> states,
                                                  OverflowCounts& counts) const {
  std::vector<IntegerMatrix> matrices;
  std::vector<int> rows;
  for (std::size_t index = 0; index < sequences.size(); ++index) {
    FixedState fresh;
    if (states.empty()) fresh = initial_state();
    FixedState& state = states.empty() ? fresh : states[index];
    FIXGATE_ASSIGN(IntegerMatrix one, reference_.run(*sequences[index], state, counts));
    rows.push_back(one.rows);
    matrices.push_back(std::move(one));
  }
  BatchOutputs outputs(rows, output_count(network_));
  for (std::size_t index = 0; index < matrices.size(); ++index)
    std::ranges::copy(matrices[index].values, outputs.values(index).begin());
  return outputs;
}

}  // namespace fixgate
