#include "fixed/version1.h"

#include <map>
#include <utility>

#include "fixed/json_text.h"
#include "fixed/object_reader.h"
#include "fixed/tensor_store.h"
#include "fixed/verify.h"

namespace fixgate {
namespace {

using nlohmann::json;

class Assembler {
 public:
  explicit Assembler(std::vector<StoredTensor> tensors) : store_(std::move(tensors)) {}

  Result<FixedChain> assembled(const json& root) && {
    read_root(root);
    if (fault_) return tl::make_unexpected(*fault_.error());
    FIXGATE_CHECK(store_.check_empty());
    return std::move(network_);
  }

 private:
  void read_root(const json& root) {
    ObjectReader reader(root, "", fault_);
    network_.name = reader.text("name");
    network_.takes_tokens = reader.flag("takes_tokens");
    network_.inputs = reader.small_integer("inputs");
    network_.streaming = reader.flag("streaming");
    if (reader.has("call")) network_.call = read_call(reader);
    network_.output_function = reader.word("output_function", parse_output_function);
    network_.float_parameters = reader.integer("float_parameters");
    network_.float_recurrent_parameters = reader.integer("float_recurrent_parameters");
    network_.plan = reader.text("plan");
    read_list(reader, "signals", [&](ObjectReader& one) { read_signal(one); });
    read_list(reader, "weights", [&](ObjectReader& one) { read_matrix(one); });
    read_list(reader, "tables", [&](ObjectReader& one) { read_table(one); });
    network_.input_signal = signal(reader, "input_signal");
    read_list(reader, "layers", [&](ObjectReader& one) { network_.layers.push_back(read_layer(one)); });
    reader.finish();
  }

  CallSteps read_call(ObjectReader& reader) {
    ObjectReader call(reader.object("call"), "call", fault_);
    const CallSteps steps{call.integer("steps"), call.flag("repeats")};
    if (steps.count < 1) call.note("steps", fmt::format("{} is not above 0", steps.count));
    call.finish();
    return steps;
  }

  // read(reader) for each object of a list, until the first fault.
  template <typename Read>
  void read_list(ObjectReader& reader, const char* key, Read read) {
    const std::string prefix = reader.where().empty() ? "" : reader.where() + ".";
    std::size_t index = 0;
    for (const json& one : reader.list(key)) {
      if (fault_) return;
      ObjectReader element(one, fmt::format("{}{}[{}]", prefix, key, index++), fault_);
      read(element);
      element.finish();
    }
  }

  void read_signal(ObjectReader& reader) {
    FixedSignal signal;
    signal.name = reader.text("name");
    signal.role = reader.word("role", parse_signal_role);
    signal.format = {reader.word("format", parse_format), reader.word("rounding", parse_rounding),
                     reader.word("overflow", parse_overflow)};
    signal_index_.emplace(signal.name, static_cast<int>(network_.signals.size()));
    network_.signals.push_back(std::move(signal));
  }

  StoredTensor take(ObjectReader& reader, const char* key, const std::string& name, ElementType type,
                    std::size_t dimensions) {
    if (fault_) return {};
    auto tensor = store_.take(name, type, dimensions);
    if (!tensor) reader.note(key, tensor.error().message);
    return std::move(tensor).value_or(StoredTensor{});
  }

  void read_matrix(ObjectReader& reader) {
    WeightMatrix matrix;
    matrix.name = reader.text("name");
    matrix.encoding = reader.word("encoding", parse_weight_encoding);
    matrix.width = reader.small_integer("width");
    if (auto checked = check_weight_code(matrix.code()); !checked)
      reader.note("width", checked.error().message);
    if (fault_) return;
    const ElementType type = weight_element(matrix.code().plain_width());
    const StoredTensor values = take(reader, "name", matrix.name, type, 2);
    const StoredTensor fractions =
        take(reader, "row_fractions", reader.text("row_fractions"), ElementType::I8, 1);
    if (reader.has("row_widths")) {
      const StoredTensor widths = take(reader, "row_widths", reader.text("row_widths"), ElementType::I8, 1);
      matrix.row_widths = decode_integers<int>(widths.bytes, ElementType::I8);
    }
    if (fault_) return;
    matrix.rows = static_cast<int>(values.shape[0]);
    matrix.columns = static_cast<int>(values.shape[1]);
    matrix.values = decode_integers<std::int32_t>(values.bytes, type);
    matrix.row_fractions = decode_integers<int>(fractions.bytes, ElementType::I8);
    weight_index_.emplace(matrix.name, static_cast<int>(network_.weights.size()));
    network_.weights.push_back(std::move(matrix));
  }

  void read_table(ObjectReader& reader) {
    ActivationTable table;
    table.function = reader.text("function");
    table.kind = reader.word("kind", parse_table_kind);
    table.symmetry = reader.word("symmetry", parse_table_symmetry);
    table.input = reader.word("input", parse_format);
    table.output = {reader.word("output", parse_format), reader.word("rounding", parse_rounding),
                    reader.word("overflow", parse_overflow)};
    if (table.kind == TableKind::PiecewiseLinear) {
      table.slope_fraction = reader.small_integer("slope_fraction");
      for (const json& one : reader.list("segments")) table.segments.push_back(read_segment(reader, one));
    }
    if (table.kind == TableKind::Lookup) {
      table.drop = reader.small_integer("drop");
      table.entries = reader.integers("entries");
    }
    network_.tables.push_back(std::move(table));
  }

