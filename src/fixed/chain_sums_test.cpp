// The proof of width over whole networks: docs/numerics.md, sections 5 and 7.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"
#include "numeric/accumulator.h"
#include "program/exact_sums.h"

namespace fixgate {
namespace {

using program::ProvenSum;

FixedChain example(const std::string& name) {
  for (FixedChain& network : example_networks())
    if (network.name == name) return network;
  throw std::out_of_range(name);
}

/// By name of the value that the sum is requantised into, in the order of the statements.
std::vector<std::pair<std::string, ProvenSum>> sums_of(const FixedChain& chain) {
  const program::FixedNetwork network = program_of(chain);
  std::vector<std::pair<std::string, ProvenSum>> sums;
  const auto all = program::prove_sums(network);
  for (const ProvenSum& sum : *all)
    sums.emplace_back(full_name(network.program, network.program.values[sum.target]), sum);
  return sums;
}

std::map<std::string, ProvenSum> proven(const FixedChain& chain) {
  std::map<std::string, ProvenSum> by_name;
  for (const auto& [name, sum] : sums_of(chain)) by_name.emplace(name, sum);
  return by_name;
}

void set_format(FixedChain& network, const std::string& name, const Format& format) {
  for (FixedSignal& signal : network.signals)
    if (signal.name == name) signal.format.format = format;
}

FixedChain dense_network() {
  FixedChain network;
  network.inputs = 2;
  network.input_signal = 0;
  network.signals = {{"input", SignalRole::Input, {{true, 4, 3}, {}, {}}}, {"d.out", SignalRole::Output, {}}};
  network.weights = {{"d.W", 1, 2, 4, {3, -2}, {2}}};
  network.layers = {FixedDense{"d", 0, 0, {5}, -1, -1, 1}};
  return network;
}

TEST(Section5, ExampleAsANetwork) {
  const auto sums = sums_of(dense_network());
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].first, "d.out");
  EXPECT_EQ(sums[0].second, (ProvenSum{sums[0].second.target, 7, 5, 5, 0}));
}

TEST(ProveSums, OneEntryForEachSumInTheOrderOfTheStatements) {
  const auto names = [](const std::string& name) {
    std::vector<std::string> all;
    for (const auto& [target, sum] : sums_of(example(name))) all.push_back(target);
    return all;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("tiny_lstm"), (Names{"rnn0.pre_i", "rnn0.pre_f", "rnn0.pre_c", "rnn0.c", "rnn0.pre_o",
                                       "rnn0.h", "decoder.out"}));
  EXPECT_EQ(names("tiny_gru_reset_before"),
            (Names{"rnn0.pre_z", "rnn0.pre_r", "rnn0.rh", "rnn0.pre_h", "rnn0.h", "decoder.out"}));
  EXPECT_EQ(names("tiny_gru_reset_after"),
            (Names{"rnn0.pre_z", "rnn0.pre_r", "rnn0.rec", "rnn0.pre_h", "rnn0.h", "decoder.out"}));
  EXPECT_EQ(names("tiny_rnn"), (Names{"rnn0.pre_i", "decoder.out"}));
  const Names both = names("tiny_bidirectional");
  EXPECT_EQ(both[0], "rnn0.forward.pre_i");
  EXPECT_EQ(both[6], "rnn0.reverse.pre_i");
  EXPECT_EQ(both.size(), 26U);
}

// f, i, o: 0..255 at 8; c: -2048..2047 at 9; g, t: -128..127 at 7.
TEST(ProveSums, LstmStateByHand) {
  const auto sums = proven(example("tiny_lstm"));
  const ProvenSum& cell = sums.at("rnn0.c");
  EXPECT_EQ(cell.width, 21);  // -2048 * 255 - 128 * 255 * 2^2 = -652800
  EXPECT_EQ(cell.min_fraction, 17);
  EXPECT_EQ(cell.max_fraction, 17);
  EXPECT_EQ(cell.max_alignment, 2);
  const ProvenSum& hidden = sums.at("rnn0.h");
  EXPECT_EQ(hidden.width, 16);  // -128 * 255 = -32640
  EXPECT_EQ(hidden.max_fraction, 15);
}

