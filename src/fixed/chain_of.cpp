#include "fixed/chain_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cells/recognise.h"
#include "network/overloaded.h"

namespace fixgate {
namespace {

using cells::RecognisedCell;
using program::ClockId;
using program::LayerId;
using program::MatrixId;
using program::Read;
using program::Tick;
using program::ValueId;

/// One direction that is read, until it is known whether another belongs to it.
struct PendingCell {
  std::string name;
  RecognisedCell cell;
};

class ChainReader {
 public:
  explicit ChainReader(const program::FixedNetwork& network) : network_(network), program_(network.program) {}

  Result<Chain> read() {
    FIXGATE_CHECK(read_head());
    for (const LayerId id : program_.layers.ids()) {
      auto done = read_layer(id);
      if (!done)
        return tl::make_unexpected(done.error().within(fmt::format("layer '{}'", program_.layers[id].name)));
    }
    FIXGATE_CHECK(end_recurrent());
    FIXGATE_CHECK(read_end());
    return std::move(chain_);
  }

 private:
  [[nodiscard]] FixedChain& made() { return chain_.network; }

  // --- the network's own ---

  Result<void> read_head() {
    const std::vector<ValueId> inputs = inputs_of(program_);
    if (inputs.size() != 1) return fail("the network has {} inputs, not one", inputs.size());
    const program::Value& input = program_.values[inputs.front()];
    const program::Clock& clock = program_.clocks[input.clock];
    if (clock.kind != program::ClockKind::Step || state_of(program_, inputs.front()))
      return fail("its input is a state, or has no time axis");
    FixedChain& network = made();
    network.name = program_.name;
    network.call = clock.call;
    network.takes_tokens = input.vocabulary.has_value();
    network.inputs = input.vocabulary.value_or(input.size);
    clock_ = input.clock;
    current_ = inputs.front();
    if (!network.takes_tokens) network.input_signal = add_signal(inputs.front());
    network.weights.assign(network_.weights.begin(), network_.weights.end());
    network.float_parameters = network_.float_parameters;
    network.float_recurrent_parameters = network_.float_recurrent_parameters;
    network.plan = network_.plan;
    network.streaming = std::ranges::any_of(program_.states, &program::State::is_carried);
    return read_tables();
  }

  Result<void> read_tables() {
    for (const program::Table& table : network_.tables) {
      const auto* known = std::get_if<ActivationTable>(&table);
      if (known == nullptr) return fail("it reads a table over leading ones");
      made().tables.push_back(*known);
    }
    return {};
  }

  Result<void> read_end() {
    if (program_.outputs.size() != 1 || program_.outputs.front().value != *current_)
      return fail("its output is not what its last layer makes alone");
    made().output_function = program_.outputs.front().function;
    for (const program::State& state : program_.states)
      if (state.is_carried != made().streaming) return fail("some of its states are carried, others are not");
    std::size_t known = 0;
    for (const auto& layer : chain_.states)
      for (const CellStates& cell : layer) known += cell.cell ? 2 : 1;
    if (known != program_.states.size())
      return fail("it remembers other values than the states of its cells");
    return {};
  }

  // --- layers ---

  Result<void> read_layer(LayerId id) {
    const program::Layer& layer = program_.layers[id];
    if (auto cell = cells::recognise_cell(program_, id)) return add_cell(layer, std::move(*cell));
    if (layer.is_reverse || layer.statements.empty()) return unknown(layer);
    const auto* concat = std::get_if<program::Concat>(&layer.statements.front());
    if (concat != nullptr && layer.statements.size() == 1)
      return layer.clock == *clock_ ? join_directions(layer, *concat) : select(layer, *concat);
    FIXGATE_CHECK(end_recurrent());
    cells_.clear();  // what comes behind this layer selects its steps, not the cells' before it
    return read_sum(layer);
  }

