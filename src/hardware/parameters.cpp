#include "hardware/parameters.h"

#include <algorithm>
#include <utility>

#include "hardware/aligned_sums.h"
#include "hardware/descriptor.h"
#include "hardware/engines.h"
#include "hardware/gates.h"
#include "hardware/identifier.h"
#include "hardware/memories.h"
#include "hardware/network_parts.h"
#include "hardware/stream_width.h"
#include "hardware/timing.h"

namespace fixgate {
namespace {

constexpr std::size_t kReset = 1;      // GRU's gate r
constexpr std::size_t kCandidate = 2;  // GRU's gate h

// Fields of 32 bits, the highest first, as a concatenation is written.
std::string concatenation(const std::vector<std::uint32_t>& fields) {
  std::string text;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    const auto value = static_cast<std::int32_t>(*field);
    text += fmt::format("{}{}32'd{}", text.empty() ? "{" : ", ", value < 0 ? "-" : "", std::abs(value));
  }
  return text + "}";
}

// 'I' for gate i.
char upper(const std::string& gate) {
  return static_cast<char>(gate.front() - 'a' + 'A');
}

class ParameterLister {
 public:
  ParameterLister(const FixedChain& network, const Engine& engine) : network_(network), engine_(engine) {}

  Result<void> operator()(const FixedEmbedding& layer) {
    const EmbeddingAlignment alignment = align_embedding(network_, layer);
    number("Tokens", engine_.inputs);
    number("TokenWidth", index_width(engine_.inputs));
    number("Dimension", engine_.outputs);
    stored("W", stored_weights(network_, layer).w);
    number("ShiftWidth", alignment.shift_width);
    signal("Output", layer.output_signal, alignment.fraction);
    width("OutputWidth", layer.output_signal);
    file("WFile", "w");
    file("ShiftFile", "shifts");
    return {};
  }

  Result<void> operator()(const FixedDense& layer) {
    FIXGATE_ASSIGN(const AlignedSums sums, align_sums(network_, layer));
    number("Inputs", engine_.inputs);
    width("InputWidth", layer.input_signal);
    number("Outputs", engine_.outputs);
    number("Lanes", engine_.geometry.lanes);
    number("Split", engine_.geometry.split);
    stored("W", stored_weights(network_, layer).w);
    sum_widths(sums.widths);
    bit("HasActivation", layer.table >= 0);
    signal("Pre", layer.table >= 0 ? layer.pre_signal : layer.output_signal, sums.gates.front().fraction);
    if (layer.table >= 0) {
      table("Table", layer.table);
      number("TableLatency", dense_table_latency(network_, layer));
    }
    width("OutputWidth", layer.output_signal);
    bit("EmitLast", engine_.emits_last_step);
    file("WFile", "w");
    file("RowFile", "rows");
    if (layer.table >= 0) table_file("TableFile", layer.table);
    return {};
  }

  Result<void> operator()(const FixedRecurrent& layer) {
    FIXGATE_ASSIGN(const AlignedSums sums, align_sums(network_, layer));
    matrix_vector(layer, sums);
    if (layer.kind == CellKind::Gru) gru_sums(layer, sums);
    gates(layer, sums);
    if (layer.kind == CellKind::Lstm) lstm_state(layer);
    if (layer.kind == CellKind::Gru) gru_state(layer, sums);
    initial_states(layer);
    recurrent_files(layer);
    return {};
  }

  Result<void> operator()(const FixedSelect&) { return {}; }

  [[nodiscard]] std::vector<Parameter> parameters() && { return std::move(parameters_); }