  static Segment read_segment(ObjectReader& reader, const json& value) {
    std::vector<std::int64_t> numbers;
    if (value.is_array() && value.size() == 3)
      for (const json& one : value)
        if (const auto number = integer_of(one)) numbers.push_back(*number);
    if (numbers.size() == 3) return {numbers[0], numbers[1], numbers[2]};
    reader.note("segments", "a segment is [start, offset, slope], three integers");
    return {};
  }

  static int index_of(const std::map<std::string, int>& indices, ObjectReader& reader, const char* key,
                      const std::string& name) {
    const auto found = indices.find(name);
    if (found != indices.end()) return found->second;
    reader.note(key, fmt::format("there is no '{}'", name));
    return -1;
  }

  // -1 for null.
  int signal(ObjectReader& reader, const char* key) {
    const auto name = reader.optional_text(key);
    return name ? index_of(signal_index_, reader, key, *name) : -1;
  }

  std::vector<int> signals(ObjectReader& reader, const char* key) {
    std::vector<int> indices;
    for (const std::string& name : reader.texts(key))
      indices.push_back(index_of(signal_index_, reader, key, name));
    return indices;
  }

  int weights(ObjectReader& reader, const char* key) {
    return index_of(weight_index_, reader, key, reader.text(key));
  }

  // Empty for null.
  std::vector<std::int64_t> vector(ObjectReader& reader, const char* key) {
    const auto name = reader.optional_text(key);
    if (!name) return {};
    return decode_integers<std::int64_t>(take(reader, key, *name, ElementType::I64, 1).bytes,
                                         ElementType::I64);
  }

  FixedLayer read_layer(ObjectReader& reader) {
    const std::string type = reader.text("type");
    if (type == "embedding") return read_embedding(reader);
    if (type == "dense") return read_dense(reader);
    if (type == "recurrent") return read_recurrent(reader);
    if (type != "select")
      reader.note("type", fmt::format("'{}' is none of embedding, recurrent, dense, select", type));
    return read_select(reader);
  }

  FixedEmbedding read_embedding(ObjectReader& reader) {
    FixedEmbedding layer;
    layer.name = reader.text("name");
    layer.weights = weights(reader, "weights");
    layer.output_signal = signal(reader, "output_signal");
    return layer;
  }

  static FixedSelect read_select(ObjectReader& reader) {
    FixedSelect layer;
    layer.name = reader.text("name");
    layer.kind = reader.word("kind", parse_select_kind);
    return layer;
  }

  FixedDense read_dense(ObjectReader& reader) {
    FixedDense layer;
    layer.name = reader.text("name");
    layer.input_signal = signal(reader, "input_signal");
    layer.weights = weights(reader, "weights");
    layer.bias = vector(reader, "bias");
    layer.pre_signal = signal(reader, "pre_signal");
    layer.table = reader.optional_index("table");
    layer.output_signal = signal(reader, "output_signal");
    return layer;
  }

  FixedRecurrent read_recurrent(ObjectReader& reader) {
    FixedRecurrent layer;
    layer.name = reader.text("name");
    layer.kind = reader.word("kind", parse_cell_kind);
    layer.linear_before_reset = reader.flag("linear_before_reset");
    layer.input_signal = signal(reader, "input_signal");
    layer.inputs = reader.small_integer("inputs");
    layer.hidden = reader.small_integer("hidden");
    read_list(reader, "cells", [&](ObjectReader& one) { layer.cells.push_back(read_cell(one)); });
    if (!layer.cells.empty()) layer.output_signal = layer.cells.front().signals.hidden;
    return layer;
  }

  FixedCell read_cell(ObjectReader& reader) {
    FixedCell cell;
    cell.reverse = reader.flag("reverse");
    read_list(reader, "gates", [&](ObjectReader& one) { cell.gates.push_back(read_gate(one)); });
    cell.signals = read_cell_signals(reader);
    cell.cell_table = reader.optional_index("cell_table");
    cell.initial_hidden = vector(reader, "initial_hidden");
    cell.initial_cell = vector(reader, "initial_cell");
    return cell;
  }

  FixedGate read_gate(ObjectReader& reader) {
    FixedGate gate;
    gate.name = reader.text("name");
    gate.input_weights = weights(reader, "input_weights");
    gate.recurrent_weights = weights(reader, "recurrent_weights");
    gate.bias = vector(reader, "bias");
    gate.recurrent_bias = vector(reader, "recurrent_bias");
    gate.table = reader.optional_index("table");
    return gate;
  }

  CellSignals read_cell_signals(ObjectReader& cell) {
    ObjectReader reader(cell.object("signals"), cell.where() + ".signals", fault_);
    CellSignals own;
    own.pre_activation = signals(reader, "pre_activation");
    own.gate = signals(reader, "gate");
    own.recurrent = signal(reader, "recurrent");
    own.reset_hidden = signal(reader, "reset_hidden");
    own.cell = signal(reader, "cell");
    own.cell_activation = signal(reader, "cell_activation");
    own.hidden = signal(reader, "hidden");
    reader.finish();
    return own;
  }

  FixedChain network_;
  FirstFault fault_;
  TensorStore store_;
  std::map<std::string, int> signal_index_;
  std::map<std::string, int> weight_index_;
};

}  // namespace

Result<FixedChain> read_version1(std::string_view description, std::vector<StoredTensor> tensors) {
  const auto read = [&]() -> Result<FixedChain> {
    FIXGATE_ASSIGN(const json root, parse_json(description));
    return Assembler(std::move(tensors)).assembled(root);
  };
  auto chain = read();
  if (!chain) return tl::make_unexpected(chain.error().within("network"));
  FIXGATE_CHECK(verify(*chain));
  return chain;
}

}  // namespace fixgate
