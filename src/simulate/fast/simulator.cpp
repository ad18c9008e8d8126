#include "simulate/fast/simulator.h"

#include <algorithm>
#include <cmath>

#include "fixed/chain_of.h"
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
  Chain chain;
  fast::NetworkPlan plan;
  EmbeddedRows embedded;
  std::vector<std::vector<std::unique_ptr<const fast::CellEngine>>> cells;
  std::vector<std::unique_ptr<const fast::DenseEngine>> dense;

  /// Error: what is no chain, or does not fit the lanes.
  Result<void> plan_chain(const program::FixedNetwork& network, const Settings& settings);
  /// Of `plan`.
  void make_engines(const fast::ChainState& initial, const Settings& settings);
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
           std::span<fast::ChainState> states, fast::SignalCounts& counts)
      : plan_(plan), embedded_(embedded), batch_(batch), states_(states), counts_(counts) {}

  void enter_features() {
    const auto signal = static_cast<std::size_t>(plan_.network->input_signal);
    const SignalFormat& format = plan_.network->signals[signal].format;
    const auto inputs = static_cast<std::size_t>(plan_.network->inputs);
    values_.rows = fast::StoredRows(batch_.total_steps(), inputs, plan_.storage[signal], fast::kStepBytes);
    counts_.overflows[signal] += fast::quantise_features(batch_, format, values_.rows);
  }

  void look_up(const fast::EmbeddingPlan& layer) {
    values_ = Values();
    values_.embedded = &embedded_;
    const auto signal = static_cast<std::size_t>(layer.signal);
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
    std::vector<fast::CellState*> states(states_.size());
    for (std::size_t c = 0; c < engines.size(); ++c) {
      for (std::size_t place = 0; place < states.size(); ++place)
        states[place] = &states_[batch_.index(place)][index][c];
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
  std::span<fast::ChainState> states_;
  fast::SignalCounts& counts_;
  Values values_;
};

/// What the layer after `layer` reads of it.
fast::Keep keep_for_next(const fast::NetworkPlan& plan, std::size_t layer) {
  if (layer + 1 >= plan.layers.size()) return fast::Keep::EveryStep;
  const auto* select = std::get_if<SelectKind>(&plan.layers[layer + 1]);
  if (select == nullptr) return fast::Keep::EveryStep;
  return *select == SelectKind::FinalState ? fast::Keep::Final : fast::Keep::LastStep;
}

// --- between the program's memory and the chain's states ---

fast::ChainState state_of(const Chain& chain, const program::Memory& memory) {
  fast::ChainState state(chain.network.layers.size());
  for (std::size_t layer = 0; layer < chain.states.size(); ++layer)
    for (const CellStates& cell : chain.states[layer])
      state[layer].push_back({memory[cell.hidden].front(),
                              cell.cell ? memory[*cell.cell].front() : std::vector<std::int64_t>()});
  return state;
}

void remember(const Chain& chain, fast::ChainState state, program::Memory& memory) {
  for (std::size_t layer = 0; layer < chain.states.size(); ++layer)
    for (std::size_t c = 0; c < chain.states[layer].size(); ++c) {
      const CellStates& cell = chain.states[layer][c];
      memory[cell.hidden].front() = std::move(state[layer][c].hidden);
      if (cell.cell) memory[*cell.cell].front() = std::move(state[layer][c].cell);
    }
}

}  // namespace

FastSimulator::FastSimulator(const program::FixedNetwork& network, const Settings& settings)
    : network_(network) {
  auto prepared = std::make_unique<Prepared>();
  if (const auto done = prepared->plan_chain(network, settings); !done) {
    not_covered_ = done.error().message;
    vector_ = std::make_unique<const program::VectorSimulator>(network, settings);
    return;
  }
  prepared->make_engines(state_of(prepared->chain, initial_memory()), settings);
  prepared_ = std::move(prepared);
}

FastSimulator::~FastSimulator() = default;

Result<void> FastSimulator::Prepared::plan_chain(const program::FixedNetwork& network,
                                                 const Settings& settings) {
  FIXGATE_ASSIGN(chain, chain_of(network));
  FIXGATE_ASSIGN(plan, fast::plan_network(chain.network, fast::machine_byte_products(settings)));
  return {};
}

