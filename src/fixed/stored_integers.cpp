#include "fixed/stored_integers.h"

#include <fmt/format.h>

#include <utility>

#include "fixed/tensor_store.h"

namespace fixgate {
namespace {

using program::ConstantId;
using program::FixedNetwork;
using program::MatrixId;
using program::StateId;
using program::TableId;

constexpr std::int64_t kSegmentNumbers = 3;  // start, offset, slope

// No name has a colon: what belongs to a thing stands behind one.
std::string fractions_name(const std::string& matrix) {
  return matrix + ":row_fractions";
}
std::string widths_name(const std::string& matrix) {
  return matrix + ":row_widths";
}
std::string initial_name(const std::string& value) {
  return value + ":initial";
}
std::string table_name(TableId id, const char* part) {
  return fmt::format("table {}:{}", id.index(), part);
}

std::string name_of(const FixedNetwork& network, MatrixId id) {
  return full_name(network.program, network.program.matrices[id]);
}
std::string name_of(const FixedNetwork& network, ConstantId id) {
  return full_name(network.program, network.program.constants[id]);
}
std::string name_of(const FixedNetwork& network, StateId id) {
  return full_name(network.program, network.program.values[network.program.states[id].value]);
}

class Storer {
 public:
  explicit Storer(const FixedNetwork& network) : network_(network) {}

  std::vector<StoredTensor> all() {
    for (const MatrixId id : network_.program.matrices.ids()) add_matrix(id);
    for (const ConstantId id : network_.program.constants.ids())
      add(name_of(network_, id), network_.constants[id].values);
    for (const StateId id : network_.program.states.ids())
      add(initial_name(name_of(network_, id)), network_.initial[id]);
    for (const TableId id : network_.tables.ids())
      std::visit([&](const auto& table) { add_table(id, table); }, network_.tables[id]);
    return std::move(tensors_);
  }

 private:
  /// Nothing for none.
  void add(std::string name, const std::vector<std::int64_t>& values) {
    if (values.empty()) return;
    const auto count = static_cast<std::int64_t>(values.size());
    tensors_.push_back(
        {std::move(name), ElementType::I64, {count}, encode_integers(values, ElementType::I64)});
  }

  void add_by_row(std::string name, const std::vector<int>& rows) {
    const auto count = static_cast<std::int64_t>(rows.size());
    tensors_.push_back({std::move(name), ElementType::I8, {count}, encode_integers(rows, ElementType::I8)});
  }

  void add_matrix(MatrixId id) {
    const WeightMatrix& matrix = network_.weights[id];
    const std::string name = name_of(network_, id);
    const ElementType type = weight_element(matrix.code().plain_width());
    tensors_.push_back({name, type, {matrix.rows, matrix.columns}, encode_integers(matrix.values, type)});
    add_by_row(fractions_name(name), matrix.row_fractions);
    if (!matrix.row_widths.empty()) add_by_row(widths_name(name), matrix.row_widths);
  }

  void add_table(TableId id, const ActivationTable& table) {
    add(table_name(id, "entries"), table.entries);
    std::vector<std::int64_t> numbers;
    for (const Segment& segment : table.segments)
      numbers.insert(numbers.end(), {segment.start, segment.offset, segment.slope});
    if (numbers.empty()) return;
    const auto count = static_cast<std::int64_t>(table.segments.size());
    tensors_.push_back({table_name(id, "segments"),
                        ElementType::I64,
                        {count, kSegmentNumbers},
                        encode_integers(numbers, ElementType::I64)});
  }

  void add_table(TableId id, const LeadingOneTable& table) {
    add(table_name(id, "entries"), table.entries);
    add(table_name(id, "octave"), {table.octave});
  }

  const FixedNetwork& network_;
  std::vector<StoredTensor> tensors_;
};

class Restorer {
 public:
  Restorer(std::vector<StoredTensor> tensors, FixedNetwork& network)
      : store_(std::move(tensors)), network_(network) {}