 private:
  void number(const char* name, int value) {
    parameters_.push_back({name, "int", fmt::format("{}", value), ""});
  }
  void stored(const char* side, const WeightCode& weights) {
    parameters_.push_back({fmt::format("{}Width", side), "int", fmt::format("{}", weights.width), ""});
    if (weights.encoding == WeightEncoding::Integer) return;  // the default
    parameters_.push_back({fmt::format("{}Encoding", side), "int",
                           fmt::format("{}", static_cast<int>(weights.encoding)),
                           storage_text(weights.encoding)});
  }
  void bit(const char* name, bool value) {
    parameters_.push_back({name, "bit", value ? "1'b1" : "1'b0", ""});
  }
  void width(const char* name, int index) {
    parameters_.push_back(
        {name, "int", fmt::format("{}", travelling_width(format_of(network_, index))), signal_text(index)});
  }
  void signal(const std::string& name, int index, int from) {
    parameters_.push_back({name, "logic [159:0]",
                           concatenation(signal_descriptor(signal_of(network_, index), from)),
                           fmt::format("{}, {}, {}; from fraction {}", signal_text(index),
                                       to_text(signal_of(network_, index).rounding),
                                       to_text(signal_of(network_, index).overflow), from)});
  }
  void table(const std::string& name, int index) {
    parameters_.push_back({name, "", fmt::format("Table{}", index), ""});
  }
  void file(const char* name, const char* part) { file_named(name, memory_name(engine_, part)); }
  void table_file(const std::string& name, int index) {
    if (table_of(network_, index).kind != TableKind::Rectifier) file_named(name, table_memory_name(index));
  }
  void file_named(const std::string& name, const std::string& memory) {
    parameters_.push_back({name, "", fmt::format("\"mem/{}\"", memory), ""});
  }

  [[nodiscard]] std::string signal_text(int index) const {
    const FixedSignal& own = network_.signals[static_cast<std::size_t>(index)];
    return fmt::format("{}: {}", own.name, to_text(own.format.format));
  }
  [[nodiscard]] int fraction(int index) const { return format_of(network_, index).fraction; }

  void sum_widths(const SumWidths& widths) {
    number("SumWidth", widths.sum);
    number("TotalWidth", widths.total);
    number("ShiftWidth", widths.shift);
    number("BiasWidth", widths.bias);
  }

  void matrix_vector(const FixedRecurrent& layer, const AlignedSums& sums) {
    number("Inputs", engine_.inputs);
    width("InputWidth", layer.input_signal);
    number("Units", engine_.outputs);
    number("Slices", engine_.geometry.slices);
    number("Lanes", engine_.geometry.lanes);
    number("Split", engine_.geometry.split);
    stored("W", stored_weights(network_, layer).w);
    stored("R", stored_weights(network_, layer).r);
    sum_widths(sums.widths);
  }

  void gru_sums(const FixedRecurrent& layer, const AlignedSums& sums) {
    if (layer.linear_before_reset) number("HiddenBiasWidth", sums.widths.bias_h);
    bit("LinearBeforeReset", layer.linear_before_reset);
  }

  void gates(const FixedRecurrent& layer, const AlignedSums& sums) {
    const FixedCell& cell = layer.cells.front();
    for (std::size_t g = 0; g < cell.gates.size(); ++g)
      signal(fmt::format("Pre{}", upper(cell.gates[g].name)), cell.signals.pre_activation[g],
             sums.gates[g].fraction);
    for (const FixedGate& gate : cell.gates) table(fmt::format("Table{}", upper(gate.name)), gate.table);
    if (cell.cell_table >= 0) table("TableCell", cell.cell_table);
    const auto classes = gate_classes(network_, layer, sums);
    parameters_.push_back({"GateClass", fmt::format("logic [{}:0]", 32 * classes.size() - 1),
                           concatenation(classes), "gates with the same table, the last gate first"});
    number("GateWidth", gate_width(network_, cell));
    number("TableLatency", gate_table_latency(network_, layer));
  }

  // c' <- f * c + i * g;  h' <- o * t
  void lstm_state(const FixedRecurrent& layer) {
    const CellSignals& s = layer.cells.front().signals;
    const int kept = fraction(s.gate[2]) + fraction(s.cell);
    const int added = fraction(s.gate[0]) + fraction(s.gate[3]);
    number("CellTableLatency", cell_table_latency(network_, layer));
    number("ForgetShift", std::max(0, added - kept));
    number("InputShift", std::max(0, kept - added));
    signal("Cell", s.cell, std::max(kept, added));
    width("CellWidth", s.cell);
    width("CellActivationWidth", s.cell_activation);
    signal("Hidden", s.hidden, fraction(s.gate[1]) + fraction(s.cell_activation));
    width("HiddenWidth", s.hidden);
  }

