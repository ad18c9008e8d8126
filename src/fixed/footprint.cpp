#include "fixed/footprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "numeric/accumulator.h"
#include "program/uses.h"

namespace fixgate {
namespace {

std::int64_t count_of(const auto& range) {
  return static_cast<std::int64_t>(range.size());
}

// Smallest width that holds all: unsigned if none is negative, at least 1.
int smallest_width(const std::vector<std::int64_t>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low < 0) return signed_width(*low, *high);
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(*high))));
}

std::int64_t vector_bits(const std::vector<std::int64_t>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return signed_width(*low, *high) * count_of(values);
}

// Enough to tell each row's distance from the smallest.
std::int64_t by_row_bits(const std::vector<int>& rows) {
  if (rows.empty()) return 0;
  const auto [low, high] = std::minmax_element(rows.begin(), rows.end());
  return std::bit_width(static_cast<unsigned>(*high - *low)) * count_of(rows);
}

// What is no weight matrix.
FootprintEntry plain(std::string name, const char* kind, std::int64_t bits, bool recurrent) {
  return {std::move(name), kind, bits, recurrent, static_cast<double>(bits)};
}

/// Lists what a network stores, and marks what recurrent layers read.
class FootprintCounter {
 public:
  explicit FootprintCounter(const program::FixedNetwork& network)
      : network_(network), program_(network.program) {
    for (const program::LayerId layer : program_.layers.ids())
      if (is_recurrent(program_, layer)) mark(uses_of(program_.layers[layer]));
  }

  [[nodiscard]] std::vector<FootprintEntry> entries() {
    for (const program::MatrixId id : program_.matrices.ids()) add_matrix(id);
    for (const program::ConstantId id : program_.constants.ids())
      add(plain(full_name(program_, program_.constants[id]), "bias",
                vector_bits(network_.constants[id].values), constants_.contains(id)));
    for (const program::StateId id : program_.states.ids()) add_state(id);
    for (const program::TableId id : network_.tables.ids()) add_table(id);
    return std::move(entries_);
  }

 private:
  void mark(const program::LayerUses& uses) {
    matrices_.insert(uses.matrices.begin(), uses.matrices.end());
    constants_.insert(uses.constants.begin(), uses.constants.end());
    for (const program::FunctionId function : uses.functions) tables_.insert(network_.table_of[function]);
  }

  void add(FootprintEntry entry) {
    if (entry.bits > 0) entries_.push_back(std::move(entry));
  }

  void add_matrix(program::MatrixId id) {
    const WeightMatrix& matrix = network_.weights[id];
    const std::string name = full_name(program_, program_.matrices[id]);
    const bool recurrent = matrices_.contains(id);
    add({name, "weights", matrix.stored_bits(), recurrent,
         static_cast<double>(count_of(matrix.values)) * entropy_of(matrix.values)});
    add(plain(name, "binary points", by_row_bits(matrix.row_fractions), recurrent));
    add(plain(name, "widths of rows", by_row_bits(matrix.row_widths), recurrent));
  }

  void add_state(program::StateId id) {
    const program::ValueId value = program_.states[id].value;
    const std::int64_t bits = network_.formats[value].format.width * count_of(network_.initial[id]);
    add(plain(full_name(program_, program_.values[value]) + "0", "initial state", bits, false));
  }

  void add_table(program::TableId id) {
    const auto is_same = [&](program::TableId other) {
      return network_.tables[other] == network_.tables[id];
    };
    bool recurrent = false;
    for (const program::TableId other : network_.tables.ids()) {
      if (!is_same(other)) continue;
      if (other < id) return;
      recurrent = recurrent || tables_.contains(other);
    }
    const std::int64_t bits =
        std::visit([](const auto& table) { return table_bits(table); }, network_.tables[id]);
    add(plain(fmt::format("table {} {}", id.index(), function_name(network_.tables[id])), "table", bits,
              recurrent));
  }

  static std::string function_name(const program::Table& table) {
    if (const auto* known = std::get_if<ActivationTable>(&table)) return known->function;
    return to_text(std::get<LeadingOneTable>(table).function);
  }

  const program::FixedNetwork& network_;
  const program::Program& program_;
  std::set<program::MatrixId> matrices_;  // that recurrent layers read
  std::set<program::ConstantId> constants_;
  std::set<program::TableId> tables_;
  std::vector<FootprintEntry> entries_;
};

double ratio(double bits, std::int64_t parameters) {
  return parameters == 0 ? 0 : bits / (32 * static_cast<double>(parameters));
}

}  // namespace

double entropy_of(const std::vector<std::int32_t>& values) {
  std::unordered_map<std::int32_t, std::int64_t> counts;
  for (const std::int32_t value : values) ++counts[value];
  std::vector<std::int64_t> ordered;  // the sum does not depend on how the map is ordered
  ordered.reserve(counts.size());
  for (const auto& [value, count] : counts) ordered.push_back(count);
  std::ranges::sort(ordered);
  double bits = 0;
  for (const std::int64_t count : ordered) {
    const double share = static_cast<double>(count) / static_cast<double>(values.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

std::int64_t table_bits(const ActivationTable& table) {
  if (table.kind == TableKind::Rectifier) return 0;
  if (table.kind == TableKind::Lookup) return smallest_width(table.entries) * count_of(table.entries);
  std::vector<std::int64_t> starts;
  std::vector<std::int64_t> offsets;
  std::vector<std::int64_t> slopes;
  for (const Segment& segment : table.segments) {
    starts.push_back(segment.start);
    offsets.push_back(segment.offset);
    slopes.push_back(segment.slope);
  }
  return (smallest_width(starts) + smallest_width(offsets) + smallest_width(slopes)) *
         count_of(table.segments);
}

std::int64_t table_bits(const LeadingOneTable& table) {
  return smallest_width(table.entries) * count_of(table.entries);
}

Footprint measure_footprint(const program::FixedNetwork& network) {
  Footprint footprint;
  double least_bits = 0;
  footprint.entries = FootprintCounter(network).entries();
  for (const FootprintEntry& entry : footprint.entries) {
    footprint.whole_bits += entry.bits;
    least_bits += entry.least_bits;
    if (entry.recurrent) footprint.recurrent_bits += entry.bits;
  }
  footprint.whole = ratio(static_cast<double>(footprint.whole_bits), network.float_parameters);
  footprint.recurrent =
      ratio(static_cast<double>(footprint.recurrent_bits), network.float_recurrent_parameters);
  footprint.entropy = ratio(least_bits, network.float_parameters);
  return footprint;
}

}  // namespace fixgate