  static Result<void> unknown(const program::Layer& layer) {
    return fail("'{}' is none of the layers that are known as a whole", layer.label);
  }
  static Result<void> not_before(const program::Layer& layer) {
    return fail("'{}' reads something else than the layer before it", layer.label);
  }

  Result<void> read_sum(const program::Layer& layer) {
    const auto* sum = std::get_if<program::SumStatement>(&layer.statements.front());
    if (sum == nullptr || sum->sum.terms.empty() || layer.clock != *clock_ || state_of(program_, sum->target))
      return unknown(layer);
    for (const program::Term& term : sum->sum.terms)
      if (term.negative || term.factors.size() != 1) return unknown(layer);
    const program::Factor& factor = sum->sum.terms.front().factors.front();
    if (const auto* lookup = std::get_if<program::RowLookup>(&factor))
      return add_embedding(layer, *sum, *lookup);
    if (const auto* product = std::get_if<program::MatrixProduct>(&factor))
      return add_dense(layer, *sum, *product);
    return unknown(layer);
  }

  Result<void> add_embedding(const program::Layer& layer, const program::SumStatement& statement,
                             const program::RowLookup& lookup) {
    if (layer.statements.size() != 1 || statement.sum.terms.size() != 1) return unknown(layer);
    if (lookup.token != Read{*current_}) return not_before(layer);
    made().layers.emplace_back(
        FixedEmbedding{layer.name, index_of(lookup.matrix), add_signal(statement.target)});
    current_ = statement.target;
    return {};
  }

  Result<void> add_dense(const program::Layer& layer, const program::SumStatement& statement,
                         const program::MatrixProduct& product) {
    if (!std::holds_alternative<program::Dense>(program_.matrices[product.matrix].shape))
      return unknown(layer);
    if (product.read != Read{*current_}) return not_before(layer);
    FixedDense dense{layer.name, signal_of(*current_), index_of(product.matrix)};
    FIXGATE_ASSIGN(dense.bias, bias_of(layer, statement.sum));
    const ValueId made_first = statement.target;
    const int signal = add_signal(made_first);
    current_ = made_first;
    dense.output_signal = signal;
    if (layer.statements.size() == 2) {
      const auto* table = std::get_if<program::TableStatement>(&layer.statements.back());
      if (table == nullptr || table->argument != Read{made_first} || state_of(program_, table->target))
        return unknown(layer);
      dense.pre_signal = signal;
      dense.table = table_of(table->function);
      dense.output_signal = add_signal(table->target);
      current_ = table->target;
    }
    if (layer.statements.size() > 2) return unknown(layer);
    made().layers.emplace_back(std::move(dense));
    return {};
  }

  /// Of a matrix product with a constant behind it, or alone.
  Result<BiasVector> bias_of(const program::Layer& layer, const program::Sum& sum) const {
    if (sum.terms.size() == 1) return BiasVector{};
    const auto* use = std::get_if<program::ConstantUse>(&sum.terms.back().factors.front());
    if (use == nullptr || sum.terms.size() > 2) return fail("'{}' adds more than a bias", layer.label);
    const program::FixedConstant& constant = network_.constants[use->constant];
    const bool is_plain = program_.constants[use->constant].inner == 1 && !constant.fraction;
    const std::size_t rows =
        network_.weights[std::get<program::MatrixProduct>(sum.terms.front().factors.front()).matrix]
            .row_fractions.size();
    if (!is_plain || constant.values.size() != rows) return fail("'{}' adds more than a bias", layer.label);
    return constant.values;
  }

  // --- recurrent layers ---

  Result<void> add_cell(const program::Layer& layer, RecognisedCell cell) {
    if (layer.clock != *clock_) return fail("'{}' runs over something else than the steps", layer.label);
    const bool is_second = pending_.size() == 1 && pending_.front().cell.shape.input == cell.shape.input;
    if (!is_second) FIXGATE_CHECK(end_recurrent());
    if (cell.shape.input != *current_) return not_before(layer);
    pending_.push_back({layer.name, std::move(cell)});
    return {};
  }

