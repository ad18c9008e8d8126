#include "fixed/verify.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "diagnostic/utf8.h"
#include "fixed/testing/example_networks.h"
#include "fixed/testing/example_table.h"
#include "fixed/verify_parts.h"
#include "numeric/shift_limits.h"

namespace fixgate {
namespace {

FixedChain example(const std::string& name) {
  for (FixedChain& network : example_networks())
    if (network.name == name) return network;
  throw std::out_of_range(name);
}

FixedRecurrent& recurrent(FixedChain& network, std::size_t layer = 0) {
  return std::get<FixedRecurrent>(network.layers.at(layer));
}
FixedCell& cell(FixedChain& network, std::size_t index = 0) {
  return recurrent(network).cells.at(index);
}
FixedDense& decoder(FixedChain& network) {
  return std::get<FixedDense>(network.layers.back());
}
FixedSignal& signal(FixedChain& network, int index) {
  return network.signals.at(static_cast<std::size_t>(index));
}

// The example with one change, and words that the error must have.
template <typename Change>
void refuses(const std::string& name, const std::string& words, Change change) {
  FixedChain network = example(name);
  ASSERT_TRUE(verify(network)) << name;
  change(network);
  const auto verified = verify(network);
  ASSERT_FALSE(verified) << name << " is accepted, expected: " << words;
  EXPECT_NE(verified.error().message.find(words), std::string::npos) << verified.error().message;
}

using Net = FixedChain;

TEST(Verify, Examples) {
  for (const FixedChain& network : example_networks()) {
    const auto verified = verify(network);
    EXPECT_TRUE(verified) << network.name << ": " << verified.error().message;
  }
}

RC_GTEST_PROP(VerifyProperty, RandomNetworks, (std::uint64_t seed)) {
  RC_ASSERT(verify(random_network(seed)));
}

TEST(Verify, Texts) {
  refuses("tiny_lstm", "name is not UTF-8", [](Net& n) { n.name = "\xff"; });
  refuses("tiny_lstm", "control characters", [](Net& n) { n.name = "a\nb"; });
  refuses("tiny_lstm", "plan is not UTF-8", [](Net& n) { n.plan = "\xc0\x80"; });
  refuses("tiny_lstm", "table 0: the function is not UTF-8", [](Net& n) { n.tables[0].function = "\x80"; });
  refuses("tiny_lstm", "table 0: the function has control", [](Net& n) { n.tables[0].function = "*/\n"; });
}

TEST(Verify, Names) {
  refuses("tiny_lstm", "a layer has no name", [](Net& n) { recurrent(n).name.clear(); });
  refuses("tiny_lstm", "layer 'a b'", [](Net& n) { recurrent(n).name = "a b"; });
  refuses("tiny_lstm", "layer 'rnn0': there are two", [](Net& n) { decoder(n).name = "rnn0"; });
  refuses("tiny_lstm", "signal 'x:y'", [](Net& n) { n.signals[0].name = "x:y"; });
  refuses("tiny_lstm", "signal 'input': there are two", [](Net& n) { n.signals[1].name = "input"; });
  refuses("tiny_lstm", "weight matrix 'a/b'", [](Net& n) { n.weights[0].name = "a/b"; });
  refuses("tiny_lstm", "weight matrix 'rnn0.W_i': there are two",
          [](Net& n) { n.weights[1].name = "rnn0.W_i"; });
  refuses("tiny_bidirectional", "layer 'rnn0.forward': there are two", [](Net& n) {
    recurrent(n, 1).name = "rnn0.forward";
    recurrent(n, 1).cells.pop_back();
    // as a layer of one direction it needs half of its signals, weights and tables' readers
    const FixedChain whole = n;
    n.layers.resize(2);
    n.signals.clear();
    for (std::size_t s = 0; s < whole.signals.size(); ++s) {
      const std::string& name = whole.signals[s].name;
      if (!name.starts_with("rnn1.reverse") && !name.starts_with("middle") && !name.starts_with("decoder"))
        n.signals.push_back(whole.signals[s]);
    }
    recurrent(n, 1).cells[0].signals.hidden = static_cast<int>(n.signals.size()) - 1;
    n.weights.resize(whole.weights.size());
    std::erase_if(n.weights, [](const WeightMatrix& matrix) {
      return matrix.name.starts_with("rnn1.reverse") || matrix.name.starts_with("middle") ||
             matrix.name.starts_with("decoder");
    });
    std::erase_if(n.tables, [](const ActivationTable& table) { return table.kind == TableKind::Rectifier; });
  });
}

TEST(Verify, Signals) {
  refuses("tiny_lstm", "signal 'input': width 33", [](Net& n) { n.signals[0].format.format.width = 33; });
  refuses("tiny_lstm", "signal 'input': width 0", [](Net& n) { n.signals[0].format.format.width = 0; });
  refuses("tiny_lstm", "signal 'input': 65 fraction",
          [](Net& n) { n.signals[0].format.format.fraction = 65; });
  refuses("tiny_lstm", "is gate, not input", [](Net& n) { n.signals[0].role = SignalRole::Gate; });
  refuses("tiny_lstm", "belongs to no layer", [](Net& n) {
    n.signals.push_back({"more", SignalRole::Dense, {}});
  });
  refuses("tiny_lstm", "is written from elsewhere too",
          [](Net& n) { cell(n).signals.gate[1] = cell(n).signals.gate[0]; });
  refuses("tiny_lstm", "is output, not dense", [](Net& n) {
    n.layers.emplace_back(FixedSelect{"last", {}});
  });
}

TEST(Verify, Weights) {
  refuses("tiny_lstm", "'rnn0.W_i': 0 x 3", [](Net& n) { n.weights[0].rows = 0; });
  refuses("tiny_lstm", "'rnn0.W_i': 4 x -1", [](Net& n) { n.weights[0].columns = -1; });
  refuses("tiny_lstm", "is impossible: rows", [](Net& n) { n.weights[0].rows = kMaxDimension + 1; });
  refuses("tiny_lstm", "4 x 3 weights are 12, not 11", [](Net& n) { n.weights[0].values.pop_back(); });
  refuses("tiny_lstm", "4 rows have 3 binary points", [](Net& n) { n.weights[0].row_fractions.pop_back(); });
  refuses("tiny_lstm", "weight 128 does not fit 8 bits", [](Net& n) { n.weights[0].values[5] = 128; });
  refuses("tiny_lstm", "weight -129 does not fit 8 bits", [](Net& n) { n.weights[0].values[5] = -129; });
  refuses("tiny_lstm", "integer weights of 0 bits are impossible", [](Net& n) { n.weights[0].width = 0; });
  refuses("tiny_lstm", "integer weights of 33 bits are impossible", [](Net& n) { n.weights[0].width = 33; });
  refuses("tiny_lstm", "ternary weights of 3 bits are impossible", [](Net& n) {
    n.weights[0].encoding = WeightEncoding::Ternary;
    n.weights[0].width = 3;
  });
  refuses("tiny_lstm", "weight 3 does not fit power of two, 3 bits", [](Net& n) {
    n.weights[0].encoding = WeightEncoding::PowerOfTwo;
    n.weights[0].width = 3;
    n.weights[0].values.assign(12, 3);
  });
  refuses("tiny_lstm", "4 rows have 3 widths", [](Net& n) { n.weights[0].row_widths = {8, 8, 8}; });
  refuses("tiny_lstm", "row 1: a width of 9 is impossible: 1 to 8", [](Net& n) {
    n.weights[0].row_widths = {8, 9, 8, 8};
  });
  refuses("tiny_lstm", "row 1: a width of 0 is impossible", [](Net& n) {
    n.weights[0].row_widths = {8, 0, 8, 8};
  });
  refuses("tiny_lstm", "row 1: weight 5 does not fit 3 bits", [](Net& n) {
    n.weights[0].row_widths = {8, 3, 8, 8};
    n.weights[0].values[3] = n.weights[0].values[4] = 1;
    n.weights[0].values[5] = 5;
  });
  refuses("tiny_lstm", "ternary weights have no widths of rows", [](Net& n) {
    n.weights[0].encoding = WeightEncoding::Ternary;
    n.weights[0].width = 2;
    n.weights[0].values.assign(12, 1);
    n.weights[0].row_widths = {2, 2, 2, 2};
  });
  refuses("tiny_lstm", "row 2: 65 fraction", [](Net& n) { n.weights[0].row_fractions[2] = 65; });
  refuses("tiny_lstm", "row 2: -65 fraction", [](Net& n) { n.weights[0].row_fractions[2] = -65; });
  refuses("tiny_lstm", "'more' has no use", [](Net& n) { n.weights.push_back({"more", 1, 1, 8, {1}, {0}}); });
  refuses("tiny_lstm", "input weights: 'rnn0.W_i' has another use",
          [](Net& n) { cell(n).gates[1].input_weights = cell(n).gates[0].input_weights; });
  refuses("tiny_lstm", "'rnn0.R_i' has another use", [](Net& n) {
    n.layers.back() =
        FixedDense{"decoder", cell(n).signals.hidden,  cell(n).gates[0].recurrent_weights, {}, -1,
                   -1,        decoder(n).output_signal};
  });
}

TEST(Verify, Tables) {
  refuses("tiny_lstm", "table 0: a piecewise", [](Net& n) { n.tables[0].segments.clear(); });
  refuses("tiny_lstm", "has no entries", [](Net& n) { n.tables[0].entries = {1}; });
  refuses("tiny_lstm", "drops no address bits", [](Net& n) { n.tables[0].drop = 1; });
  refuses("tiny_gru_reset_after", "has no segments", [](Net& n) { n.tables[0].segments.emplace_back(); });
  refuses("tiny_gru_reset_after", "no slope fraction", [](Net& n) { n.tables[0].slope_fraction = 1; });
  refuses("tiny_gru_reset_after", "entries, not", [](Net& n) { n.tables[0].entries.pop_back(); });
  refuses("tiny_bidirectional", "a rectifier has no symmetry",
          [](Net& n) { n.tables.back().symmetry = TableSymmetry::Odd; });
  refuses("tiny_lstm", "activation: index 9 is outside", [](Net& n) { cell(n).gates[0].table = 9; });
  refuses("tiny_lstm", "activation: index -1 is outside", [](Net& n) { cell(n).gates[0].table = -1; });
  refuses("tiny_lstm", "table 3 has no use",
          [](Net& n) { n.tables.resize(3), n.tables.push_back(n.tables[0]); });
  refuses("tiny_lstm", "reads sfix10_En6, but signal 'rnn0.pre_o' is sfix11_En6",
          [](Net& n) { signal(n, cell(n).signals.pre_activation[1]).format.format.width = 11; });
  refuses("tiny_lstm", "writes ufix8_En8, but signal 'rnn0.o' is ufix9_En8",
          [](Net& n) { signal(n, cell(n).signals.gate[1]).format.format.width = 9; });
  refuses("tiny_lstm", "rounds or overflows in another way",
          [](Net& n) { signal(n, cell(n).signals.gate[1]).format.overflow = Overflow::Wrap; });
  refuses("tiny_lstm", "cell activation: index -1", [](Net& n) { cell(n).cell_table = -1; });
  refuses("tiny_rnn", "only LSTM has a cell activation", [](Net& n) { cell(n).cell_table = 0; });
}

// --- values on the way through a table ---

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

Result<void> check_alone(const ActivationTable& table) {
  FixedChain network;
  network.tables = {table};
  return check_tables(network);
}

TEST(Verify, TableValuesBeyond64Bits) {
  const ActivationTable sigmoid =
      example_table(ExampleFunction::Sigmoid, {true, 8, 4}, {{false, 8, 8}, {}, {}});
  ASSERT_TRUE(check_alone(sigmoid));
  const auto refused = [&](auto change) {
    ActivationTable table = sigmoid;
    change(table);
    const auto checked = check_alone(table);
    return checked ? "" : checked.error().message;
  };
  EXPECT_EQ(refused([](ActivationTable& t) { t.output.format.fraction = 63; }),
            "table 0: a complement table's output has at most 62 fraction bits, this one is ufix8_En63");
  EXPECT_NE(refused([](ActivationTable& t) {
              t.segments = {{0, 1LL << 60, 0}}, t.output.format.fraction = 20;
            }),
            "");
  EXPECT_NE(refused([](ActivationTable& t) { t.segments = {{0, kLowest, 1LL << 57}}; }), "");
  EXPECT_NE(refused([](ActivationTable& t) { t.input.fraction = 64, t.slope_fraction = 8; }), "");
  EXPECT_NE(refused([](ActivationTable& t) {
              t.kind = TableKind::Lookup, t.segments.clear(), t.slope_fraction = 0;
              t.entries.assign(128, kLowest);
            }),
            "");
  const ActivationTable relu = example_table(ExampleFunction::Relu, {true, 32, 0}, {{true, 8, 31}, {}, {}});
  EXPECT_TRUE(check_alone(relu));
  EXPECT_FALSE(check_alone(example_table(ExampleFunction::Relu, {true, 32, 0}, {{true, 8, 32}, {}, {}})));
}

TEST(Verify, Entry) {
  refuses("tiny_lstm", "has no layers", [](Net& n) { n.layers.clear(); });
  refuses("tiny_lstm", "0 inputs are impossible", [](Net& n) { n.inputs = 0; });
  refuses("tiny_lstm", "inputs are impossible", [](Net& n) { n.inputs = kMaxDimension + 1; });
  refuses("tiny_lstm", "input signal: index -1", [](Net& n) { n.input_signal = -1; });
  refuses("tiny_lstm", "input signal: index 1000", [](Net& n) { n.input_signal = 1000; });
  refuses("tiny_lstm", "takes tokens has no input signal", [](Net& n) { n.takes_tokens = true; });
  refuses("tiny_lstm", "needs an embedding", [](Net& n) { n.takes_tokens = true, n.input_signal = -1; });
  refuses("tiny_lstm", "it has 3 inputs, but gets 4", [](Net& n) { n.inputs = 4; });
  refuses("tiny_tied", "takes tokens has no input signal", [](Net& n) { n.input_signal = 0; });
}

TEST(Verify, Embedding) {
  const auto embedding = [](Net& n) -> FixedEmbedding& { return std::get<FixedEmbedding>(n.layers[0]); };
  refuses("tiny_tied", "'embedding.table' is 5 x 4, not 6 x 4", [](Net& n) { n.inputs = 6; });
  refuses("tiny_tied", "weights: index 99", [&](Net& n) { embedding(n).weights = 99; });
  refuses("tiny_tied", "output signal: index -1", [&](Net& n) { embedding(n).output_signal = -1; });
  refuses("tiny_tied", "only as the first layer", [](Net& n) {
    n.layers.insert(n.layers.begin() + 1, FixedEmbedding{"again", 0, 0});
  });
  refuses("tiny_lstm", "only as the first layer", [](Net& n) {
    n.layers.insert(n.layers.begin(), FixedEmbedding{"embedding", 0, 0});
  });
  refuses("tiny_tied", "embedding.out: fraction", [](Net& n) {
    n.weights[0].row_fractions[1] = -40;
    n.signals[0].format.format.fraction = 30;
  });
}

TEST(Verify, TiedMatrixNeedsItsShape) {
  refuses("tiny_tied", "weights: 'embedding.table' is 5 x 4, not 5 x 3", [](Net& n) {
    std::get<FixedRecurrent>(n.layers[1]).hidden = 4;
    n.layers.erase(n.layers.begin() + 1);
    n.layers.insert(n.layers.begin() + 1, FixedDense{"x", 0, 1, {}, -1, -1, 1});
    n.signals = {n.signals[0], {"x.out", SignalRole::Dense, {}}, n.signals.back()};
    n.weights = {n.weights[0], {"x.W", 3, 4, 8, std::vector<std::int32_t>(12), {0, 0, 0}}};
    n.tables.clear();
    decoder(n).input_signal = 1;
    decoder(n).output_signal = 2;
  });
}

TEST(Verify, Dense) {
  refuses("tiny_lstm", "layer 'decoder': input signal: index -5",
          [](Net& n) { decoder(n).input_signal = -5; });
  refuses("tiny_lstm", "its input signal is 'input', but the layer before it writes 'rnn0.h'",
          [](Net& n) { decoder(n).input_signal = 0; });
  refuses("tiny_lstm", "weights: index -1", [](Net& n) { decoder(n).weights = -1; });
  refuses("tiny_lstm", "is 4 x 3, not 4 x 4", [](Net& n) { decoder(n).weights = 0; });
  refuses("tiny_lstm", "bias: 1 integers for 2 rows", [](Net& n) { decoder(n).bias.pop_back(); });
  refuses("tiny_lstm", "output signal: index 77", [](Net& n) { decoder(n).output_signal = 77; });
  refuses("tiny_lstm", "come together or not at all", [](Net& n) { decoder(n).table = 0; });
  refuses("tiny_lstm", "come together or not at all", [](Net& n) { decoder(n).pre_signal = 0; });
  refuses("tiny_lstm", "pre-activation: index -7",
          [](Net& n) { decoder(n).pre_signal = -7, decoder(n).table = 0; });
  refuses("tiny_bidirectional", "activation: index -2",
          [](Net& n) { std::get<FixedDense>(n.layers[3]).table = -2; });
}

TEST(Verify, Select) {
  refuses("tiny_gru_reset_before", "at most one Select", [](Net& n) {
    n.layers.insert(n.layers.begin() + 1, FixedSelect{"early", SelectKind::LastStep});
  });
  refuses("tiny_lstm", "stands after a Select", [](Net& n) {
    n.layers.insert(n.layers.begin(), FixedSelect{"early", SelectKind::LastStep});
  });
  refuses("tiny_lstm", "only directly after a recurrent layer", [](Net& n) {
    n.layers.insert(n.layers.begin(), FixedSelect{"early", SelectKind::FinalState});
  });
}

TEST(Verify, Recurrent) {
  refuses("tiny_lstm", "layer 'rnn0': input signal: index -1",
          [](Net& n) { recurrent(n).input_signal = -1; });
  refuses("tiny_lstm", "its input signal is 'rnn0.c'",
          [](Net& n) { recurrent(n).input_signal = cell(n).signals.cell; });
  refuses("tiny_lstm", "it has 5 inputs", [](Net& n) { recurrent(n).inputs = 5; });
  refuses("tiny_lstm", "0 hidden units", [](Net& n) { recurrent(n).hidden = 0; });
  refuses("tiny_lstm", "hidden units are impossible",
          [](Net& n) { recurrent(n).hidden = std::numeric_limits<int>::max(); });
  refuses("tiny_lstm", "'rnn0.W_i' is 4 x 3, not 5 x 3", [](Net& n) { recurrent(n).hidden = 5; });
  refuses("tiny_lstm", "belongs to GRU, not to LSTM",
          [](Net& n) { recurrent(n).linear_before_reset = true; });
  refuses("tiny_rnn", "belongs to GRU, not to RNN", [](Net& n) { recurrent(n).linear_before_reset = true; });
  refuses("tiny_lstm", "the gates of GRU are z, r, h", [](Net& n) { recurrent(n).kind = CellKind::Gru; });
  refuses("tiny_lstm", "1 or 2 cells, not 0", [](Net& n) { recurrent(n).cells.clear(); });
  refuses("tiny_lstm", "1 or 2 cells, not 3", [](Net& n) { recurrent(n).cells.resize(3); });
  refuses("tiny_bidirectional", "first runs forward", [](Net& n) { cell(n, 0).reverse = true; });
  refuses("tiny_bidirectional", "second in reverse", [](Net& n) { cell(n, 1).reverse = false; });
  refuses("tiny_bidirectional", "streaming network cannot", [](Net& n) { n.streaming = true; });
  refuses("tiny_reverse", "streaming network cannot", [](Net& n) { n.streaming = true; });
}

TEST(Verify, Cells) {
  refuses("tiny_lstm", "the gates of LSTM are i, o, f, c", [](Net& n) { cell(n).gates.pop_back(); });
  refuses("tiny_lstm", "the gates of LSTM", [](Net& n) { cell(n).gates.push_back(cell(n).gates[0]); });
  refuses("tiny_lstm", "the gates of LSTM", [](Net& n) { std::swap(cell(n).gates[0], cell(n).gates[1]); });
  refuses("tiny_lstm", "4 gates need 4", [](Net& n) { cell(n).signals.pre_activation.pop_back(); });
  refuses("tiny_lstm", "4 gates need 4", [](Net& n) { cell(n).signals.gate.clear(); });
  refuses("tiny_rnn", "1 pre-activation and 0 gate", [](Net& n) { cell(n).signals.gate = {0}; });
  refuses("tiny_lstm", "forward cell: pre-activation: index -1",
          [](Net& n) { cell(n).signals.pre_activation[3] = -1; });
  refuses("tiny_lstm", "gate: index 100", [](Net& n) { cell(n).signals.gate[3] = 100; });
  refuses("tiny_lstm", "h: index -1", [](Net& n) { cell(n).signals.hidden = -1; });
  refuses("tiny_lstm", "c: index -1", [](Net& n) { cell(n).signals.cell = -1; });
  refuses("tiny_lstm", "t: index -1", [](Net& n) { cell(n).signals.cell_activation = -1; });
  refuses("tiny_lstm", "rec: a cell of this kind", [](Net& n) { cell(n).signals.recurrent = 0; });
  refuses("tiny_lstm", "rh: a cell of this kind", [](Net& n) { cell(n).signals.reset_hidden = 0; });
  refuses("tiny_rnn", "c: a cell of this kind", [](Net& n) { cell(n).signals.cell = 0; });
  refuses("tiny_rnn", "t: a cell of this kind", [](Net& n) { cell(n).signals.cell_activation = 0; });
  refuses("tiny_gru_reset_after", "rec: index -1", [](Net& n) { cell(n).signals.recurrent = -1; });
  refuses("tiny_gru_reset_before", "rh: index -1", [](Net& n) { cell(n).signals.reset_hidden = -1; });
  refuses("tiny_gru_reset_before", "rec: index -1", [](Net& n) { recurrent(n).linear_before_reset = true; });
  refuses("tiny_bidirectional", "reverse cell: both cells of a layer share",
          [](Net& n) { cell(n, 1).signals.hidden = 0; });
}

TEST(Verify, Gates) {
  refuses("tiny_lstm", "gate 'o': input weights: index -1",
          [](Net& n) { cell(n).gates[1].input_weights = -1; });
  refuses("tiny_lstm", "gate 'o': recurrent weights: index 99",
          [](Net& n) { cell(n).gates[1].recurrent_weights = 99; });
  refuses("tiny_lstm", "'rnn0.R_i' is 4 x 4, not 4 x 3",
          [](Net& n) { std::swap(cell(n).gates[0].input_weights, cell(n).gates[0].recurrent_weights); });
  refuses("tiny_lstm", "gate 'i': bias: 5 integers for 4 rows",
          [](Net& n) { cell(n).gates[0].bias.push_back(0); });
  refuses("tiny_lstm", "has a recurrent bias of its own", [](Net& n) {
    cell(n).gates[3].recurrent_bias = {0, 0, 0, 0};
  });
  refuses("tiny_gru_reset_before", "has a recurrent bias of its own", [](Net& n) {
    cell(n).gates[2].recurrent_bias = {0, 0, 0, 0};
  });
  refuses("tiny_gru_reset_after", "has a recurrent bias of its own", [](Net& n) {
    cell(n).gates[1].recurrent_bias = {0, 0, 0, 0};
  });
  refuses("tiny_gru_reset_after", "recurrent bias: 3 integers",
          [](Net& n) { cell(n).gates[2].recurrent_bias.pop_back(); });
}

TEST(Verify, InitialStates) {
  refuses("tiny_lstm", "initial hidden state: 128 does not fit sfix8_En7",
          [](Net& n) { cell(n).initial_hidden[0] = 128; });
  refuses("tiny_lstm", "initial cell state: -2049 does not fit sfix12_En9",
          [](Net& n) { cell(n).initial_cell[3] = -2049; });
  refuses("tiny_lstm", "initial hidden state: 3 integers", [](Net& n) { cell(n).initial_hidden.pop_back(); });
  refuses("tiny_lstm", "initial cell state: 3 integers", [](Net& n) { cell(n).initial_cell.pop_back(); });
  refuses("tiny_rnn", "only LSTM has an initial cell state", [](Net& n) {
    cell(n).initial_cell = {0, 0, 0, 0};
  });
}

TEST(Verify, StepsOfACall) {
  refuses("tiny_lstm", "-1 steps a call", [](Net& n) { n.call.count = -1; });
  refuses("tiny_lstm", "calls repeat only where", [](Net& n) { n.call = {5, true}; });
  refuses("tiny_streaming", "calls repeat only where", [](Net& n) { n.call = {0, true}; });
}

TEST(Verify, ParameterCounts) {
  refuses("tiny_lstm", "0 float parameters", [](Net& n) { n.float_parameters = 0; });
  refuses("tiny_lstm", "-1 float parameters", [](Net& n) { n.float_recurrent_parameters = -1; });
  refuses("tiny_lstm", "0 float parameters of recurrent", [](Net& n) { n.float_recurrent_parameters = 0; });
  refuses("tiny_lstm", "are impossible",
          [](Net& n) { n.float_recurrent_parameters = n.float_parameters + 1; });
}

// n of 24 bits at a fraction that moves h by 60.
void widen_candidate(Net& network) {
  const CellSignals& signals = cell(network).signals;
  ActivationTable table = network.tables[static_cast<std::size_t>(cell(network).gates[2].table)];
  table.output.format = signal(network, signals.gate[2]).format.format = {true, 24, 60};
  cell(network).gates[2].table = static_cast<int>(network.tables.size()) - 1;
  network.tables.back() = table;
}

TEST(Verify, Widths) {
  refuses("tiny_lstm", "the sum of rnn0.pre_i needs 65 bits (element 1)",
          [](Net& n) { cell(n).gates[0].bias[1] = std::numeric_limits<std::int64_t>::max(); });
  refuses("tiny_gru_reset_before", "the sum of rnn0.h needs", [](Net& n) { widen_candidate(n); });
}

TEST(Verify, Shifts) {
  refuses("tiny_gru_reset_after", "the sum of rnn0.pre_h needs",
          [](Net& n) { signal(n, cell(n).signals.recurrent).format.format.fraction = 58; });
  refuses("tiny_lstm", "bits shifted left by",
          [](Net& n) { signal(n, decoder(n).output_signal).format.format.fraction = 64; });
  refuses("tiny_lstm", "bits away from fraction -64, more than 63",
          [](Net& n) { signal(n, decoder(n).output_signal).format.format.fraction = -64; });
  refuses("tiny_lstm", "rnn0.pre_i: terms are", [](Net& n) {
    WeightMatrix& input = n.weights.at(static_cast<std::size_t>(cell(n).gates[0].input_weights));
    WeightMatrix& recurrent = n.weights.at(static_cast<std::size_t>(cell(n).gates[0].recurrent_weights));
    input.values.assign(input.values.size(), 0);  // so that the width is no obstacle
    input.row_fractions[0] = -60;
    recurrent.row_fractions[0] = 4;
  });
}

TEST(Verify, ShiftLimits) {
  EXPECT_TRUE(check_shift(64, 63, 0));
  EXPECT_FALSE(check_shift(64, 64, 0));
  EXPECT_TRUE(check_shift(1, 0, 63));
  EXPECT_FALSE(check_shift(1, 0, 64));
  EXPECT_TRUE(check_shift(8, 0, 56));
  EXPECT_FALSE(check_shift(8, 0, 57));
}

TEST(Verify, Utf8) {
  for (const char* good : {"", "abc", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xef\xbf\xbd"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "a\x80z", "\xf5\x80\x80\x80"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

}  // namespace
}  // namespace fixgate
