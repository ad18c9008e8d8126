#include "hardware/memories.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "hardware/aligned_sums.h"
#include "hardware/network_parts.h"
#include "hardware/random_design_test.h"

namespace fixgate {
namespace {

// A memory file's words, as bits, the lowest first.
class Words {
 public:
  explicit Words(const std::string& hex) {
    std::istringstream lines(hex);
    std::string line;
    std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("// "));
    while (std::getline(lines, line)) words_.push_back(bits_of(line));
  }

  [[nodiscard]] std::size_t count() const { return words_.size(); }
  [[nodiscard]] std::int64_t number(int word, int first, int width, bool is_signed = true) const {
    std::int64_t value = 0;
    for (int bit = width - 1; bit >= 0; --bit)
      value =
          value * 2 + (words_[static_cast<std::size_t>(word)][static_cast<std::size_t>(first + bit)] ? 1 : 0);
    return is_signed && value >> (width - 1) != 0 ? value - (std::int64_t{1} << width) : value;
  }

  /// Of a word of weights, the one at `index`.
  [[nodiscard]] std::int64_t weight(int word, int index, const WeightCode& code) const {
    if (code.encoding == WeightEncoding::Binary) return number(word, index, 1, false) == 1 ? -1 : 1;
    if (code.encoding == WeightEncoding::Ternary) {
      std::int64_t byte = number(word, index / 5 * 8, 8, false);
      for (int k = 0; k < index % 5; ++k) byte /= 3;
      return byte % 3 - 1;
    }
    const std::int64_t stored = number(word, index * code.width, code.width);
    if (code.encoding == WeightEncoding::Integer) return stored;
    const std::int64_t exponent = number(word, index * code.width, code.width - 1, false) - 1;
    return exponent < 0 ? 0 : (stored < 0 ? -1 : 1) * (std::int64_t{1} << exponent);
  }

 private:
  static std::vector<bool> bits_of(const std::string& hex) {
    std::vector<bool> bits;
    for (auto digit = hex.rbegin(); digit != hex.rend(); ++digit)
      for (int bit = 0; bit < 4; ++bit)
        bits.push_back((std::stoi(std::string(1, *digit), nullptr, 16) >> bit & 1) != 0);
    return bits;
  }

  std::vector<std::vector<bool>> words_;
};

std::map<std::string, Words> words_of(const Accelerator& accelerator) {
  const auto memories = list_memories(accelerator);
  EXPECT_TRUE(memories) << memories.error().message;
  std::map<std::string, Words> words;
  for (const MemoryFile& memory : *memories)
    words.emplace(memory.name, Words(memory.image.hex(memory.content)));
  return words;
}

// Where docs/hardware.md says that a row stands: its group, and its lane in it.
struct Place {
  int group;
  int lane;
};
Place place_of(const EngineShape& shape, const EngineGeometry& geometry, int units, int gate, int unit) {
  const int lanes = geometry.lanes;
  if (!shape.has_second_pass()) {
    const int row = unit * shape.gates_by_pass().front() + gate;
    return {row / lanes, row % lanes};
  }
  const int first_groups = (2 * units + lanes - 1) / lanes;
  if (gate == 2) return {first_groups + unit / lanes, unit % lanes};
  const int row = (gate == 1 ? 0 : units) + unit;
  return {row / lanes, row % lanes};
}

// A weight's word in its group, and element in it.
struct Column {
  int word;
  int element;
};
Column input_column(const EngineGeometry& geometry, int column) {
  return {column / geometry.split, column % geometry.split};
}
Column hidden_column(const EngineGeometry& geometry, int units, int column) {
  const int slice = column / units;
  const int words = (units + geometry.split - 1) / geometry.split;
  return {slice * words + column % units / geometry.split, column % units % geometry.split};
}

struct Side {
  const WeightMatrix& matrix;
  WeightCode code;
  bool hidden;
  int words;  // of a group
};

// What a place without a weight holds.
std::int64_t padding_of(const WeightCode& code) {
  return code.encoding == WeightEncoding::Binary ? 1 : 0;
}

// Every weight where it belongs; their sum, less that of the padding in their place, to know that nothing
// else is there.
std::int64_t check_weights(const Words& words, const EngineShape& shape, const EngineGeometry& geometry,
                           int gate, const Side& side) {
  const int units = (shape.outputs + geometry.slices - 1) / geometry.slices;
  std::int64_t sum = 0;
  for (int row = 0; row < side.matrix.rows; ++row) {
    const Place place = place_of(shape, geometry, units, gate, row % units);
    for (int column = 0; column < side.matrix.columns; ++column) {
      const Column at = side.hidden ? hidden_column(geometry, units, column) : input_column(geometry, column);
      const int weight = (row / units * geometry.lanes + place.lane) * geometry.split + at.element;
      const std::int64_t expected = side.matrix.row(row)[static_cast<std::size_t>(column)];
      EXPECT_EQ(words.weight(place.group * side.words + at.word, weight, side.code), expected)
          << side.matrix.name << ' ' << row << ' ' << column;
      sum += expected - padding_of(side.code);
    }
  }
  return sum;
}

// Of everything in a weight memory, less that of padding alone.
std::int64_t sum_of(const Words& words, const EngineGeometry& geometry, const WeightCode& code) {
  std::int64_t sum = 0;
  for (std::size_t word = 0; word < words.count(); ++word)
    for (int weight = 0; weight < geometry.multipliers(); ++weight)
      sum += words.weight(static_cast<int>(word), weight, code) - padding_of(code);
  return sum;
}

void check_recurrent(const Accelerator& accelerator, const Engine& engine) {
  const auto& layer = std::get<FixedRecurrent>(layer_of(accelerator.network, engine));
  const auto words = words_of(accelerator);
  const EngineShape shape = shape_of(accelerator.network, engine);
  const EngineGeometry& geometry = engine.geometry;
  const int units = (shape.outputs + geometry.slices - 1) / geometry.slices;
  const EngineWeights stored = stored_weights(accelerator.network, layer);
  const int w_words = (shape.inputs + geometry.split - 1) / geometry.split;
  const int r_words = geometry.slices * ((units + geometry.split - 1) / geometry.split);
  std::int64_t w_sum = 0;
  std::int64_t r_sum = 0;
  for (std::size_t g = 0; g < layer.cells.front().gates.size(); ++g) {
    const FixedGate& gate = layer.cells.front().gates[g];
    const int index = static_cast<int>(g);
    w_sum += check_weights(words.at(engine.identifier + "_w.hex"), shape, geometry, index,
                           {weights_of(accelerator.network, gate.input_weights), stored.w, false, w_words});
    r_sum +=
        check_weights(words.at(engine.identifier + "_r.hex"), shape, geometry, index,
                      {weights_of(accelerator.network, gate.recurrent_weights), stored.r, true, r_words});
  }
  EXPECT_EQ(sum_of(words.at(engine.identifier + "_w.hex"), geometry, stored.w), w_sum);
  EXPECT_EQ(sum_of(words.at(engine.identifier + "_r.hex"), geometry, stored.r), r_sum);
}

TEST(Memories, WeightsStandWhereTheDocumentSays) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Accelerator accelerator = RandomDesign(seed).accelerator();
    for (const Engine& engine : accelerator.engines)
      if (engine.kind == EngineKind::Lstm || engine.kind == EngineKind::Gru)
        check_recurrent(accelerator, engine);
  }
}