// h, n: -128..127 at 7; z: 0..255 at 8.
TEST(ProveSums, GruStateByHand) {
  FixedChain network = example("tiny_gru_reset_after");
  const ProvenSum plain = proven(network).at("rnn0.h");
  EXPECT_EQ(plain, (ProvenSum{plain.target, 18, 15, 15, 8}));  // -255^2 - 128 * 2^8
  // n at 9: h - n at 9 from -128 * 4 - 127 to 127 * 4 + 128, times z at 17, plus n * 2^8
  set_format(network, "rnn0.n", {true, 8, 9});
  const ProvenSum finer = proven(network).at("rnn0.h");
  EXPECT_EQ(finer.width, 19);  // -639 * 255 - 32768 = -195713
  EXPECT_EQ(finer.max_fraction, 17);
  // z at -4: n is the finer of the two terms: (h - n) * z * 2^4 + n
  set_format(network, "rnn0.n", {true, 8, 7});
  set_format(network, "rnn0.z", {false, 8, -4});
  const ProvenSum coarse = proven(network).at("rnn0.h");
  EXPECT_EQ(coarse.width, 21);  // -255 * 255 * 2^4 - 128 = -1040528
  EXPECT_EQ(coarse.max_fraction, 7);
  EXPECT_EQ(coarse.max_alignment, 4);
}

TEST(ProveSums, RefusesByNameAndWidth) {
  FixedChain network = dense_network();
  std::get<FixedDense>(network.layers[0]).bias = {std::numeric_limits<std::int64_t>::max()};
  const auto sums = program::prove_sums(program_of(network));
  ASSERT_FALSE(sums);
  EXPECT_NE(sums.error().message.find("d.out"), std::string::npos) << sums.error().message;
  EXPECT_NE(sums.error().message.find("65 bits"), std::string::npos) << sums.error().message;
}

TEST(ProveSums, HostileFormatsAreRefusedNotOverflown) {
  for (const char* name : {"tiny_lstm", "tiny_gru_reset_before", "tiny_gru_reset_after"})
    for (std::size_t s = 0; s < example(name).signals.size(); ++s)
      for (const int fraction : {-64, 64}) {
        FixedChain network = example(name);
        for (FixedSignal& signal : network.signals) signal.format.format = {true, 32, 64};
        network.signals[s].format.format = {true, 32, fraction};
        for (WeightMatrix& matrix : network.weights)
          matrix.row_fractions.assign(matrix.row_fractions.size(), s % 2 == 0 ? 64 : -64);
        const auto sums = program::prove_sums(program_of(network));
        if (!sums) continue;
        for (const ProvenSum& sum : *sums) EXPECT_LE(sum.width, kMaxAccumulatorWidth);
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

int expected_width(const FixedChain& network, const FixedGate& gate, const Format& x, const Format& h) {
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

RC_GTEST_PROP(ProveSumsProperty, GatesAsInSection5, (std::uint64_t seed)) {
  const FixedChain network = random_network(seed);
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
        RC_ASSERT(sums.at(cell_prefix(*recurrent, cell) + "pre_" + gate.name).width ==
                  expected_width(network, gate, format(recurrent->input_signal), format(h)));
      }
  }
}

// W x + Wb at fW + fx, and r * rec, aligned.
RC_GTEST_PROP(ProveSumsProperty, LinearBeforeReset, (std::uint64_t seed)) {
  ExampleShape shape{.name = "lbr", .kind = CellKind::Gru, .linear_before_reset = true, .any_format = true};
  const FixedChain network = make_example(shape, seed);
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
  RC_ASSERT(proven(network).at("rnn0.pre_h").width == widest);
}

}  // namespace
}  // namespace fixgate
