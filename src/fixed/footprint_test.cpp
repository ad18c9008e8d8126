#include "fixed/footprint.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"
#include "fixed/testing/example_table.h"

namespace fixgate {
namespace {

std::int64_t bits_of(const Footprint& footprint, const std::string& name, const std::string& kind) {
  for (const FootprintEntry& entry : footprint.entries)
    if (entry.name == name && entry.kind == kind) return entry.bits;
  return -1;
}

// Dense layers only: 2 inputs, 3 outputs.
FixedChain dense_network() {
  FixedChain network;
  network.name = "dense";
  network.inputs = 2;
  network.input_signal = 0;
  network.signals = {{"input", SignalRole::Input, {}}, {"d.out", SignalRole::Output, {}}};
  network.weights = {{"d.W", 3, 2, 5, {1, 2, 3, 4, 5, 6}, {4, 9, 4}}};
  network.layers = {FixedDense{"d", 0, 0, {-4, 3, 0}, -1, -1, 1}};
  network.float_parameters = 9;
  return network;
}

TEST(Footprint, DenseByHand) {
  const Footprint footprint = measure_footprint(program_of(dense_network()));
  EXPECT_EQ(bits_of(footprint, "d.W", "weights"), 30);
  EXPECT_EQ(bits_of(footprint, "d.W", "binary points"), 9);  // 0..5: 3 bits a row
  EXPECT_EQ(bits_of(footprint, "d.b", "bias"), 9);           // -4..3: 3 bits
  EXPECT_EQ(footprint.whole_bits, 48);
  EXPECT_EQ(footprint.recurrent_bits, 0);
  EXPECT_DOUBLE_EQ(footprint.whole, 48.0 / (32 * 9));
  EXPECT_EQ(footprint.recurrent, 0);
}

TEST(Footprint, RowsOfDifferentWidthsByHand) {
  FixedChain network = dense_network();
  network.weights[0].row_widths = {2, 4, 5};
  const Footprint footprint = measure_footprint(program_of(network));
  EXPECT_EQ(bits_of(footprint, "d.W", "weights"), 22);        // 2 columns
  EXPECT_EQ(bits_of(footprint, "d.W", "widths of rows"), 6);  // 0..3: 2 bits a row
  network.weights[0].row_widths = {5, 5, 5};
  EXPECT_EQ(measure_footprint(program_of(network)).whole_bits,
            measure_footprint(program_of(dense_network())).whole_bits);
}

TEST(Footprint, EqualBinaryPointsAndNoBiasCostNothing) {
  FixedChain network = dense_network();
  network.weights[0].row_fractions = {64, 64, 64};
  std::get<FixedDense>(network.layers[0]).bias.clear();
  const Footprint footprint = measure_footprint(program_of(network));
  ASSERT_EQ(footprint.entries.size(), 1U);
  EXPECT_EQ(footprint.whole_bits, 30);
}

TEST(Footprint, TiedMatrixOnce) {
  for (const FixedChain& network : example_networks()) {
    std::int64_t weights = 0;
    for (const WeightMatrix& matrix : network.weights)
      weights += matrix.width * static_cast<std::int64_t>(matrix.values.size());
    std::int64_t counted = 0;
    for (const FootprintEntry& entry : measure_footprint(program_of(network)).entries)
      if (entry.kind == "weights") counted += entry.bits;
    EXPECT_EQ(counted, weights) << network.name;
  }
}

TEST(Footprint, EntropyByHand) {
  EXPECT_EQ(entropy_of({}), 0);
  EXPECT_EQ(entropy_of({7, 7, 7}), 0);
  EXPECT_DOUBLE_EQ(entropy_of({-3, 5}), 1);
  EXPECT_DOUBLE_EQ(entropy_of({0, 0, 1, 2}), 1.5);
  EXPECT_DOUBLE_EQ(entropy_of({0, 1, 2, 3, 4, 5, 6, 7}), 3);
}

TEST(Footprint, EntropyCountsForWeightsAlone) {
  FixedChain network = dense_network();
  network.weights[0].values = {1, 1, 1, 1, -1, -1};
  const Footprint footprint = measure_footprint(program_of(network));
  const double others = static_cast<double>(footprint.whole_bits - bits_of(footprint, "d.W", "weights"));
  const double entropy = -(4 * std::log2(4 / 6.0) + 2 * std::log2(2 / 6.0));
  EXPECT_DOUBLE_EQ(footprint.entropy, (others + entropy) / (32 * 9));
  EXPECT_LT(footprint.entropy, footprint.whole);
}

TEST(Footprint, TableBits) {
  ActivationTable table;
  table.segments = {{0, 16, 8}, {32, 20, -4}};
  EXPECT_EQ(table_bits(table), 2 * (6 + 5 + 5));  // starts 0..32, offsets 16..20, slopes -4..8
  table.segments = {{0, 0, 0}};
  EXPECT_EQ(table_bits(table), 3);
  table.kind = TableKind::Lookup;
  table.entries = {0, 255, 3};
  EXPECT_EQ(table_bits(table), 24);
  table.entries = {-1, 255, 3};
  EXPECT_EQ(table_bits(table), 27);
  table.kind = TableKind::Rectifier;
  EXPECT_EQ(table_bits(table), 0);
}

FixedChain example(const std::string& name) {
  for (FixedChain& network : example_networks())
    if (network.name == name) return network;
  throw std::out_of_range(name);
}

std::vector<FootprintEntry> table_entries(const program::FixedNetwork& network) {
  std::vector<FootprintEntry> tables;
  for (const FootprintEntry& entry : measure_footprint(network).entries)
    if (entry.kind == "table") tables.push_back(entry);
  return tables;
}

TEST(Footprint, EqualTablesOnceAndRecurrentIfAnyReaderIs) {
  program::FixedNetwork network = program_of(example("tiny_rnn"));
  ASSERT_EQ(network.tables.size(), 1U);
  const program::TableId again = network.tables.add(*network.tables.begin());
  for (program::TableId& table : network.table_of) table = again;  // the recurrent layer reads the second one
  const auto tables = table_entries(network);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_TRUE(tables[0].name.starts_with("table 0 ")) << tables[0].name;
  EXPECT_TRUE(tables[0].recurrent);
  EXPECT_EQ(tables[0].bits, table_bits(std::get<ActivationTable>(*network.tables.begin())));
  network.program.states = {};  // no layer is recurrent any more
  network.initial = {};
  ASSERT_EQ(table_entries(network).size(), 1U);
  EXPECT_FALSE(table_entries(network)[0].recurrent);
}

TEST(Footprint, InitialStatesCountForTheWholeOnly) {
  for (const FixedChain& network : example_networks()) {
    if (network.name != "tiny_lstm") continue;
    const Footprint footprint = measure_footprint(program_of(network));
    EXPECT_EQ(bits_of(footprint, "rnn0.h0", "initial state"), 4 * 8);
    EXPECT_EQ(bits_of(footprint, "rnn0.c0", "initial state"), 4 * 12);
    FixedChain without = network;
    std::get<FixedRecurrent>(without.layers[0]).cells[0].initial_hidden.clear();
    const Footprint less = measure_footprint(program_of(without));
    EXPECT_EQ(less.whole_bits, footprint.whole_bits - 32);
    EXPECT_EQ(less.recurrent_bits, footprint.recurrent_bits);
  }
}

TEST(Footprint, SumsOfEntries) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Footprint footprint = measure_footprint(program_of(random_network(seed)));
    std::int64_t whole = 0;
    std::int64_t recurrent = 0;
    for (const FootprintEntry& entry : footprint.entries) {
      EXPECT_GT(entry.bits, 0);
      whole += entry.bits;
      recurrent += entry.recurrent ? entry.bits : 0;
    }
    EXPECT_EQ(whole, footprint.whole_bits);
    EXPECT_EQ(recurrent, footprint.recurrent_bits);
  }
}

}  // namespace
}  // namespace fixgate
