#include "fixed/verify_layers.h"

#include <algorithm>

#include "fixed/verify.h"

namespace fixgate {
namespace {

constexpr std::size_t kCandidate = 2;  // GRU's gate h

bool holds_index(const auto& list, int index) {
  return index >= 0 && static_cast<std::size_t>(index) < list.size();
}

// Who uses which matrix, and for what.
enum class Use { None, Shared, Recurrent };

struct Shape {
  int rows;
  int columns;
};

class LayerVerifier {
 public:
  explicit LayerVerifier(const FixedChain& network)
      : network_(network),
        signal_has_source_(network.signals.size()),
        weight_use_(network.weights.size()),
        table_is_used_(network.tables.size()) {}

  Result<void> check_chain() {
    FIXGATE_CHECK(check_entry());
    for (; position_ < network_.layers.size(); ++position_) {
      const FixedLayer& layer = network_.layers[position_];
      if (auto checked = std::visit(*this, layer); !checked)
        return tl::make_unexpected(checked.error().within(fmt::format("layer '{}'", layer_name(layer))));
      after_recurrent_ = std::holds_alternative<FixedRecurrent>(layer);
    }
    return check_all_used();
  }

  Result<void> operator()(const FixedEmbedding& layer) {
    if (position_ != 0 || !network_.takes_tokens)
      return fail("an embedding is possible only as the first layer of a network that takes tokens");
    FIXGATE_CHECK(check_index(network_.weights, layer.weights, "weights"));
    const int columns = weights(layer.weights).columns;
    FIXGATE_CHECK(claim_weights(layer.weights, {network_.inputs, columns}, Use::Shared, "weights"));
    FIXGATE_CHECK(claim(layer.output_signal, SignalRole::Embedding, "output signal"));
    return carry(layer.output_signal, columns);
  }

  Result<void> operator()(const FixedDense& layer) {
    FIXGATE_CHECK(check_input(layer.input_signal));
    FIXGATE_CHECK(check_index(network_.weights, layer.weights, "weights"));
    const int rows = weights(layer.weights).rows;
    FIXGATE_CHECK(claim_weights(layer.weights, {rows, count_}, Use::Shared, "weights"));
    FIXGATE_CHECK(check_length(layer.bias, rows, "bias"));
    const bool last = position_ + 1 == network_.layers.size();
    FIXGATE_CHECK(claim(layer.output_signal, last ? SignalRole::Output : SignalRole::Dense, "output signal"));
    if ((layer.pre_signal == -1) != (layer.table == -1))
      return fail("the pre-activation's signal and the activation's table come together or not at all");
    if (layer.table != -1) {
      FIXGATE_CHECK(claim(layer.pre_signal, SignalRole::PreActivation, "pre-activation"));
      FIXGATE_CHECK(check_table_between(layer.table, layer.pre_signal, layer.output_signal, "activation"));
    }
    return carry(layer.output_signal, rows);
  }

  Result<void> operator()(const FixedSelect& layer) {
    if (selected_) return fail("a network has at most one Select");
    if (layer.kind == SelectKind::FinalState && !after_recurrent_)
      return fail("the final state can be selected only directly after a recurrent layer");
    selected_ = true;
    return {};
  }

  Result<void> operator()(const FixedRecurrent& layer) {
    if (selected_) return fail("a recurrent layer needs every step, but stands after a Select");
    FIXGATE_CHECK(check_input(layer.input_signal));
    if (layer.inputs != count_) return fail("it has {} inputs, but gets {}", layer.inputs, count_);
    if (layer.hidden < 1 || layer.hidden > kMaxDimension)
      return fail("{} hidden units are impossible: 1 to {}", layer.hidden, kMaxDimension);
    if (layer.linear_before_reset && layer.kind != CellKind::Gru)
      return fail("linear_before_reset belongs to GRU, not to {}", to_text(layer.kind));
    FIXGATE_CHECK(check_directions(layer));
    for (const FixedCell& cell : layer.cells)
      if (auto checked = check_cell(layer, cell); !checked)
        return tl::make_unexpected(checked.error().within(cell.reverse ? "reverse cell" : "forward cell"));
    return carry(layer.output_signal, layer.hidden * static_cast<int>(layer.cells.size()));
  }

