#include "fixed/testing/version1_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace fixgate {
namespace {

using nlohmann::ordered_json;

class Describer {
 public:
  explicit Describer(const FixedChain& network) : network_(network) {}

  DescribedNetwork described() && {
    ordered_json root = head();
    for (const FixedSignal& signal : network_.signals) root["signals"].push_back(describe_signal(signal));
    for (const WeightMatrix& matrix : network_.weights) root["weights"].push_back(describe_matrix(matrix));
    for (const ActivationTable& table : network_.tables) root["tables"].push_back(describe_table(table));
    for (const FixedLayer& layer : network_.layers) root["layers"].push_back(std::visit(*this, layer));
    root["plan"] = network_.plan;
    if (network_.call.count > 0) root["call"] = call();
    return {root.dump(-1, ' ', false, ordered_json::error_handler_t::replace), std::move(tensors_)};
  }

  ordered_json operator()(const FixedEmbedding& layer) {
    return {{"type", "embedding"},
            {"name", layer.name},
            {"weights", weights(layer.weights)},
            {"output_signal", signal(layer.output_signal)}};
  }

  ordered_json operator()(const FixedSelect& layer) {
    return {{"type", "select"}, {"name", layer.name}, {"kind", to_text(layer.kind)}};
  }

  ordered_json operator()(const FixedDense& layer) {
    return {{"type", "dense"},
            {"name", layer.name},
            {"input_signal", signal(layer.input_signal)},
            {"weights", weights(layer.weights)},
            {"bias", vector(layer.name + ":b", layer.bias)},
            {"pre_signal", signal(layer.pre_signal)},
            {"table", table(layer.table)},
            {"output_signal", signal(layer.output_signal)}};
  }

  ordered_json operator()(const FixedRecurrent& layer) {
    ordered_json cells = ordered_json::array();
    for (const FixedCell& cell : layer.cells) cells.push_back(describe_cell(layer, cell));
    return {{"type", "recurrent"},
            {"name", layer.name},
            {"kind", to_text(layer.kind)},
            {"linear_before_reset", layer.linear_before_reset},
            {"input_signal", signal(layer.input_signal)},
            {"inputs", layer.inputs},
            {"hidden", layer.hidden},
            {"cells", std::move(cells)}};
  }

 private:
  [[nodiscard]] ordered_json head() const {
    return {{"name", network_.name},
            {"takes_tokens", network_.takes_tokens},
            {"inputs", network_.inputs},
            {"input_signal", signal(network_.input_signal)},
            {"streaming", network_.streaming},
            {"output_function", to_text(network_.output_function)},
            {"float_parameters", network_.float_parameters},
            {"float_recurrent_parameters", network_.float_recurrent_parameters},
            {"signals", ordered_json::array()},
            {"weights", ordered_json::array()},
            {"tables", ordered_json::array()},
            {"layers", ordered_json::array()}};
  }

  [[nodiscard]] ordered_json call() const {
    return {{"steps", network_.call.count}, {"repeats", network_.call.repeats}};
  }

  template <typename Part>
  static ordered_json name_at(const std::vector<Part>& parts, int index) {
    if (index < 0 || static_cast<std::size_t>(index) >= parts.size()) return nullptr;
    return parts[static_cast<std::size_t>(index)].name;
  }
  [[nodiscard]] ordered_json signal(int index) const { return name_at(network_.signals, index); }
  [[nodiscard]] ordered_json weights(int index) const { return name_at(network_.weights, index); }
  static ordered_json table(int index) { return index < 0 ? ordered_json(nullptr) : ordered_json(index); }

  [[nodiscard]] ordered_json signals(const std::vector<int>& indices) const {
    ordered_json names = ordered_json::array();
    for (const int index : indices) names.push_back(signal(index));
    return names;
  }

  // Stores the integers as a tensor and gives its name; nothing for none. No name of a layer or matrix has a
  // colon.
  ordered_json vector(std::string name, const std::vector<std::int64_t>& values) {
    if (values.empty()) return nullptr;
    tensors_.push_back({std::move(name),
                        ElementType::I64,
                        {static_cast<std::int64_t>(values.size())},
                        encode_integers(values, ElementType::I64)});
    return tensors_.back().name;
  }