void FastSimulator::Prepared::make_engines(const fast::ChainState& initial, const Settings& settings) {
  const EmbeddedRows* before = nullptr;  // of the layer before
  for (const fast::LayerPlan& layer : plan.layers) {
    auto& engines = cells.emplace_back();
    auto& one_dense = dense.emplace_back();
    if (const auto* recurrent = std::get_if<fast::RecurrentPlan>(&layer))
      for (std::size_t c = 0; c < recurrent->cells.size(); ++c)
        engines.push_back(fast::make_cell_engine(plan, recurrent->cells[c], initial[cells.size() - 1][c],
                                                 before, settings));
    if (const auto* one = std::get_if<fast::DensePlan>(&layer))
      one_dense = fast::make_dense_engine(plan, *one, settings);
    before = nullptr;
    if (const auto* embedding = std::get_if<fast::EmbeddingPlan>(&layer)) {
      embedded = embed(plan, *embedding);
      before = &embedded;
    }
  }
}

int FastSimulator::narrow_cells() const {
  if (prepared_ == nullptr) return 0;
  int narrow = 0;
  for (const auto& cells : prepared_->cells)
    for (const auto& cell : cells) narrow += cell->is_narrow() ? 1 : 0;
  return narrow;
}

Result<BatchOutputs> FastSimulator::run(std::span<const Sequence* const> sequences,
                                        std::span<program::Memory> memories,
                                        program::ValueCounts& counts) const {
  for (const Sequence* sequence : sequences) FIXGATE_CHECK(check_sequence(*sequence, network_.program));
  if (sequences.empty()) return BatchOutputs();
  if (prepared_ == nullptr) return interpret(sequences, memories, counts);
  const Chain& chain = prepared_->chain;
  std::vector<fast::ChainState> states;
  for (const program::Memory& memory : memories) states.push_back(state_of(chain, memory));
  fast::SignalCounts overflows(chain.values.size());
  BatchOutputs outputs = run_engines(sequences, states, overflows);
  for (std::size_t k = 0; k < memories.size(); ++k) remember(chain, std::move(states[k]), memories[k]);
  count(sequences, overflows, counts);
  return outputs;
}

BatchOutputs FastSimulator::run_engines(std::span<const Sequence* const> sequences,
                                        std::span<fast::ChainState> states,
                                        fast::SignalCounts& counts) const {
  const fast::NetworkPlan& plan = prepared_->plan;
  const Batch batch(sequences);
  BatchRun run(plan, prepared_->embedded, batch, states, counts);
  if (!plan.network->takes_tokens) run.enter_features();
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

void FastSimulator::count(std::span<const Sequence* const> sequences, const fast::SignalCounts& overflows,
                          program::ValueCounts& counts) const {
  const program::Program& program = network_.program;
  std::int64_t steps = 0;
  for (const Sequence* sequence : sequences) steps += static_cast<std::int64_t>(sequence->steps());
  for (const program::ValueId id : program.values.ids()) {
    const program::Value& value = program.values[id];
    const bool is_once = program.clocks[value.clock].kind == program::ClockKind::Once;
    counts.written[id] += value.size * (is_once ? static_cast<std::int64_t>(sequences.size()) : steps);
  }
  const std::vector<program::ValueId>& values = prepared_->chain.values;
  for (std::size_t signal = 0; signal < values.size(); ++signal)
    counts.overflows[values[signal]] += overflows.overflows[signal];
}

Result<BatchOutputs> FastSimulator::run(std::span<const Sequence* const> sequences,
                                        program::ValueCounts& counts) const {
  return run(sequences, {}, counts);
}

Result<BatchOutputs> FastSimulator::interpret(std::span<const Sequence* const> sequences,
                                              std::span<program::Memory> memories,
                                              program::ValueCounts& counts) const {
  std::vector<std::vector<Sequence>> inputs;
  for (const Sequence* sequence : sequences) inputs.push_back({*sequence});
  std::vector<program::Memory> fresh;
  if (memories.empty()) fresh.assign(sequences.size(), initial_memory());
  FIXGATE_ASSIGN(const auto found,
                 vector_->run(inputs, memories.empty() ? std::span(fresh) : memories, counts));
  std::vector<int> rows;
  for (const auto& one : found) rows.push_back(one.front().rows);
  BatchOutputs outputs(rows, found.front().front().columns);
  for (std::size_t index = 0; index < found.size(); ++index)
    std::ranges::copy(found[index].front().values, outputs.values(index).begin());
  return outputs;
}

}  // namespace fixgate
