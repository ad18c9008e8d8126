#include "fixed/program_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/rnn.h"
#include "program/layer_builder.h"

namespace fixgate {
namespace {

using program::ClockId;
using program::ConstantId;
using program::LayerBuilder;
using program::LayerHead;
using program::LayerId;
using program::MatrixId;
using program::TableId;
using program::ValueId;

program::Function function_of(const ActivationTable& table) {
  if (const auto function = parse_activation_text(table.function)) return *function;
  return program::NamedFunction{table.function};
}

/// The h of one direction.
struct CellOutput {
  ValueId hidden;
  bool is_reverse = false;
};

class Converter {
 public:
  explicit Converter(FixedChain network) : network_(std::move(network)) {}

  ChainProgram convert() {
    out_.program.name = network_.name;
    clock_ = out_.program.clocks.add({"step", program::ClockKind::Step, std::nullopt, 1, 0, network_.call});
    enter();
    for (const FixedLayer& layer : network_.layers) {
      made_.states.emplace_back();
      std::visit(*this, layer);
    }
    out_.program.outputs.push_back({"output", *current_, network_.output_function});
    for (const ActivationTable& table : network_.tables) out_.tables.add(table);
    out_.float_parameters = network_.float_parameters;
    out_.float_recurrent_parameters = network_.float_recurrent_parameters;
    out_.plan = network_.plan;
    made_.network = std::move(out_);
    return std::move(made_);
  }

  void operator()(const FixedEmbedding& layer) {
    const WeightMatrix& weights = matrix(layer.weights);
    LayerBuilder builder =
        begin(layer.name, fmt::format("embedding, {} tokens -> {}", weights.rows, weights.columns));
    const MatrixId table = add_matrix(builder, "table", layer.weights);
    const ValueId out = add_value(builder, "out", weights.columns, layer.output_signal);
    builder.sum(out, {{program::Term{false, {program::RowLookup{table, {*current_}}}}}});
    current_ = out;
  }

  void operator()(const FixedDense& layer) {
    const WeightMatrix& weights = matrix(layer.weights);
    LayerBuilder builder = begin(layer.name, fmt::format("dense, {} -> {}", weights.columns, weights.rows));
    const MatrixId w = add_matrix(builder, "W", layer.weights);
    program::Sum sum = program::times(w, *current_);
    if (!layer.bias.empty()) sum = std::move(sum) + program::constant(add_constant(builder, "b", layer.bias));
    if (layer.table < 0) {
      const ValueId out = add_value(builder, "out", weights.rows, layer.output_signal);
      builder.sum(out, std::move(sum));
      current_ = out;
      return;
    }
    const ValueId pre = add_value(builder, "pre", weights.rows, layer.pre_signal);
    const ValueId out = add_value(builder, "out", weights.rows, layer.output_signal);
    builder.sum(pre, std::move(sum));
    builder.table(out, function_of(table_at(layer.table)), pre);
    out_.table_of.add(TableId(static_cast<std::size_t>(layer.table)));
    current_ = out;
  }

  void operator()(const FixedRecurrent& layer) {
    cells_.clear();
    for (const FixedCell& cell : layer.cells) add_cell(layer, cell);
    current_ = cells_.front().hidden;
    if (cells_.size() == 1) return;
    LayerBuilder builder = begin(layer.name, "both directions");
    const ValueId both = add_value(builder, "h", 2 * layer.hidden, layer.output_signal);
    made_.signals[both] = std::nullopt;
    builder.add(program::Concat{both, {{cells_[0].hidden}, {cells_[1].hidden}}});
    current_ = both;
  }

  void operator()(const FixedSelect& layer) {
    const bool is_last = layer.kind == SelectKind::LastStep;
    std::vector<program::Read> reads{{*current_, {program::Tick::From::Last, 0}}};
    if (!is_last) {
      reads.clear();
      for (const CellOutput& cell : cells_)
        reads.push_back(
            {cell.hidden, {cell.is_reverse ? program::Tick::From::First : program::Tick::From::Last, 0}});
    }
    const program::Value value = out_.program.values[*current_];
    const SignalFormat format = out_.formats[*current_];
    clock_ = out_.program.clocks.add({"end", program::ClockKind::Once, clock_});
    LayerBuilder builder =
        begin(layer.name, reads.size() == 1 ? "the last step" : "each cell's final hidden state");
    const ValueId selected = builder.value("out", value.size, value.role);
    out_.formats.add(format);
    made_.signals.add(std::nullopt);
    builder.add(program::Concat{selected, std::move(reads)});
    current_ = selected;
  }

