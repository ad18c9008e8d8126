#include "fixed/text_layers.h"

#include <fmt/format.h>

#include <utility>

#include "fixed/text_columns.h"

namespace fixgate {
namespace {

std::string format_text(const SignalFormat& format) {
  return fmt::format("{} {} {}", to_text(format.format), to_text(format.rounding), to_text(format.overflow));
}

class LayerWriter {
 public:
  explicit LayerWriter(const FixedNetwork& network) : network_(network) {}

  std::string operator()(const FixedEmbedding& layer) const {
    const WeightMatrix& matrix = weights(layer.weights);
    TextColumns lines(4);
    requantised(lines, layer.output_signal, fmt::format("{}[token]", matrix.name));
    return fmt::format("  {}: embedding, {} tokens -> {}\n", layer.name, matrix.rows, matrix.columns) +
           lines.text();
  }

  std::string operator()(const FixedSelect& layer) const {
    const bool last = layer.kind == SelectKind::LastStep;
    return fmt::format("  {}: select {}\n", layer.name,
                       last ? "the last step" : "each cell's final hidden state");
  }

  std::string operator()(const FixedDense& layer) const {
    const WeightMatrix& matrix = weights(layer.weights);
    const std::string sum =
        fmt::format("{} {}{}", matrix.name, name(layer.input_signal), layer.bias.empty() ? "" : " + b");
    TextColumns lines(4);
    requantised(lines, layer.table < 0 ? layer.output_signal : layer.pre_signal, sum);
    if (layer.table >= 0) looked_up(lines, layer.output_signal, layer.table, name(layer.pre_signal));
    return fmt::format("  {}: dense, {} -> {}\n", layer.name, matrix.columns, matrix.rows) + lines.text();
  }

  std::string operator()(const FixedRecurrent& layer) const {
    std::string text = fmt::format(
        "  {}: {}, {} -> {}{}, x = {}\n", layer.name, to_text(layer.kind), layer.inputs, layer.hidden,
        layer.cells.size() == 2 ? " in both directions" : "", name(layer.input_signal));
    for (const FixedCell& cell : layer.cells) text += cell_text(layer, cell);
    return text;
  }

 private:
  [[nodiscard]] const WeightMatrix& weights(int index) const {
    return network_.weights[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const FixedSignal& signal(int index) const {
    return network_.signals[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] const std::string& name(int index) const { return signal(index).name; }

  // signal <- exact expression
  void requantised(TextColumns& lines, int index, std::string expression) const {
    lines.add({name(index), format_text(signal(index).format), "<-", std::move(expression)});
  }

  // signal = table(argument)
  void looked_up(TextColumns& lines, int index, int table, const std::string& argument) const {
    const ActivationTable& activation = network_.tables[static_cast<std::size_t>(table)];
    lines.add({name(index), format_text(signal(index).format), "=",
               fmt::format("{}({})  [table {}]", activation.function, argument, table)});
  }

  [[nodiscard]] std::string cell_text(const FixedRecurrent& layer, const FixedCell& cell) const {
    std::string text =
        fmt::format("    {}", cell.reverse ? "reverse, from the last step to the first" : "forward");
    if (layer.kind == CellKind::Gru)
      text += fmt::format(", linear_before_reset = {}", layer.linear_before_reset ? 1 : 0);
    if (!cell.initial_hidden.empty()) text += ", h starts from constants";
    if (!cell.initial_cell.empty()) text += ", c starts from constants";
    TextColumns lines(6);
    if (layer.kind == CellKind::Lstm) add_lstm(lines, cell);
    if (layer.kind == CellKind::Gru) add_gru(lines, layer, cell);
    if (layer.kind == CellKind::Rnn) {
      add_accumulator(lines, cell, 0);
      looked_up(lines, cell.signals.hidden, cell.gates[0].table, "pre_i");
    }
    return text + '\n' + lines.text();
  }

  void add_accumulator(TextColumns& lines, const FixedCell& cell, std::size_t gate,
                       const char* hidden = "h") const {
    const std::string& letter = cell.gates[gate].name;
    const std::string bias = cell.gates[gate].bias.empty() ? "" : " + b_" + letter;
    requantised(lines, cell.signals.pre_activation[gate],
                fmt::format("W_{0} x + R_{0} {1}{2}", letter, hidden, bias));
  }

  void add_activation(TextColumns& lines, const FixedCell& cell, std::size_t gate) const {
    looked_up(lines, cell.signals.gate[gate], cell.gates[gate].table, "pre_" + cell.gates[gate].name);
  }

  void add_lstm(TextColumns& lines, const FixedCell& cell) const {
    for (std::size_t gate = 0; gate < cell.gates.size(); ++gate) {
      add_accumulator(lines, cell, gate);
      add_activation(lines, cell, gate);
    }
    requantised(lines, cell.signals.cell, "f * c + i * g");
    looked_up(lines, cell.signals.cell_activation, cell.cell_table, "c");
    requantised(lines, cell.signals.hidden, "o * t");
  }

  void add_gru(TextColumns& lines, const FixedRecurrent& layer, const FixedCell& cell) const {
    for (std::size_t gate = 0; gate < 2; ++gate) {
      add_accumulator(lines, cell, gate);
      add_activation(lines, cell, gate);
    }
    if (layer.linear_before_reset) {
      const FixedGate& gate = cell.gates[2];
      requantised(lines, cell.signals.recurrent, gate.recurrent_bias.empty() ? "R_h h" : "R_h h + Rb_h");
      requantised(lines, cell.signals.pre_activation[2],
                  fmt::format("W_h x{} + r * rec", gate.bias.empty() ? "" : " + Wb_h"));
    } else {
      requantised(lines, cell.signals.reset_hidden, "r * h");
      add_accumulator(lines, cell, 2, "rh");
    }
    add_activation(lines, cell, 2);
    requantised(lines, cell.signals.hidden, "n + z * (h - n)");
  }

  const FixedNetwork& network_;
};

}  // namespace

std::string layers_text(const FixedNetwork& network) {
  std::string text;
  for (const FixedLayer& layer : network.layers) text += std::visit(LayerWriter(network), layer);
  return text;
}

}  // namespace fixgate