TEST(Memories, DenseWeightsToo) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const Accelerator accelerator = RandomDesign(seed).accelerator();
    const Engine& engine = accelerator.engines.back();
    const auto& layer = std::get<FixedDense>(layer_of(accelerator.network, engine));
    const EngineShape shape = shape_of(accelerator.network, engine);
    const WeightMatrix& matrix = weights_of(accelerator.network, layer.weights);
    const int words = (shape.inputs + engine.geometry.split - 1) / engine.geometry.split;
    const Words memory = words_of(accelerator).at(engine.identifier + "_w.hex");
    const auto sum = check_weights(memory, shape, engine.geometry, 0, {matrix, matrix.code(), false, words});
    EXPECT_EQ(sum_of(memory, engine.geometry, matrix.code()), sum);
  }
}

// The dense layer's rows are read back and compared with the network's own binary points and biases.
TEST(Memories, RowWordsHoldShiftsAndBiases) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const Accelerator accelerator = RandomDesign(seed).accelerator();
    const Engine& engine = accelerator.engines.back();
    const auto& layer = std::get<FixedDense>(layer_of(accelerator.network, engine));
    const WeightMatrix& matrix = weights_of(accelerator.network, layer.weights);
    const auto sums = align_sums(accelerator.network, layer);
    ASSERT_TRUE(sums);
    const Words rows = words_of(accelerator).at(engine.identifier + "_rows.hex");
    ASSERT_EQ(rows.count(), static_cast<std::size_t>(matrix.rows));
    const int most = *std::max_element(matrix.row_fractions.begin(), matrix.row_fractions.end());
    const int shift_width = sums->widths.shift;
    for (int row = 0; row < matrix.rows; ++row) {
      const int shift = most - matrix.row_fractions[static_cast<std::size_t>(row)];
      const std::int64_t bias = layer.bias.empty() ? 0 : layer.bias[static_cast<std::size_t>(row)];
      EXPECT_EQ(rows.number(row, 0, shift_width, false), shift);
      EXPECT_EQ(rows.number(row, shift_width, shift_width, false), 0);
      EXPECT_EQ(rows.number(row, 2 * shift_width, sums->widths.bias), bias << shift);
    }
  }
}

TEST(Memories, TablesAndEmbeddings) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Accelerator accelerator = RandomDesign(seed).accelerator();
    const FixedChain& network = accelerator.network;
    const auto words = words_of(accelerator);
    for (std::size_t t = 0; t < network.tables.size(); ++t) {
      const ActivationTable& table = network.tables[t];
      const bool has_memory = table.kind != TableKind::Rectifier;
      ASSERT_EQ(words.contains(table_memory_name(static_cast<int>(t))), has_memory);
      if (has_memory) {
        EXPECT_EQ(words.at(table_memory_name(static_cast<int>(t))).count(),
                  std::max(table.segments.size(), table.entries.size()));
      }
    }
    if (!network.takes_tokens) continue;
    const WeightMatrix& matrix =
        weights_of(network, std::get<FixedEmbedding>(network.layers.front()).weights);
    for (std::size_t k = 0; k < matrix.values.size(); ++k)
      EXPECT_EQ(words.at("embedding_w.hex").number(static_cast<int>(k), 0, matrix.code().plain_width()),
                matrix.values[k]);
  }
}

}  // namespace
}  // namespace fixgate