  Result<void> join_directions(const program::Layer& layer, const program::Concat& concat) {
    if (pending_.size() != 2 || concat.operands.size() != 2) return unknown(layer);
    for (std::size_t k = 0; k < 2; ++k)
      if (concat.operands[k] != Read{pending_[k].cell.values.at("h")}) return not_before(layer);
    const auto& first = pending_[0].cell;
    const auto& second = pending_[1].cell;
    if (first.shape.head.is_reverse || !second.shape.head.is_reverse ||
        first.attributes.index() != second.attributes.index() || first.shape.hidden != second.shape.hidden)
      return unknown(layer);
    return add_recurrent(layer.name, concat.target);
  }

  /// One direction alone stands as it is.
  Result<void> end_recurrent() {
    if (pending_.empty()) return {};
    if (pending_.size() > 1)
      return fail("two cells read '{}'", full_name(program_, program_.values[*current_]));
    return add_recurrent(pending_.front().name, pending_.front().cell.values.at("h"));
  }

  Result<void> add_recurrent(const std::string& name, ValueId output) {
    const RecognisedCell& first = pending_.front().cell;
    FixedRecurrent layer{
        name, kind_of(first), is_linear(first), signal_of(*current_), first.shape.inputs, first.shape.hidden,
        {}};
    cells_.clear();
    std::vector<CellStates> states;
    for (const PendingCell& pending : pending_) {
      if (is_linear(pending.cell) != layer.linear_before_reset)
        return fail("the directions of '{}' differ in linear_before_reset", name);
      layer.cells.push_back(read_cell(pending.cell));
      states.push_back(states_of(pending.cell));
      cells_.push_back({pending.cell.values.at("h"), pending.cell.shape.head.is_reverse});
    }
    layer.output_signal = pending_.size() == 1 ? layer.cells.front().signals.hidden : add_signal(output);
    pending_.clear();
    chain_.states.resize(made().layers.size());
    chain_.states.push_back(std::move(states));
    made().layers.emplace_back(std::move(layer));
    current_ = output;
    return {};
  }

  static CellKind kind_of(const RecognisedCell& cell) {
    return std::visit(Overloaded{[](const cells::LstmAttributes&) { return CellKind::Lstm; },
                                 [](const cells::GruAttributes&) { return CellKind::Gru; },
                                 [](const cells::RnnAttributes&) { return CellKind::Rnn; }},
                      cell.attributes);
  }
  static bool is_linear(const RecognisedCell& cell) {
    const auto* gru = std::get_if<cells::GruAttributes>(&cell.attributes);
    return gru != nullptr && gru->linear_before_reset;
  }

  FixedCell read_cell(const RecognisedCell& cell) {
    FixedCell made_cell;
    made_cell.reverse = cell.shape.head.is_reverse;
    const CellKind kind = kind_of(cell);
    for (const std::string& letter : gate_names(kind))
      made_cell.gates.push_back(read_gate(cell, kind, letter));
    made_cell.signals = read_signals(cell, kind);
    if (kind == CellKind::Lstm) made_cell.cell_table = table_of(cell.functions.at("t"));
    const CellStates states = states_of(cell);
    made_cell.initial_hidden = network_.initial[states.hidden];
    if (states.cell) made_cell.initial_cell = network_.initial[*states.cell];
    return made_cell;
  }

  /// The value that a gate's table makes.
  static std::string made_by(CellKind kind, const std::string& letter) {
    if (kind == CellKind::Rnn) return "h";
    if (kind == CellKind::Lstm && letter == "c") return "g";
    return kind == CellKind::Gru && letter == "h" ? "n" : letter;
  }

