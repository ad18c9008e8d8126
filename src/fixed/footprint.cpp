#include "fixed/footprint.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "numeric/accumulator.h"

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

std::int64_t bias_bits(const BiasVector& bias) {
  const auto [low, high] = std::minmax_element(bias.begin(), bias.end());
  return signed_width(*low, *high) * count_of(bias);
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

// Marks what recurrent layers read, and lists biases and initial states.
class FootprintCounter {
 public:
  explicit FootprintCounter(const FixedNetwork& network)
      : network_(network),
        weights_are_recurrent_(network.weights.size()),
        table_is_recurrent_(network.tables.size()) {
    for (const FixedLayer& layer : network.layers) std::visit(*this, layer);
  }

  void operator()(const FixedEmbedding&) {}
  void operator()(const FixedSelect&) {}
  void operator()(const FixedDense& layer) { add_bias(layer.name + ".b", layer.bias, false); }
  void operator()(const FixedRecurrent& layer) {
    for (const FixedCell& cell : layer.cells) add_cell(cell_prefix(layer, cell), cell);
  }

  [[nodiscard]] std::vector<FootprintEntry> entries() {
    std::vector<FootprintEntry> all;
    for (std::size_t w = 0; w < network_.weights.size(); ++w) add_matrix(all, w);
    all.insert(all.end(), vectors_.begin(), vectors_.end());
    for (std::size_t t = 0; t < network_.tables.size(); ++t) add_table(all, t);
    return all;
  }

 private:
  void add_cell(const std::string& prefix, const FixedCell& cell) {
    for (const FixedGate& gate : cell.gates) {
      weights_are_recurrent_[static_cast<std::size_t>(gate.input_weights)] = true;
      weights_are_recurrent_[static_cast<std::size_t>(gate.recurrent_weights)] = true;
      table_is_recurrent_[static_cast<std::size_t>(gate.table)] = true;
      add_bias(prefix + "b_" + gate.name, gate.bias, true);
      add_bias(prefix + "b_rec", gate.recurrent_bias, true);
    }
    if (cell.cell_table >= 0) table_is_recurrent_[static_cast<std::size_t>(cell.cell_table)] = true;
    add_state(prefix + "h0", cell.initial_hidden, cell.signals.hidden);
    add_state(prefix + "c0", cell.initial_cell, cell.signals.cell);
  }

  void add_bias(std::string name, const BiasVector& bias, bool recurrent) {
    if (!bias.empty()) vectors_.push_back(plain(std::move(name), "bias", bias_bits(bias), recurrent));
  }

  void add_state(std::string name, const std::vector<std::int64_t>& state, int signal) {
    if (state.empty()) return;
    const int width = network_.signals[static_cast<std::size_t>(signal)].format.format.width;
    vectors_.push_back(plain(std::move(name), "initial state", width * count_of(state), false));
  }

  void add_matrix(std::vector<FootprintEntry>& all, std::size_t index) const {
    const WeightMatrix& matrix = network_.weights[index];
    const bool recurrent = weights_are_recurrent_[index];
    const std::int64_t count = count_of(matrix.values);
    all.push_back({matrix.name, "weights", matrix.stored_bits(), recurrent,
                   static_cast<double>(count) * entropy_of(matrix.values)});
    if (const std::int64_t bits = by_row_bits(matrix.row_fractions); bits > 0)
      all.push_back(plain(matrix.name, "binary points", bits, recurrent));
    if (const std::int64_t bits = by_row_bits(matrix.row_widths); bits > 0)
      all.push_back(plain(matrix.name, "widths of rows", bits, recurrent));
  }

  void add_table(std::vector<FootprintEntry>& all, std::size_t index) const {
    const auto& tables = network_.tables;
    const auto is_same = [&](const ActivationTable& other) { return other == tables[index]; };
    const auto here = tables.begin() + static_cast<std::ptrdiff_t>(index);
    const std::int64_t bits = table_bits(tables[index]);
    if (bits == 0 || std::any_of(tables.begin(), here, is_same)) return;
    bool recurrent = false;
    for (std::size_t t = index; t < tables.size(); ++t)
      recurrent = recurrent || (is_same(tables[t]) && table_is_recurrent_[t]);
    all.push_back(plain(fmt::format("table {} {}", index, tables[index].function), "table", bits, recurrent));
  }

  const FixedNetwork& network_;
  std::vector<bool> weights_are_recurrent_;
  std::vector<bool> table_is_recurrent_;
  std::vector<FootprintEntry> vectors_;
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

Footprint measure_footprint(const FixedNetwork& network) {
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
