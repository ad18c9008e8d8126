#include "simulate/reference/simulator.h"

#include <algorithm>

#include "numeric/requantise.h"
#include "simulate/reference/cell.h"
#include "simulate/reference/row_products.h"
#include "simulate/reference/signal_writer.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

struct PreparedDense {
  RowProducts products;
  std::unique_ptr<const TableAnswers> table;
};

}  // namespace

/// By layer; a layer of another kind has an empty entry.
struct ReferenceSimulator::Prepared {
  std::vector<std::vector<ReferenceCell>> cells;
  std::vector<std::unique_ptr<const PreparedDense>> dense;
};

namespace {

const Format& format_of(const FixedNetwork& network, int signal) {
  return network.signals[static_cast<std::size_t>(signal)].format.format;
}

/// The network over one sequence; `values` is [steps, outputs of the layer before].
class SequenceRun {
 public:
  using Cells = std::vector<std::vector<ReferenceCell>>;
  using Dense = std::vector<std::unique_ptr<const PreparedDense>>;

  SequenceRun(const FixedNetwork& network, const Cells& cells, const Dense& dense, FixedState& state,
              SignalWriter& writer)
      : network_(network), cells_(cells), dense_(dense), state_(state), writer_(writer) {}

  IntegerMatrix run(const Sequence& sequence) {
    sequence_ = &sequence;
    if (!network_.takes_tokens) enter_features();
    for (index_ = 0; index_ < network_.layers.size(); ++index_) std::visit(*this, network_.layers[index_]);
    return std::move(values_);
  }

  // Section 8: out[k] <- E[token, k]
  void operator()(const FixedEmbedding& layer) {
    const WeightMatrix& table = network_.weights[static_cast<std::size_t>(layer.weights)];
    values_ = IntegerMatrix(static_cast<int>(sequence_->tokens.size()), table.columns);
    for (int t = 0; t < values_.rows; ++t) {
      const int token = sequence_->tokens[static_cast<std::size_t>(t)];
      const auto row = table.row(token);
      const int fraction = table.row_fractions[static_cast<std::size_t>(token)];
      store(t, writer_.write(
                   layer.output_signal, row.size(), [&](std::size_t k) { return std::int64_t{row[k]}; },
                   [&](std::size_t) { return fraction; }));
    }
  }

  void operator()(const FixedRecurrent& layer) {
    IntegerMatrix outputs(values_.rows, layer.hidden * static_cast<int>(layer.cells.size()));
    for (std::size_t c = 0; c < layer.cells.size(); ++c) run_cell(c, outputs);
    values_ = std::move(outputs);
    last_recurrent_ = index_;
  }

  void operator()(const FixedDense& layer) {
    const PreparedDense& prepared = *dense_[index_];
    IntegerMatrix sums = prepared.products.multiply(values_);
    values_ = IntegerMatrix(sums.rows, sums.columns);
    for (int t = 0; t < sums.rows; ++t) store(t, dense_step(layer, prepared, sums.row(t)));
  }

  void operator()(const FixedSelect& layer) {
    IntegerMatrix selected(1, values_.columns);
    std::ranges::copy(values_.row(values_.rows - 1), selected.values.begin());
    if (layer.kind == SelectKind::FinalState) {
      auto to = selected.values.begin();
      for (const FixedState::Cell& cell : state_.layers[last_recurrent_])
        to = std::ranges::copy(cell.hidden, to).out;
    }
    values_ = std::move(selected);
  }

 private:
  void store(int t, const Integers& values) { std::ranges::copy(values, values_.row(t).begin()); }

  // Section 3, "Input"
  void enter_features() {
    const SignalFormat& format = network_.signals[static_cast<std::size_t>(network_.input_signal)].format;
    values_ = IntegerMatrix(static_cast<int>(sequence_->steps()), network_.inputs);
    std::int64_t overflows = 0;
    for (std::size_t k = 0; k < values_.values.size(); ++k)
      values_.values[k] = quantise_input(sequence_->features.data()[k], format, overflows);
    writer_.finish(network_.input_signal, values_.values, overflows);
  }

  Integers dense_step(const FixedDense& layer, const PreparedDense& prepared,
                      std::span<const std::int64_t> sums) {
    const int target = layer.pre_signal >= 0 ? layer.pre_signal : layer.output_signal;
    Integers values = writer_.write(
        target, sums.size(),
        [&](std::size_t j) { return sums[j] + (layer.bias.empty() ? 0 : layer.bias[j]); },
        [&](std::size_t j) { return prepared.products.fraction(static_cast<int>(j)); });
    if (layer.pre_signal < 0) return values;
    return writer_.apply(layer.output_signal, *prepared.table, values);
  }

  void run_cell(std::size_t index, IntegerMatrix& outputs) {
    const ReferenceCell& cell = cells_[index_][index];
    FixedState::Cell& state = state_.layers[index_][index];
    const ReferenceCell::Projection projection = cell.project(values_);
    for (int visited = 0; visited < values_.rows; ++visited) {
      const int t = cell.reverse() ? values_.rows - 1 - visited : visited;
      cell.step(projection, t, state, writer_);
      std::ranges::copy(state.hidden, outputs.row(t).subspan(index * state.hidden.size()).begin());
    }
  }

  const FixedNetwork& network_;
  const Cells& cells_;
  const Dense& dense_;
  FixedState& state_;
  SignalWriter& writer_;
  const Sequence* sequence_ = nullptr;
  IntegerMatrix values_;
  std::size_t index_ = 0;
  std::size_t last_recurrent_ = 0;
};

std::unique_ptr<const PreparedDense> prepare(const FixedNetwork& network, const FixedDense& layer) {
  auto prepared = std::make_unique<PreparedDense>(
      PreparedDense{RowProducts(network.weights[static_cast<std::size_t>(layer.weights)],
                                format_of(network, layer.input_signal)),
                    {}});
  if (layer.table >= 0)
    prepared->table = std::make_unique<TableAnswers>(network.tables[static_cast<std::size_t>(layer.table)]);
  return prepared;
}

}  // namespace

void OverflowCounts::add(const OverflowCounts& other) {
  for (std::size_t s = 0; s < values.size(); ++s) {
    values[s] += other.values[s];
    overflows[s] += other.overflows[s];
  }
}

ReferenceSimulator::ReferenceSimulator(const FixedNetwork& network) : network_(network) {
  auto prepared = std::make_unique<Prepared>();
  for (const FixedLayer& layer : network.layers) {
    auto& cells = prepared->cells.emplace_back();
    auto& dense = prepared->dense.emplace_back();
    if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
      for (const FixedCell& cell : recurrent->cells) cells.emplace_back(network, *recurrent, cell);
    if (const auto* one = std::get_if<FixedDense>(&layer)) dense = prepare(network, *one);
  }
  prepared_ = std::move(prepared);
}

ReferenceSimulator::~ReferenceSimulator() = default;

FixedState ReferenceSimulator::initial_state() const {
  FixedState state;
  for (const auto& cells : prepared_->cells) {
    auto& layer = state.layers.emplace_back();
    for (const ReferenceCell& cell : cells) layer.push_back(cell.initial_state());
  }
  return state;
}

Result<IntegerMatrix> ReferenceSimulator::run(const Sequence& sequence, FixedState& state,
                                              OverflowCounts& counts, FixedObserver* observer) const {
  FIXGATE_CHECK(check_sequence(sequence, network_.takes_tokens, network_.inputs));
  SignalWriter writer(network_, counts, observer);
  return SequenceRun(network_, prepared_->cells, prepared_->dense, state, writer).run(sequence);
}

}  // namespace fixgate