  FixedGate read_gate(const RecognisedCell& cell, CellKind kind, const std::string& letter) const {
    const auto integers = [&](const std::string& name) {
      const auto found = cell.constants.find(name);
      return found == cell.constants.end() ? BiasVector() : network_.constants[found->second].values;
    };
    FixedGate gate{letter, index_of(cell.matrices.at("W_" + letter)),
                   index_of(cell.matrices.at("R_" + letter)), integers("b_" + letter)};
    if (letter == "h") gate.recurrent_bias = integers("b_rec");
    gate.table = table_of(cell.functions.at(made_by(kind, letter)));
    return gate;
  }

  CellSignals read_signals(const RecognisedCell& cell, CellKind kind) {
    CellSignals signals;
    const auto add = [&](const std::string& name) { return add_signal(cell.values.at(name)); };
    const auto add_if = [&](const char* name) { return cell.values.contains(name) ? add(name) : -1; };
    for (const std::string& letter : gate_names(kind)) signals.pre_activation.push_back(add("pre_" + letter));
    if (kind != CellKind::Rnn)
      for (const std::string& letter : gate_names(kind)) signals.gate.push_back(add(made_by(kind, letter)));
    if (kind == CellKind::Lstm) signals.cell = add("c");
    signals.cell_activation = add_if("t");
    signals.recurrent = add_if("rec");
    signals.reset_hidden = add_if("rh");
    signals.hidden = add("h");
    return signals;
  }

  [[nodiscard]] CellStates states_of(const RecognisedCell& cell) const {
    CellStates states{*state_of(program_, cell.values.at("h")), std::nullopt};
    if (kind_of(cell) == CellKind::Lstm) states.cell = state_of(program_, cell.values.at("c"));
    return states;
  }

  // --- from a sequence to one vector ---

  Result<void> select(const program::Layer& layer, const program::Concat& concat) {
    FIXGATE_CHECK(end_recurrent());
    const program::Clock& clock = program_.clocks[layer.clock];
    if (clock.kind != program::ClockKind::Once || clock.parent != clock_) return unknown(layer);
    const std::vector<Read> last{{*current_, {Tick::From::Last, 0}}};
    std::vector<Read> final_reads;
    for (const auto& [hidden, is_reverse] : cells_)
      final_reads.push_back({hidden, {is_reverse ? Tick::From::First : Tick::From::Last, 0}});
    if (concat.operands != last && concat.operands != final_reads) return not_before(layer);
    const bool is_last = concat.operands == last;
    made().layers.emplace_back(
        FixedSelect{layer.name, is_last ? SelectKind::LastStep : SelectKind::FinalState});
    clock_ = layer.clock;
    signals_[concat.target] = signal_of(*current_);
    current_ = concat.target;
    return {};
  }

  // --- indices ---

  static int index_of(MatrixId id) { return static_cast<int>(id.index()); }
  [[nodiscard]] int table_of(program::FunctionId id) const {
    return static_cast<int>(network_.table_of[id].index());
  }

  int add_signal(ValueId id) {
    const program::Value& value = program_.values[id];
    made().signals.push_back({full_name(program_, value), value.role, network_.formats[id]});
    chain_.values.push_back(id);
    return signals_[id] = static_cast<int>(chain_.values.size()) - 1;
  }
  /// -1 for tokens, which have no format.
  [[nodiscard]] int signal_of(ValueId id) const {
    const auto found = signals_.find(id);
    return found == signals_.end() ? -1 : found->second;
  }

  const program::FixedNetwork& network_;
  const program::Program& program_;
  Chain chain_;
  std::optional<ClockId> clock_;
  std::optional<ValueId> current_;
  std::vector<PendingCell> pending_;
  std::vector<std::pair<ValueId, bool>> cells_;  // of the last recurrent layer: h, and whether it is reverse
  std::map<ValueId, int> signals_;
};

}  // namespace

Result<Chain> chain_of(const program::FixedNetwork& network) {
  return ChainReader(network).read();
}

}  // namespace fixgate