  static ordered_json describe_signal(const FixedSignal& signal) {
    return {{"name", signal.name},
            {"role", to_text(signal.role)},
            {"format", to_text(signal.format.format)},
            {"rounding", to_text(signal.format.rounding)},
            {"overflow", to_text(signal.format.overflow)}};
  }

  ordered_json describe_matrix(const WeightMatrix& matrix) {
    const ElementType type = weight_element(matrix.code().plain_width());
    const std::string fractions = matrix.name + ":row_fractions";
    tensors_.push_back(
        {matrix.name, type, {matrix.rows, matrix.columns}, encode_integers(matrix.values, type)});
    tensors_.push_back(
        {fractions, ElementType::I8, {matrix.rows}, encode_integers(matrix.row_fractions, ElementType::I8)});
    ordered_json described = {{"name", matrix.name},
                              {"encoding", to_text(matrix.encoding)},
                              {"width", matrix.width},
                              {"row_fractions", fractions}};
    if (matrix.row_widths.empty()) return described;
    const std::string widths = matrix.name + ":row_widths";
    tensors_.push_back(
        {widths, ElementType::I8, {matrix.rows}, encode_integers(matrix.row_widths, ElementType::I8)});
    described["row_widths"] = widths;
    return described;
  }

  static ordered_json describe_table(const ActivationTable& table) {
    ordered_json described = {{"function", table.function},
                              {"kind", to_text(table.kind)},
                              {"symmetry", to_text(table.symmetry)},
                              {"input", to_text(table.input)},
                              {"output", to_text(table.output.format)},
                              {"rounding", to_text(table.output.rounding)},
                              {"overflow", to_text(table.output.overflow)}};
    if (table.kind == TableKind::PiecewiseLinear) {
      described["slope_fraction"] = table.slope_fraction;
      ordered_json& segments = described["segments"] = ordered_json::array();
      for (const Segment& segment : table.segments)
        segments.push_back(ordered_json::array({segment.start, segment.offset, segment.slope}));
    }
    if (table.kind == TableKind::Lookup) {
      described["drop"] = table.drop;
      described["entries"] = table.entries;
    }
    return described;
  }

  // "<layer>:", "<layer>:forward." or "<layer>:reverse.": what the cell's tensors are called by.
  static std::string tensor_prefix(const FixedRecurrent& layer, const FixedCell& cell) {
    std::string prefix = cell_prefix(layer, cell);
    prefix[layer.name.size()] = ':';
    return prefix;
  }

  ordered_json describe_gate(const FixedGate& gate, const std::string& prefix) {
    return {{"name", gate.name},
            {"input_weights", weights(gate.input_weights)},
            {"recurrent_weights", weights(gate.recurrent_weights)},
            {"bias", vector(prefix + "b_" + gate.name, gate.bias)},
            {"recurrent_bias", vector(prefix + "b_rec", gate.recurrent_bias)},
            {"table", table(gate.table)}};
  }

  ordered_json describe_cell(const FixedRecurrent& layer, const FixedCell& cell) {
    const std::string prefix = tensor_prefix(layer, cell);
    ordered_json gates = ordered_json::array();
    for (const FixedGate& gate : cell.gates) gates.push_back(describe_gate(gate, prefix));
    const CellSignals& own = cell.signals;
    ordered_json own_signals = {{"pre_activation", signals(own.pre_activation)},
                                {"gate", signals(own.gate)},
                                {"recurrent", signal(own.recurrent)},
                                {"reset_hidden", signal(own.reset_hidden)},
                                {"cell", signal(own.cell)},
                                {"cell_activation", signal(own.cell_activation)},
                                {"hidden", signal(own.hidden)}};
    return {{"reverse", cell.reverse},
            {"gates", std::move(gates)},
            {"signals", std::move(own_signals)},
            {"cell_table", table(cell.cell_table)},
            {"initial_hidden", vector(prefix + "h0", cell.initial_hidden)},
            {"initial_cell", vector(prefix + "c0", cell.initial_cell)}};
  }

  const FixedChain& network_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

DescribedNetwork describe(const FixedChain& network) {
  return Describer(network).described();
}

std::string serialise_version1(const FixedChain& network) {
  DescribedNetwork described = describe(network);
  return write_safetensors(
      {{{"format", "fixgate"}, {"version", "1"}, {"network", std::move(described.description)}},
       std::move(described.tensors)});
}

}  // namespace fixgate