  // rec <- ..., pre_h <- ... + r * rec, or rh <- r * h;  h' <- n + z * (h - n)
  void gru_state(const FixedRecurrent& layer, const AlignedSums& sums) {
    const CellSignals& s = layer.cells.front().signals;
    const AlignedGate& candidate = sums.gates[kCandidate];
    if (layer.linear_before_reset) {
      signal("Recurrent", s.recurrent, candidate.hidden_fraction);
      width("RecurrentWidth", s.recurrent);
      number("ResetShift", candidate.fraction - fraction(s.gate[kReset]) - fraction(s.recurrent));
    } else {
      signal("ResetHidden", s.reset_hidden, fraction(s.gate[kReset]) + fraction(s.hidden));
      width("ResetHiddenWidth", s.reset_hidden);
    }
    const int hidden = fraction(s.hidden);
    const int proposed = fraction(s.gate[kCandidate]);
    const int product = fraction(s.gate[0]) + std::max(hidden, proposed);
    number("DifferenceHiddenShift", std::max(0, proposed - hidden));
    number("DifferenceCandidateShift", std::max(0, hidden - proposed));
    number("CandidateShift", std::max(0, product - proposed));
    number("ProductShift", std::max(0, proposed - product));
    signal("Hidden", s.hidden, std::max(product, proposed));
    width("HiddenWidth", s.hidden);
  }

  void initial_states(const FixedRecurrent& layer) {
    const FixedCell& cell = layer.cells.front();
    bit("EmitLast", engine_.emits_last_step);
    bit("InitialHidden", !cell.initial_hidden.empty());
    if (layer.kind == CellKind::Lstm) bit("InitialCell", !cell.initial_cell.empty());
  }

  void recurrent_files(const FixedRecurrent& layer) {
    const FixedCell& cell = layer.cells.front();
    file("WFile", "w");
    file("RFile", "r");
    file("RowFile", "rows");
    for (const FixedGate& gate : cell.gates)
      table_file(fmt::format("Table{}File", upper(gate.name)), gate.table);
    if (cell.cell_table >= 0) table_file("TableCellFile", cell.cell_table);
    if (!cell.initial_hidden.empty()) file("InitialHiddenFile", "h0");
    if (!cell.initial_hidden.empty() && layer.kind == CellKind::Gru)
      file("InitialHiddenUnitsFile", "h0_units");
    if (!cell.initial_cell.empty()) file("InitialCellFile", "c0");
  }

  const FixedChain& network_;
  const Engine& engine_;
  std::vector<Parameter> parameters_;
};

std::string size_text(const ActivationTable& table) {
  if (table.kind == TableKind::Rectifier) return "";
  if (table.kind == TableKind::Lookup) return fmt::format(", {} entries", table.entries.size());
  return fmt::format(", {} segments", table.segments.size());
}

}  // namespace

std::string module_of(EngineKind kind) {
  switch (kind) {
    case EngineKind::Embedding:
      return "fg_embedding";
    case EngineKind::Lstm:
      return "fg_lstm";
    case EngineKind::Gru:
      return "fg_gru";
    case EngineKind::Dense:
      return "fg_dense";
  }
  return "";
}

Result<std::vector<Parameter>> engine_parameters(const Accelerator& accelerator, const Engine& engine) {
  ParameterLister lister(accelerator.network, engine);
  FIXGATE_CHECK(std::visit(lister, layer_of(accelerator.network, engine)));
  return std::move(lister).parameters();
}

std::vector<Parameter> table_constants(const FixedChain& network) {
  std::vector<Parameter> constants;
  for (std::size_t t = 0; t < network.tables.size(); ++t) {
    const ActivationTable& table = network.tables[t];
    constants.push_back({fmt::format("Table{}", t), "logic [479:0]", concatenation(table_descriptor(table)),
                         fmt::format("{}, {} to {}: {}{}", table.function, to_text(table.input),
                                     to_text(table.output.format), to_text(table.kind), size_text(table))});
  }
  return constants;
}

int output_signal_of(const FixedChain& network, const Engine& engine) {
  const FixedLayer& layer = layer_of(network, engine);
  if (const auto* embedding = std::get_if<FixedEmbedding>(&layer)) return embedding->output_signal;
  if (const auto* dense = std::get_if<FixedDense>(&layer)) return dense->output_signal;
  return std::get<FixedRecurrent>(layer).cells.front().signals.hidden;
}

int output_width_of(const FixedChain& network, const Engine& engine) {
  return travelling_width(format_of(network, output_signal_of(network, engine)));
}

int input_width_of(const FixedChain& network) {
  if (network.takes_tokens) return index_width(network.inputs);
  return travelling_width(format_of(network, network.input_signal));
}

}  // namespace fixgate