  Result<void> restore() {
    for (const MatrixId id : network_.program.matrices.ids()) FIXGATE_CHECK(take_matrix(id));
    for (const ConstantId id : network_.program.constants.ids()) {
      FIXGATE_ASSIGN(network_.constants[id].values, take(name_of(network_, id)));
    }
    for (const StateId id : network_.program.states.ids()) {
      const std::string name = initial_name(name_of(network_, id));
      if (!store_.has(name)) continue;
      FIXGATE_ASSIGN(network_.initial[id], take(name));
    }
    for (const TableId id : network_.tables.ids())
      FIXGATE_CHECK(std::visit([&](auto& table) { return take_table(id, table); }, network_.tables[id]));
    return store_.check_empty();
  }

 private:
  Result<std::vector<std::int64_t>> take(const std::string& name) {
    FIXGATE_ASSIGN(const StoredTensor tensor, store_.take(name, ElementType::I64, 1));
    return decode_integers<std::int64_t>(tensor.bytes, ElementType::I64);
  }

  Result<std::vector<int>> take_by_row(const std::string& name) {
    FIXGATE_ASSIGN(const StoredTensor tensor, store_.take(name, ElementType::I8, 1));
    return decode_integers<int>(tensor.bytes, ElementType::I8);
  }

  Result<void> take_matrix(MatrixId id) {
    WeightMatrix& matrix = network_.weights[id];
    FIXGATE_CHECK(check_weight_code(matrix.code()));
    const std::string name = name_of(network_, id);
    const ElementType type = weight_element(matrix.code().plain_width());
    FIXGATE_ASSIGN(const StoredTensor tensor, store_.take(name, type, 2));
    if (tensor.shape[0] != matrix.rows || tensor.shape[1] != matrix.columns)
      return fail("tensor '{}' is {} x {}, the matrix {} x {}", name, tensor.shape[0], tensor.shape[1],
                  matrix.rows, matrix.columns);
    matrix.values = decode_integers<std::int32_t>(tensor.bytes, type);
    FIXGATE_ASSIGN(matrix.row_fractions, take_by_row(fractions_name(name)));
    if (store_.has(widths_name(name))) {
      FIXGATE_ASSIGN(matrix.row_widths, take_by_row(widths_name(name)));
    }
    return {};
  }

  Result<void> take_table(TableId id, ActivationTable& table) {
    if (table.kind == TableKind::Lookup) {
      FIXGATE_ASSIGN(table.entries, take(table_name(id, "entries")));
    }
    if (table.kind != TableKind::PiecewiseLinear) return {};
    const std::string name = table_name(id, "segments");
    FIXGATE_ASSIGN(const StoredTensor tensor, store_.take(name, ElementType::I64, 2));
    if (tensor.shape[1] != kSegmentNumbers)
      return fail("tensor '{}' has {} numbers a segment, not {}", name, tensor.shape[1], kSegmentNumbers);
    const auto numbers = decode_integers<std::int64_t>(tensor.bytes, ElementType::I64);
    for (std::size_t at = 0; at < numbers.size(); at += kSegmentNumbers)
      table.segments.push_back({numbers[at], numbers[at + 1], numbers[at + 2]});
    return {};
  }

  Result<void> take_table(TableId id, LeadingOneTable& table) {
    FIXGATE_ASSIGN(table.entries, take(table_name(id, "entries")));
    FIXGATE_ASSIGN(const std::vector<std::int64_t> octave, take(table_name(id, "octave")));
    table.octave = octave.front();
    return {};
  }

  TensorStore store_;
  FixedNetwork& network_;
};

}  // namespace

std::vector<StoredTensor> stored_integers(const FixedNetwork& network) {
  return Storer(network).all();
}

Result<void> restore_integers(std::vector<StoredTensor> tensors, FixedNetwork& network) {
  return Restorer(std::move(tensors), network).restore();
}

}  // namespace fixgate
