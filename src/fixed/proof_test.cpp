#include "fixed/proof.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "fixed/testing/example_networks.h"
#include "numeric/accumulator.h"

namespace fixgate {
namespace {

FixedNetwork example(const std::string& name) {
  for (FixedNetwork& network : example_networks())
    if (network.name == name) return network;
  throw std::out_of_range(name);
}

std::vector<ProvenWidth> sums_of(const FixedNetwork& network) {
  return *prove_widths(network);
}

std::map<std::string, ProvenWidth> proven(const FixedNetwork& network) {
  std::map<std::string, ProvenWidth> by_name;
  for (const ProvenWidth& sum : sums_of(network)) by_name[sum.name] = sum;
  return by_name;
}

void set_format(FixedNetwork& network, const std::string& name, const Format& format) {
  for (FixedSignal& signal : network.signals)
    if (signal.name == name) signal.format.format = format;
}

FixedNetwork dense_network() {
  FixedNetwork network;
  network.inputs = 2;
  network.input_signal = 0;
  network.signals = {{"input", SignalRole::Input, {{true, 4, 3}, {}, {}}}, {"d.out", SignalRole::Output, {}}};
  network.weights = {{"d.W", 1, 2, 4, {3, -2}, {2}}};
  network.layers = {FixedDense{"d", 0, 0, {5}, -1, -1, 1}};
  return network;
}

TEST(AccumulatorFraction, LargestOfTheParts) {
  EXPECT_EQ(accumulator_fraction(6, 7), 13);
  EXPECT_EQ(accumulator_fraction(-6, 2), -4);
  EXPECT_EQ(accumulator_fraction(6, 7, 5, 9), 14);
  EXPECT_EQ(accumulator_fraction(6, 7, 5, 7), 13);
}

TEST(Section5, ExampleAsANetwork) {
  const auto sums = prove_widths(dense_network());
  ASSERT_TRUE(sums);
  EXPECT_EQ(*sums, (std::vector<ProvenWidth>{{"d.acc", 7, 5, 5, 0, 1}}));
}

TEST(ProveWidths, OneEntryForEachSumInTheOrderOfTheDataFlow) {
  const auto names = [](const std::string& name) {
    std::vector<std::string> all;
    for (const ProvenWidth& sum : sums_of(example(name))) all.push_back(sum.name);
    return all;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("tiny_lstm"), (Names{"rnn0.acc_i", "rnn0.acc_o", "rnn0.acc_f", "rnn0.acc_c", "rnn0.sum_c",
                                       "rnn0.product_h", "decoder.acc"}));
  EXPECT_EQ(names("tiny_gru_reset_before"), (Names{"rnn0.acc_z", "rnn0.acc_r", "rnn0.product_rh",
                                                   "rnn0.acc_h", "rnn0.sum_h", "decoder.acc"}));
  EXPECT_EQ(names("tiny_gru_reset_after"),
            (Names{"rnn0.acc_z", "rnn0.acc_r", "rnn0.acc_rec", "rnn0.acc_h", "rnn0.sum_h", "decoder.acc"}));
  EXPECT_EQ(names("tiny_rnn"), (Names{"rnn0.acc_i", "decoder.acc"}));
  const Names both = names("tiny_bidirectional");
  EXPECT_EQ(both[0], "rnn0.forward.acc_i");
  EXPECT_EQ(both[6], "rnn0.reverse.acc_i");
  EXPECT_EQ(both.size(), 26U);
}

TEST(ProveWidths, EachSumNamesTheSignalItIsRequantisedInto) {
  const std::map<std::string, std::string> expected{
      {"rnn0.acc_z", "rnn0.pre_z"},   {"rnn0.acc_r", "rnn0.pre_r"}, {"rnn0.acc_rec", "rnn0.rec"},
      {"rnn0.acc_h", "rnn0.pre_h"},   {"rnn0.sum_h", "rnn0.h"},     {"decoder.acc", "decoder.out"},
      {"rnn0.product_rh", "rnn0.rh"},
  };
  for (const char* name : {"tiny_gru_reset_before", "tiny_gru_reset_after"}) {
    const FixedNetwork network = example(name);
    for (const auto& [sum, width] : proven(network))
      EXPECT_EQ(network.signals[static_cast<std::size_t>(width.signal)].name, expected.at(sum));
  }
}

// f, i, o: 0..255 at 8; c: -2048..2047 at 9; g, t: -128..127 at 7.
TEST(ProveWidths, LstmStateByHand) {
  const auto sums = proven(example("tiny_lstm"));
  const ProvenWidth& cell = sums.at("rnn0.sum_c");
  EXPECT_EQ(cell.width, 21);  // -2048 * 255 - 128 * 255 * 2^2 = -652800
  EXPECT_EQ(cell.min_fraction, 17);
  EXPECT_EQ(cell.max_fraction, 17);
  EXPECT_EQ(cell.max_alignment, 2);
  const ProvenWidth& hidden = sums.at("rnn0.product_h");
  EXPECT_EQ(hidden.width, 16);  // -128 * 255 = -32640
  EXPECT_EQ(hidden.max_fraction, 15);
}

// h, n: -128..127 at 7; z: 0..255 at 8.
TEST(ProveWidths, GruStateByHand) {
  FixedNetwork network = example("tiny_gru_reset_after");
  EXPECT_EQ(proven(network).at("rnn0.sum_h"),
            (ProvenWidth{"rnn0.sum_h", 18, 15, 15, 8,
                         proven(network).at("rnn0.sum_h").signal}));  // -255^2 - 128 * 2^8
  // n at 9: h - n at 9 from -128 * 4 - 127 to 127 * 4 + 128, times z at 17, plus n * 2^8
  set_format(network, "rnn0.n", {true, 8, 9});
  const ProvenWidth finer = proven(network).at("rnn0.sum_h");
  EXPECT_EQ(finer.width, 19);  // -639 * 255 - 32768 = -195713
  EXPECT_EQ(finer.max_fraction, 17);
  // z at -4: n is the finer of the two terms: (h - n) * z * 2^4 + n
  set_format(network, "rnn0.n", {true, 8, 7});
  set_format(network, "rnn0.z", {false, 8, -4});
  const ProvenWidth coarse = proven(network).at("rnn0.sum_h");
  EXPECT_EQ(coarse.width, 21);  // -255 * 255 * 2^4 - 128 = -1040528
  EXPECT_EQ(coarse.max_fraction, 7);
  EXPECT_EQ(coarse.max_alignment, 4);
}

TEST(ProveWidths, RefusesByNameRowAndWidth) {
  FixedNetwork network = dense_network();
  std::get<FixedDense>(network.layers[0]).bias = {std::numeric_limits<std::int64_t>::max()};
  const auto sums = prove_widths(network);
  ASSERT_FALSE(sums);
  EXPECT_EQ(sums.error().message.find("d.acc needs 65 bits (row 0), more than 64"), 0)
      << sums.error().message;
}

TEST(ProveWidths, HostileFormatsAreRefusedNotOverflown) {
  for (const char* name : {"tiny_lstm", "tiny_gru_reset_before", "tiny_gru_reset_after"})
    for (std::size_t s = 0; s < example(name).signals.size(); ++s)
      for (const int fraction : {-64, 64}) {
        FixedNetwork network = example(name);
        for (FixedSignal& signal : network.signals) signal.format.format = {true, 32, 64};
        network.signals[s].format.format = {true, 32, fraction};
        for (WeightMatrix& matrix : network.weights)
          matrix.row_fractions.assign(matrix.row_fractions.size(), s % 2 == 0 ? 64 : -64);
        const auto sums = prove_widths(network);
        if (!sums) continue;
        for (const ProvenWidth& sum : *sums) EXPECT_LE(sum.width, kMaxAccumulatorWidth);
      }
}

// --- every gate against the sums of section 5 with the worst inputs ---

struct Extremes {
  Wide low = 0;
  Wide high = 0;
  void add(Wide a, Wide b, int shift) {
    low += std::min<Wide>({a, b, 0}) * (Wide{1} << shift);
    high += std::max<Wide>({a, b, 0}) * (Wide{1} << shift);
  }
  [[nodiscard]] int width() const {
    int bits = 1;
    for (Wide half = 1; low < -half || high >= half; half *= 2) ++bits;
    return bits;
  }
};

int expected_width(const FixedNetwork& network, const FixedGate& gate, const Format& x, const Format& h) {
  const WeightMatrix& w = network.weights[static_cast<std::size_t>(gate.input_weights)];
  const WeightMatrix& r = network.weights[static_cast<std::size_t>(gate.recurrent_weights)];
  int widest = 0;
  for (int row = 0; row < w.rows; ++row) {
    const auto j = static_cast<std::size_t>(row);
    const int fw = w.row_fractions[j] + x.fraction;
    const int fr = r.row_fractions[j] + h.fraction;
    Extremes sum;
    for (const std::int32_t q : w.row(row))
      sum.add(Wide{q} * x.min(), Wide{q} * x.max(), std::max(0, fr - fw));
    for (const std::int32_t q : r.row(row))
      sum.add(Wide{q} * h.min(), Wide{q} * h.max(), std::max(0, fw - fr));
    if (!gate.bias.empty()) sum.add(gate.bias[j], gate.bias[j], 0);
    widest = std::max(widest, sum.width());
  }
  return widest;
}

RC_GTEST_PROP(ProveWidthsProperty, GatesAsInSection5, (std::uint64_t seed)) {
  const FixedNetwork network = random_network(seed);
  const auto sums = proven(network);
  for (const FixedLayer& layer : network.layers) {
    const auto* recurrent = std::get_if<FixedRecurrent>(&layer);
    if (recurrent == nullptr) continue;
    for (const FixedCell& cell : recurrent->cells)
      for (const FixedGate& gate : cell.gates) {
        if (recurrent->linear_before_reset && gate.name == "h") continue;
        const int h = recurrent->kind == CellKind::Gru && gate.name == "h" ? cell.signals.reset_hidden
                                                                           : cell.signals.hidden;
        const auto format = [&](int signal) {
          return network.signals[static_cast<std::size_t>(signal)].format.format;
        };
        RC_ASSERT(sums.at(cell_prefix(*recurrent, cell) + "acc_" + gate.name).width ==
                  expected_width(network, gate, format(recurrent->input_signal), format(h)));
      }
  }
}

// W x + Wb at fW + fx, and r * rec, aligned.
RC_GTEST_PROP(ProveWidthsProperty, LinearBeforeReset, (std::uint64_t seed)) {
  ExampleShape shape{.name = "lbr", .kind = CellKind::Gru, .linear_before_reset = true, .any_format = true};
  const FixedNetwork network = make_example(shape, seed);
  const auto& layer = std::get<FixedRecurrent>(network.layers[0]);
  const FixedCell& cell = layer.cells[0];
  const FixedGate& gate = cell.gates[2];
  const auto format = [&](int signal) {
    return network.signals[static_cast<std::size_t>(signal)].format.format;
  };
  const Format x = format(layer.input_signal);
  const Format r = format(cell.signals.gate[1]);
  const Format rec = format(cell.signals.recurrent);
  const WeightMatrix& w = network.weights[static_cast<std::size_t>(gate.input_weights)];
  int widest = 0;
  for (int row = 0; row < w.rows; ++row) {
    const auto j = static_cast<std::size_t>(row);
    const int from_w = w.row_fractions[j] + x.fraction;
    const int from_r = r.fraction + rec.fraction;
    Extremes sum;
    for (const std::int32_t q : w.row(row))
      sum.add(Wide{q} * x.min(), Wide{q} * x.max(), std::max(0, from_r - from_w));
    sum.add(gate.bias[j], gate.bias[j], std::max(0, from_r - from_w));
    sum.add(Wide{r.max()} * rec.min(), Wide{r.max()} * rec.max(), std::max(0, from_w - from_r));  // r >= 0
    widest = std::max(widest, sum.width());
  }
  RC_ASSERT(proven(network).at("rnn0.acc_h").width == widest);
}

}  // namespace
}  // namespace fixgate