 private:
  [[nodiscard]] const WeightMatrix& weights(int index) const {
    return network_.weights[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const FixedSignal& signal(int index) const {
    return network_.signals[static_cast<std::size_t>(index)];
  }

  template <typename List>
  static Result<void> check_index(const List& list, int index, const char* what) {
    if (!holds_index(list, index))
      return fail("{}: index {} is outside the {} there are", what, index, list.size());
    return {};
  }

  template <typename List>
  static Result<void> check_length(const List& list, int count, const char* what) {
    if (!list.empty() && list.size() != static_cast<std::size_t>(count))
      return fail("{}: {} integers for {} rows", what, list.size(), count);
    return {};
  }

  Result<void> carry(int signal, int count) {
    signal_ = signal;
    count_ = count;
    return {};
  }

  // Each signal is written from one place only.
  Result<void> claim(int index, SignalRole role, const char* what) {
    FIXGATE_CHECK(check_index(network_.signals, index, what));
    if (signal(index).role != role)
      return fail("{}: signal '{}' is {}, not {}", what, signal(index).name, to_text(signal(index).role),
                  to_text(role));
    if (signal_has_source_[static_cast<std::size_t>(index)])
      return fail("{}: signal '{}' is written from elsewhere too", what, signal(index).name);
    signal_has_source_[static_cast<std::size_t>(index)] = true;
    return {};
  }

  Result<void> claim_if(bool present, int index, SignalRole role, const char* what) {
    if (present) return claim(index, role, what);
    if (index != -1) return fail("{}: a cell of this kind has no such signal", what);
    return {};
  }

  Result<void> claim_weights(int index, Shape shape, Use use, const char* what) {
    FIXGATE_CHECK(check_index(network_.weights, index, what));
    const WeightMatrix& matrix = weights(index);
    if (matrix.rows != shape.rows || matrix.columns != shape.columns)
      return fail("{}: '{}' is {} x {}, not {} x {}", what, matrix.name, matrix.rows, matrix.columns,
                  shape.rows, shape.columns);
    Use& former = weight_use_[static_cast<std::size_t>(index)];
    if (former != Use::None && (former != Use::Shared || use != Use::Shared))
      return fail("{}: '{}' has another use too; only embeddings and dense layers may share", what,
                  matrix.name);
    former = use;
    return {};
  }

  Result<void> check_table_between(int index, int from, int to, const char* what) {
    FIXGATE_CHECK(check_index(network_.tables, index, what));
    const ActivationTable& table = network_.tables[static_cast<std::size_t>(index)];
    const auto misfit = [&](const char* end, const Format& has, int needed) {
      return fail("{}: table {} {} {}, but signal '{}' is {}", what, index, end, to_text(has),
                  signal(needed).name, to_text(signal(needed).format.format));
    };
    if (table.input != signal(from).format.format) return misfit("reads", table.input, from);
    if (table.output.format != signal(to).format.format) return misfit("writes", table.output.format, to);
    if (table.output != signal(to).format)
      return fail("{}: table {} rounds or overflows in another way than signal '{}'", what, index,
                  signal(to).name);
    table_is_used_[static_cast<std::size_t>(index)] = true;
    return {};
  }

  Result<void> check_entry() {
    if (network_.layers.empty()) return fail("the network has no layers");
    if (network_.inputs < 1 || network_.inputs > kMaxDimension)
      return fail("{} inputs are impossible: 1 to {}", network_.inputs, kMaxDimension);
    if (!network_.takes_tokens) {
      FIXGATE_CHECK(claim(network_.input_signal, SignalRole::Input, "input signal"));
      return carry(network_.input_signal, network_.inputs);
    }
    if (network_.input_signal != -1) return fail("a network that takes tokens has no input signal");
    if (!std::holds_alternative<FixedEmbedding>(network_.layers.front()))
      return fail("a network that takes tokens needs an embedding as its first layer");
    return {};
  }

  Result<void> check_input(int index) {
    FIXGATE_CHECK(check_index(network_.signals, index, "input signal"));
    if (index != signal_)
      return fail("its input signal is '{}', but the layer before it writes '{}'", signal(index).name,
                  signal(signal_).name);
    return {};
  }

  Result<void> check_directions(const FixedRecurrent& layer) const {
    const auto& cells = layer.cells;
    if (cells.empty() || cells.size() > 2)
      return fail("a recurrent layer has 1 or 2 cells, not {}", cells.size());
    if (cells.size() == 2 && (cells[0].reverse || !cells[1].reverse))
      return fail("of two cells the first runs forward and the second in reverse");
    if (network_.streaming && cells.back().reverse)
      return fail("a streaming network cannot have a reverse cell");
    return {};
  }

  Result<void> check_cell(const FixedRecurrent& layer, const FixedCell& cell) {
    FIXGATE_CHECK(check_gate_count(layer, cell));
    FIXGATE_CHECK(claim_cell_signals(layer, cell));
    for (std::size_t g = 0; g < cell.gates.size(); ++g)
      if (auto checked = check_gate(layer, cell, g); !checked)
        return tl::make_unexpected(checked.error().within(fmt::format("gate '{}'", cell.gates[g].name)));
    FIXGATE_CHECK(check_cell_table(layer, cell));
    return check_initial_states(layer, cell);
  }

  static Result<void> check_gate_count(const FixedRecurrent& layer, const FixedCell& cell) {
    const std::vector<std::string> names = gate_names(layer.kind);
    const bool same =
        std::equal(cell.gates.begin(), cell.gates.end(), names.begin(), names.end(),
                   [](const FixedGate& gate, const std::string& name) { return gate.name == name; });
    if (!same)
      return fail("the gates of {} are {}, in this order", to_text(layer.kind), fmt::join(names, ", "));
    const std::size_t outputs = layer.kind == CellKind::Rnn ? 0 : names.size();
    if (cell.signals.pre_activation.size() != names.size() || cell.signals.gate.size() != outputs)
      return fail("{} gates need {} pre-activation and {} gate signals", names.size(), names.size(), outputs);
    return {};
  }

  Result<void> claim_cell_signals(const FixedRecurrent& layer, const FixedCell& cell) {
    const CellSignals& signals = cell.signals;
    const bool is_lstm = layer.kind == CellKind::Lstm;
    const bool is_gru = layer.kind == CellKind::Gru;
    const bool before = layer.linear_before_reset;
    for (const int index : signals.pre_activation)
      FIXGATE_CHECK(claim(index, SignalRole::PreActivation, "pre-activation"));
    for (const int index : signals.gate) FIXGATE_CHECK(claim(index, SignalRole::Gate, "gate"));
    FIXGATE_CHECK(claim_if(is_gru && before, signals.recurrent, SignalRole::Recurrent, "rec"));
    FIXGATE_CHECK(claim_if(is_gru && !before, signals.reset_hidden, SignalRole::ResetHidden, "rh"));
    FIXGATE_CHECK(claim_if(is_lstm, signals.cell, SignalRole::Cell, "c"));
    FIXGATE_CHECK(claim_if(is_lstm, signals.cell_activation, SignalRole::CellActivation, "t"));
    const int first_hidden = layer.cells.front().signals.hidden;
    if (&cell == &layer.cells.front()) return claim(first_hidden, SignalRole::Hidden, "h");
    if (signals.hidden != first_hidden) return fail("both cells of a layer share the signal h");
    return {};
  }

  Result<void> check_gate(const FixedRecurrent& layer, const FixedCell& cell, std::size_t index) {
    const FixedGate& gate = cell.gates[index];
    const int hidden = layer.hidden;
    FIXGATE_CHECK(claim_weights(gate.input_weights, {hidden, layer.inputs}, Use::Recurrent, "input weights"));
    FIXGATE_CHECK(
        claim_weights(gate.recurrent_weights, {hidden, hidden}, Use::Recurrent, "recurrent weights"));
    FIXGATE_CHECK(check_length(gate.bias, hidden, "bias"));
    FIXGATE_CHECK(check_length(gate.recurrent_bias, hidden, "recurrent bias"));
    if (!gate.recurrent_bias.empty() && !(layer.linear_before_reset && index == kCandidate))
      return fail("only GRU's gate h with linear_before_reset has a recurrent bias of its own");
    const bool is_rnn = layer.kind == CellKind::Rnn;
    const int output = is_rnn ? cell.signals.hidden : cell.signals.gate[index];
    return check_table_between(gate.table, cell.signals.pre_activation[index], output, "activation");
  }

  Result<void> check_cell_table(const FixedRecurrent& layer, const FixedCell& cell) {
    if (layer.kind == CellKind::Lstm)
      return check_table_between(cell.cell_table, cell.signals.cell, cell.signals.cell_activation,
                                 "cell activation");
    if (cell.cell_table != -1) return fail("only LSTM has a cell activation");
    return {};
  }

  Result<void> check_initial_states(const FixedRecurrent& layer, const FixedCell& cell) const {
    FIXGATE_CHECK(
        check_state(cell.initial_hidden, layer.hidden, cell.signals.hidden, "initial hidden state"));
    if (layer.kind == CellKind::Lstm)
      return check_state(cell.initial_cell, layer.hidden, cell.signals.cell, "initial cell state");
    if (!cell.initial_cell.empty()) return fail("only LSTM has an initial cell state");
    return {};
  }

  Result<void> check_state(const std::vector<std::int64_t>& state, int count, int index,
                           const char* what) const {
    FIXGATE_CHECK(check_length(state, count, what));
    for (const std::int64_t q : state)
      if (!signal(index).format.format.contains(q))
        return fail("{}: {} does not fit {}", what, q, to_text(signal(index).format.format));
    return {};
  }

  [[nodiscard]] Result<void> check_all_used() const {
    for (std::size_t s = 0; s < signal_has_source_.size(); ++s)
      if (!signal_has_source_[s]) return fail("signal '{}' belongs to no layer", network_.signals[s].name);
    for (std::size_t w = 0; w < weight_use_.size(); ++w)
      if (weight_use_[w] == Use::None) return fail("weight matrix '{}' has no use", network_.weights[w].name);
    for (std::size_t t = 0; t < table_is_used_.size(); ++t)
      if (!table_is_used_[t]) return fail("table {} has no use", t);
    return {};
  }

  const FixedChain& network_;
  std::vector<bool> signal_has_source_;
  std::vector<Use> weight_use_;
  std::vector<bool> table_is_used_;
  std::size_t position_ = 0;
  int signal_ = -1;  // what the layer before hands on
  int count_ = 0;
  bool selected_ = false;
  bool after_recurrent_ = false;
};

}  // namespace

Result<void> check_layers(const FixedChain& network) {
  return LayerVerifier(network).check_chain();
}

}  // namespace fixgate