 private:
  [[nodiscard]] const WeightMatrix& matrix(int index) const {
    return network_.weights[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const ActivationTable& table_at(int index) const {
    return network_.tables[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const FixedSignal& signal(int index) const {
    return network_.signals[static_cast<std::size_t>(index)];
  }

  LayerBuilder begin(const std::string& name, std::string label) {
    return LayerBuilder(out_.program, LayerHead{name, std::move(label), *clock_});
  }

  void enter() {
    program::Value input{"input", std::nullopt, *clock_, network_.inputs, std::nullopt, SignalRole::Input};
    SignalFormat format;
    if (network_.takes_tokens) {
      input = {"token", std::nullopt, *clock_, 1, network_.inputs, SignalRole::Dense};
    } else {
      format = signal(network_.input_signal).format;
    }
    current_ = out_.program.values.add(std::move(input));
    out_.formats.add(format);
    made_.signals.add(network_.takes_tokens ? std::nullopt : std::optional(network_.input_signal));
  }

  ValueId add_value(LayerBuilder& builder, const char* name, int size, int index) {
    out_.formats.add(signal(index).format);
    made_.signals.add(index);
    return builder.value(name, size, signal(index).role);
  }

  /// A tied matrix is that of the layer that had it first.
  MatrixId add_matrix(LayerBuilder& builder, const char* name, int index) {
    const auto known = tied_.find(index);
    if (known != tied_.end()) return known->second;
    const MatrixId id = builder.matrix(name, matrix(index).rows, matrix(index).columns);
    tied_.emplace(index, id);
    store_weights(id, matrix(index));
    return id;
  }

  void store_weights(MatrixId id, WeightMatrix weights) {
    weights.name = full_name(out_.program, out_.program.matrices[id]);
    out_.weights.add(std::move(weights));
  }

  ConstantId add_constant(LayerBuilder& builder, const char* name, const BiasVector& values) {
    out_.constants.add({values, std::nullopt});
    return builder.constant(name, static_cast<int>(values.size()));
  }

  void add_cell(const FixedRecurrent& layer, const FixedCell& cell) {
    std::string name = layer.name;
    if (layer.cells.size() == 2) name += cell.reverse ? ".reverse" : ".forward";
    const std::string label = fmt::format("{}, {} -> {}", to_text(layer.kind), layer.inputs, layer.hidden);
    const cells::RecurrentShape shape{
        {name, label, *clock_, cell.reverse}, *current_, layer.inputs, layer.hidden, network_.streaming};
    const std::size_t states = out_.program.states.size();
    const ValueId hidden = add_statements(layer, cell, shape);
    store_numbers(layer, cell);
    CellStates added;
    for (std::size_t s = states; s < out_.program.states.size(); ++s) {
      const bool is_hidden = out_.program.states[program::StateId(s)].value == hidden;
      out_.initial.add(is_hidden ? cell.initial_hidden : cell.initial_cell);
      if (is_hidden)
        added.hidden = program::StateId(s);
      else
        added.cell = program::StateId(s);
    }
    made_.states.back().push_back(added);
    cells_.push_back({hidden, cell.reverse});
  }

  ValueId add_statements(const FixedRecurrent& layer, const FixedCell& cell,
                         const cells::RecurrentShape& shape) {
    const auto function = [&](std::size_t gate) { return function_of(table_at(cell.gates[gate].table)); };
    const auto has_bias = [&](std::size_t gate) { return !cell.gates[gate].bias.empty(); };
    switch (layer.kind) {
      case CellKind::Lstm: {
        cells::LstmAttributes lstm{function(0), function(3), function_of(table_at(cell.cell_table))};
        for (std::size_t gate = 0; gate < 4; ++gate) lstm.has_bias[gate] = has_bias(gate);
        return add_lstm(out_.program, shape, lstm);
      }
      case CellKind::Gru: {
        cells::GruAttributes gru{layer.linear_before_reset, function(0), function(2)};
        for (std::size_t gate = 0; gate < 3; ++gate) gru.has_bias[gate] = has_bias(gate);
        gru.has_recurrent_bias = !cell.gates[2].recurrent_bias.empty();
        return add_gru(out_.program, shape, gru);
      }
      case CellKind::Rnn:
        break;
    }
    return add_rnn(out_.program, shape, {function(0), has_bias(0)});
  }

  // --- the integers of the layer that was added last, found by the names that src/cells gives ---

  void store_numbers(const FixedRecurrent& layer, const FixedCell& cell) {
    const LayerId id(out_.program.layers.size() - 1);
    for (const program::Value& value : out_.program.values)
      if (value.layer == id) {
        const int index = signal_of(cell, value.name, layer.kind);
        out_.formats.add(signal(index).format);
        made_.signals.add(index);
      }
    for (const MatrixId matrix_id : out_.program.matrices.ids())
      if (out_.program.matrices[matrix_id].layer == id)
        store_weights(matrix_id, weights_of(cell, out_.program.matrices[matrix_id].name));
    for (const program::Constant& constant : out_.program.constants)
      if (constant.layer == id) out_.constants.add({bias_of(cell, constant.name), std::nullopt});
    for (const program::Statement& statement : out_.program.layers[id].statements) {
      const auto* table = std::get_if<program::TableStatement>(&statement);
      if (table == nullptr) continue;
      const std::string& target = out_.program.values[table->target].name;
      out_.table_of.add(TableId(static_cast<std::size_t>(table_of(cell, target, layer.kind))));
    }
  }

  static std::size_t gate_of(const FixedCell& cell, const std::string& letter) {
    const auto found = std::ranges::find(cell.gates, letter, &FixedGate::name);
    return static_cast<std::size_t>(found - cell.gates.begin());
  }

  /// The gate whose table gives the value of that name: g is the LSTM's candidate, n the GRU's.
  static std::size_t gate_with_output(const FixedCell& cell, const std::string& value, CellKind kind) {
    if (kind == CellKind::Lstm && value == "g") return gate_of(cell, "c");
    if (kind == CellKind::Gru && value == "n") return gate_of(cell, "h");
    return gate_of(cell, value);
  }

  static int signal_of(const FixedCell& cell, const std::string& value, CellKind kind) {
    const CellSignals& signals = cell.signals;
    if (value.starts_with("pre_")) return signals.pre_activation[gate_of(cell, value.substr(4))];
    if (value == "h") return signals.hidden;
    if (value == "rec") return signals.recurrent;
    if (value == "rh") return signals.reset_hidden;
    if (value == "c") return signals.cell;
    if (value == "t") return signals.cell_activation;
    return signals.gate[gate_with_output(cell, value, kind)];
  }

  static int table_of(const FixedCell& cell, const std::string& value, CellKind kind) {
    if (value == "t") return cell.cell_table;
    if (kind == CellKind::Rnn) return cell.gates.front().table;
    return cell.gates[gate_with_output(cell, value, kind)].table;
  }

  [[nodiscard]] const WeightMatrix& weights_of(const FixedCell& cell, const std::string& name) const {
    const FixedGate& gate = cell.gates[gate_of(cell, name.substr(2))];
    return matrix(name.starts_with("W_") ? gate.input_weights : gate.recurrent_weights);
  }

  static const BiasVector& bias_of(const FixedCell& cell, const std::string& name) {
    if (name == "b_rec") return cell.gates.back().recurrent_bias;
    return cell.gates[gate_of(cell, name.substr(2))].bias;
  }

  FixedChain network_;
  ChainProgram made_;
  program::FixedNetwork out_;
  std::optional<ClockId> clock_;
  std::optional<ValueId> current_;
  std::vector<CellOutput> cells_;  // of the last recurrent layer
  std::map<int, MatrixId> tied_;   // by index into the network's weights
};

}  // namespace

ChainProgram chain_program_of(FixedChain chain) {
  return Converter(std::move(chain)).convert();
}

program::FixedNetwork program_of(FixedChain chain) {
  return chain_program_of(std::move(chain)).network;
}

}  // namespace fixgate
