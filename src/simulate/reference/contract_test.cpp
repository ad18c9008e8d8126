#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <limits>

#include "fixed/testing/example_networks.h"
#include "fixed/verify.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/any_sequence.h"
#include "simulate/testing/judged_run.h"
#include "simulate/testing/random_fixed_network.h"
#include "simulate/testing/random_network.h"
#include "simulate/testing/trace.h"

namespace fixgate {
namespace {

using testing_support::any_sequence;
using testing_support::FixedRun;
using testing_support::JudgedRun;
using testing_support::JudgedValues;
using testing_support::next_fixed_network;
using testing_support::Random;
using testing_support::run_traced;
using testing_support::TracedChain;

constexpr std::uint64_t kFirstSeed = 20240601;

TEST(ProgramSimulator, IsTheContract) {
  JudgedValues judged;
  std::uint64_t seed = kFirstSeed;
  for (int trial = 0; trial < 1500; ++trial) {
    const FixedChain chain = next_fixed_network(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    Random random(seed);
    const program::FixedNetwork network = program_of(chain);
    JudgedRun run(network);
    for (int piece = 0; piece < 2; ++piece)  // the second goes on from the states of the first
      run.expect_equal({any_sequence(random, chain, random.number(1, 20))}, judged);
    if (HasFailure()) return;
  }
  EXPECT_GT(judged.nonzero, judged.written / 2);
  EXPECT_GT(judged.overflows, judged.written / 50);
  EXPECT_LT(judged.overflows, judged.written / 2);
}

// Matrices of more than 16 bits take the wide path; the same weights declared wider compute the same.
TEST(ProgramSimulator, NarrowProductsEqualWideOnes) {
  std::uint64_t seed = kFirstSeed + 1'000'000;
  int compared = 0;
  while (compared < 300) {
    const FixedChain network = next_fixed_network(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    FixedChain wide = network;
    for (WeightMatrix& matrix : wide.weights) matrix.width = 32;
    if (!verify(wide)) continue;
    Random random(seed);
    const Sequence sequence = any_sequence(random, network, 40);
    ASSERT_EQ(run_traced(network, sequence), run_traced(wide, sequence));
    ++compared;
  }
}

// The widest sums that 16-bit factors and 32-bit sums may have.
TEST(ProgramSimulator, NarrowProductsHoldTheirExtremes) {
  for (const int columns : {1, 2, 3, 4}) {
    for (const std::int32_t weight : {-32768, 32767}) {
      FixedChain network;
      network.name = "extreme";
      network.inputs = columns;
      network.input_signal = 0;
      network.float_parameters = columns;
      network.signals = {
          {"input", SignalRole::Input, {{true, 16, 0}, Rounding::Floor, Overflow::Saturate}},
          {"d.out", SignalRole::Output, {{true, 32, -4}, Rounding::Floor, Overflow::Saturate}}};
      network.weights = {
          {"d.W", 1, columns, 16, std::vector<std::int32_t>(static_cast<std::size_t>(columns), weight), {0}}};
      network.layers = {FixedDense{"d", 0, 0, {}, -1, -1, 1}};
      ASSERT_TRUE(verify(network)) << verify(network).error().message;
      for (const float x : {-32768.0F, 32767.0F}) {
        Sequence sequence;
        sequence.features = FloatMatrix::Constant(2, columns, x);
        const std::int64_t sum = std::int64_t{weight} * static_cast<std::int64_t>(x) * columns;
        const std::int64_t expected = sum >> 4;
        EXPECT_EQ(run_traced(network, sequence).outputs, (std::vector<std::int64_t>{expected, expected}));
      }
    }
  }
}

TEST(ProgramSimulator, DoesNotDependOnTheNumberOfThreads) {
  std::uint64_t seed = kFirstSeed + 2'000'000;
  for (int trial = 0; trial < 60; ++trial) {
    const FixedChain network = next_fixed_network(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    Random random(seed);
    const Sequence sequence = any_sequence(random, network, 200);
    std::vector<FixedRun> runs;
    for (const std::size_t threads : {1U, 4U}) {
      const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
      runs.push_back(run_traced(network, sequence));
    }
    ASSERT_EQ(runs[0], runs[1]);
  }
}

bool runs_forward(const FixedChain& network) {
  for (const FixedLayer& layer : network.layers)
    if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
      for (const FixedCell& cell : recurrent->cells)
        if (cell.reverse) return false;
  return true;
}

void append(FixedRun& whole, const FixedRun& piece, bool every_step) {
  if (!every_step) whole.outputs.clear();
  whole.outputs.insert(whole.outputs.end(), piece.outputs.begin(), piece.outputs.end());
  whole.rows = every_step ? whole.rows + piece.rows : piece.rows;
  whole.signals.resize(piece.signals.size());
  whole.counts.resize(piece.signals.size());
  whole.overflows.resize(piece.signals.size());
  for (std::size_t s = 0; s < piece.signals.size(); ++s) {
    whole.signals[s].insert(whole.signals[s].end(), piece.signals[s].begin(), piece.signals[s].end());
    whole.counts[s] += piece.counts[s];
    whole.overflows[s] += piece.overflows[s];
  }
}

TEST(ProgramSimulator, PiecesWithCarriedStateEqualTheWhole) {
  std::uint64_t seed = kFirstSeed + 3'000'000;
  int compared = 0;
  while (compared < 200) {
    const FixedChain network = next_fixed_network(seed);
    if (!runs_forward(network) || !outputs_every_step(network)) continue;
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    Random random(seed);
    const int steps = random.number(2, 60);
    const Sequence sequence = any_sequence(random, network, steps);
    const TracedChain traced(network);
    program::Memory memory = traced.initial_memory();
    FixedRun joined;
    for (int first = 0; first < steps;) {
      const int count = random.number(1, steps - first);
      append(joined, traced.run(testing_support::piece_of(sequence, first, count), memory), true);
      first += count;
    }
    ASSERT_EQ(joined, run_traced(network, sequence));
    ++compared;
  }
}

std::vector<std::int64_t> constants_or_zero(const std::vector<std::int64_t>& constants, int hidden) {
  return constants.empty() ? std::vector<std::int64_t>(static_cast<std::size_t>(hidden)) : constants;
}

TEST(ProgramSimulator, StartsFromTheConstantsOfTheFile) {
  std::uint64_t seed = kFirstSeed + 4'000'000;
  for (int trial = 0; trial < 50; ++trial) {
    const FixedChain network = next_fixed_network(seed);
    const TracedChain traced(network);
    const program::Memory memory = traced.initial_memory();
    for (std::size_t k = 0; k < network.layers.size(); ++k) {
      const auto* layer = std::get_if<FixedRecurrent>(&network.layers[k]);
      const std::vector<CellStates>& states = traced.program().states[k];
      ASSERT_EQ(states.size(), layer == nullptr ? 0 : layer->cells.size());
      for (std::size_t c = 0; c < states.size(); ++c) {
        const FixedCell& cell = layer->cells[c];
        EXPECT_EQ(memory[states[c].hidden].front(), constants_or_zero(cell.initial_hidden, layer->hidden));
        ASSERT_EQ(states[c].cell.has_value(), layer->kind == CellKind::Lstm);
        if (states[c].cell) {
          EXPECT_EQ(memory[*states[c].cell].front(), constants_or_zero(cell.initial_cell, layer->hidden));
        }
      }
    }
  }
}

TEST(ProgramSimulator, RefusesSequencesThatDoNotFit) {
  std::uint64_t seed = kFirstSeed + 5'000'000;
  FixedChain network = next_fixed_network(seed);
  while (network.takes_tokens) network = next_fixed_network(seed);
  const TracedChain traced(network);
  const program::ProgramSimulator& simulator = traced.simulator();
  program::Memory memory = traced.initial_memory();
  program::ValueCounts counts = simulator.no_counts();
  Sequence tokens;
  tokens.tokens = {0};
  EXPECT_FALSE(simulator.run({&tokens, 1}, memory, counts));
  Sequence wide;
  wide.features = FloatMatrix::Zero(2, network.inputs + 1);
  EXPECT_FALSE(simulator.run({&wide, 1}, memory, counts));
  Sequence infinite;
  infinite.features = FloatMatrix::Constant(2, network.inputs, std::numeric_limits<float>::infinity());
  EXPECT_FALSE(simulator.run({&infinite, 1}, memory, counts));
  EXPECT_TRUE(counts == simulator.no_counts());  // nothing was run
}

TEST(ValueCounts, Add) {
  program::ValueCounts a(2);
  const program::ValueId first(0);
  const program::ValueId second(1);
  a.written[first] = 1;
  a.written[second] = 2;
  a.overflows[second] = 1;
  program::ValueCounts b = a;
  b.add(a);
  EXPECT_EQ(b.written[first], 2);
  EXPECT_EQ(b.written[second], 4);
  EXPECT_EQ(b.overflows[first], 0);
  EXPECT_EQ(b.overflows[second], 2);
}

/// numerics.md, section 7: a GRU of one unit, its gates z and r at rest, with the weights of the example.
FixedChain example_of_section_7() {
  ExampleShape shape{
      .kind = CellKind::Gru, .linear_before_reset = true, .inputs = 1, .hidden = 1, .outputs = 1};
  FixedChain network = make_example(shape, 1);
  for (WeightMatrix& matrix : network.weights) {
    matrix.values = {0};
    matrix.row_fractions = {6};
  }
  FixedCell& cell = std::get<FixedRecurrent>(network.layers.front()).cells.front();
  for (FixedGate& gate : cell.gates) gate.bias = {0};
  FixedGate& candidate = cell.gates[2];
  network.weights[static_cast<std::size_t>(candidate.input_weights)].values = {3};
  candidate.bias = {4};
  candidate.recurrent_bias = {4096};
  return network;
}

TEST(Section7, BiasesOfTheCandidateWithLinearBeforeReset) {
  const FixedChain network = example_of_section_7();
  ASSERT_TRUE(verify(network)) << verify(network).error().message;
  const FixedCell& cell = std::get<FixedRecurrent>(network.layers.front()).cells.front();
  const auto format = [&](int signal) {
    return to_text(network.signals[static_cast<std::size_t>(signal)].format.format);
  };
  EXPECT_EQ(format(network.input_signal), "sfix8_En6");
  EXPECT_EQ(format(cell.signals.hidden), "sfix8_En7");
  EXPECT_EQ(format(cell.signals.gate[1]), "ufix8_En8");
  EXPECT_EQ(format(cell.signals.recurrent), "sfix10_En6");
  EXPECT_EQ(format(cell.signals.pre_activation[2]), "sfix10_En6");
  Sequence sequence;
  sequence.features = FloatMatrix::Constant(1, 1, 0.3125F);
  const FixedRun run = run_traced(network, sequence);
  const auto value = [&](int signal) { return run.signals[static_cast<std::size_t>(signal)].at(0); };
  EXPECT_EQ(value(network.input_signal), 20);
  EXPECT_EQ(value(cell.signals.gate[1]), 128);
  EXPECT_EQ(value(cell.signals.recurrent), 32);
  EXPECT_EQ(value(cell.signals.pre_activation[2]), 17);
}

}  // namespace
}  // namespace fixgate
