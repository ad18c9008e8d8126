#include "simulate/fast/simulator.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <tbb/global_control.h>

#include <algorithm>

#include "fixed/program_of.h"
#include "simulate/fast/engine.h"
#include "simulate/fast/mirrored_table.h"
#include "simulate/fast/step_table.h"
#include "simulate/testing/any_sequence.h"
#include "simulate/testing/forced_target.h"
#include "simulate/testing/random_fixed_network.h"

namespace fixgate {
namespace {

using program::Memory;
using program::ValueCounts;
using testing_support::any_sequence;
using testing_support::FixedNetworkRange;
using testing_support::ForcedTarget;
using testing_support::next_fixed_network;
using testing_support::Random;

constexpr std::uint64_t kFirstSeed = 20250701;

struct Machine {
  std::int64_t target = 0;
  FastSimulator::Settings settings;
};

std::string name_of(const Machine& machine) {
  return fmt::format("{}{}{}{}{}", hwy::TargetName(machine.target), machine.settings.vnni ? " VNNI" : "",
                     machine.settings.step_tables ? " VBMI" : "", machine.settings.narrow ? "" : " wide",
                     machine.settings.mirrored_tables ? "" : " tables singly");
}

// Every target of this machine that the engine was compiled for, the scalar one among them, with and without
// what is made use of beyond it.
std::vector<Machine> machines() {
  std::vector<Machine> machines;
  for (std::int64_t targets = hwy::SupportedTargets(); targets != 0; targets &= targets - 1) {
    const std::int64_t target = targets & -targets;
    const ForcedTarget forced(target);
    if (std::string(fast::machine_name()) != hwy::TargetName(target)) continue;
    machines.push_back({target, {false, false, true, false}});
    if (fast::has_mirrored_tables()) machines.push_back({target, {false, false, true, true}});
    machines.push_back({target, {false, false, false}});
    if (fast::machine_byte_products({true, true, true}).exact !=
        fast::machine_byte_products({false, true, true}).exact)
      machines.push_back({target, {true, false, true}});
    if (fast::has_step_tables()) machines.push_back({target, {true, true, true}});
  }
  return machines;
}

/// Everything that a run of several sequences gives.
struct Answers {
  std::vector<std::vector<std::int64_t>> outputs;
  std::vector<int> rows;
  std::vector<std::vector<std::int64_t>> states;
  std::vector<std::int64_t> values;
  std::vector<std::int64_t> overflows;

  friend bool operator==(const Answers&, const Answers&) = default;
};

void add_state(const Memory& memory, Answers& answers) {
  for (const auto& ticks : memory) answers.states.insert(answers.states.end(), ticks.begin(), ticks.end());
}

void finish(const std::vector<Memory>& memories, const ValueCounts& counts, Answers& answers) {
  for (const Memory& memory : memories) add_state(memory, answers);
  answers.values.assign(counts.written.begin(), counts.written.end());
  answers.overflows.assign(counts.overflows.begin(), counts.overflows.end());
}

Answers run_reference(const program::FixedNetwork& network, const std::vector<Sequence>& sequences,
                      std::vector<Memory>& states) {
  const program::ProgramSimulator simulator(network);
  ValueCounts counts = simulator.no_counts();
  Answers answers;
  for (std::size_t k = 0; k < sequences.size(); ++k) {
    const auto outputs = simulator.run({&sequences[k], 1}, states[k], counts);
    answers.outputs.push_back(outputs->front().values);
    answers.rows.push_back(outputs->front().rows);
  }
  finish(states, counts, answers);
  return answers;
}

Answers run_fast(const FastSimulator& simulator, const std::vector<Sequence>& sequences,
                 std::vector<Memory>& states) {
  ValueCounts counts = simulator.no_counts();
  std::vector<const Sequence*> pointers;
  for (const Sequence& sequence : sequences) pointers.push_back(&sequence);
  Answers answers;
  const auto outputs = simulator.run(pointers, states, counts);
  for (std::size_t k = 0; k < outputs->size(); ++k) {
    answers.outputs.emplace_back((*outputs)[k].values.begin(), (*outputs)[k].values.end());
    answers.rows.push_back((*outputs)[k].rows);
  }
  finish(states, counts, answers);
  return answers;
}

/// Networks of which the fast simulator covers many: widths up to a limit drawn anew for each.
FixedChain next_narrow_network(std::uint64_t& seed) {
  Random random(seed);
  FixedNetworkRange ranges;
  ranges.is_plain = random.chance(0.6);
  ranges.signal_width = random.pick({2, 4, 8, 8, 8, 12, 16});
  ranges.wide_signal = random.chance(0.1) ? 0.1 : 0;
  ranges.odd_fraction = random.chance(0.3) ? 0.1 : 0;
  ranges.weight_width = random.pick({2, 3, 4, 8, 8, 16});
  ranges.wide_weights = 0;
  ranges.most_hidden = random.pick({3, 20, 50});
  ranges.most_outputs = random.pick({3, 20});
  return next_fixed_network(seed, ranges);
}

struct Coverage {
  int covered = 0;
  int narrow = 0;  // with at least one cell in 16-bit lanes
  int all = 0;
  std::int64_t values = 0;
  std::int64_t overflows = 0;
};

// Without states: the same as from copies of the initial one.
void compare_from_start(const FastSimulator& simulator, const std::vector<Sequence>& sequences) {
  std::vector<Memory> states(sequences.size(), simulator.initial_memory());
  const Answers expected = run_fast(simulator, sequences, states);
  std::vector<const Sequence*> pointers;
  for (const Sequence& sequence : sequences) pointers.push_back(&sequence);
  ValueCounts counts = simulator.no_counts();
  const auto outputs = simulator.run(pointers, counts);
  for (std::size_t k = 0; k < sequences.size(); ++k)
    ASSERT_TRUE(std::ranges::equal((*outputs)[k].values, expected.outputs[k]));
  ASSERT_TRUE(std::ranges::equal(counts.overflows, expected.overflows));
  ASSERT_TRUE(std::ranges::equal(counts.written, expected.values));
}

// A batch of sequences, then another that goes on from its states.
void compare(const FixedChain& chain, const Machine& machine, Random& random, Coverage& coverage) {
  const program::FixedNetwork network = program_of(chain);
  const FastSimulator simulator(network, machine.settings);
  ++coverage.all;
  coverage.covered += simulator.not_covered().empty() ? 1 : 0;
  coverage.narrow += simulator.narrow_cells() > 0 ? 1 : 0;
  // Sometimes more than run through their steps together.
  const int most = random.chance(0.1) ? 60 : 15;
  std::vector<Memory> expected_states(random.number(1, most), simulator.initial_memory());
  std::vector<Memory> states = expected_states;
  for (int piece = 0; piece < 2; ++piece) {
    std::vector<Sequence> sequences;
    for (std::size_t k = 0; k < states.size(); ++k)
      sequences.push_back(any_sequence(random, chain, random.number(1, 12)));
    if (piece == 0) compare_from_start(simulator, sequences);
    const Answers expected = run_reference(network, sequences, expected_states);
    const Answers answers = run_fast(simulator, sequences, states);
    for (const program::ValueId id : network.program.values.ids()) {
      const std::string& name = network.program.values[id].name;
      EXPECT_EQ(answers.values[id.index()], expected.values[id.index()]) << name;
      EXPECT_EQ(answers.overflows[id.index()], expected.overflows[id.index()]) << name;
      coverage.values += expected.values[id.index()];
      coverage.overflows += expected.overflows[id.index()];
    }
    ASSERT_EQ(answers.outputs, expected.outputs);
    ASSERT_EQ(answers, expected);
  }
}

TEST(FastSimulator, EqualsTheReferenceOnEveryTarget) {
  for (const Machine& machine : machines()) {
    const ForcedTarget forced(machine.target);
    Coverage coverage;
    std::uint64_t seed = kFirstSeed;
    for (int trial = 0; trial < 400; ++trial) {
      const FixedChain network = next_narrow_network(seed);
      SCOPED_TRACE(fmt::format("{}, seed {}", name_of(machine), seed - 1));
      Random random(seed);
      compare(network, machine, random, coverage);
      if (HasFailure()) return;
    }
    fmt::print("{}: {} of {} networks covered, {} with narrow cells\n", name_of(machine), coverage.covered,
               coverage.all, coverage.narrow);
    // The comparison is worth something only if the fast path is taken and the networks are alive.
    EXPECT_GT(coverage.covered, coverage.all / 2);
    const bool has_vectors = machine.target != HWY_SCALAR && machine.target != HWY_EMU128;
    const bool can_be_narrow = machine.settings.narrow && has_vectors;
    EXPECT_GT(coverage.narrow, can_be_narrow && HWY_ARCH_X86 ? coverage.all / 5 : -1);
    EXPECT_GT(coverage.overflows, coverage.values / 50);
    EXPECT_LT(coverage.overflows, coverage.values * 3 / 4);
  }
}

// Of any widths: most are left to the reference simulator.
TEST(FastSimulator, EqualsTheReferenceOnAnyNetwork) {
  std::uint64_t seed = kFirstSeed + 1'000'000;
  Coverage coverage;
  for (int trial = 0; trial < 500; ++trial) {
    const FixedChain network = next_fixed_network(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    Random random(seed);
    compare(network, {}, random, coverage);
    if (HasFailure()) return;
  }
  EXPECT_GT(coverage.covered, 0);
  EXPECT_LT(coverage.covered, coverage.all);
}

// One by one, all together, in batches drawn at random; with one thread and with four.
TEST(FastSimulator, DoesNotDependOnBatchesOrThreads) {
  std::uint64_t seed = kFirstSeed + 2'000'000;
  for (int trial = 0; trial < 60; ++trial) {
    const FixedChain chain = next_narrow_network(seed);
    const program::FixedNetwork network = program_of(chain);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    Random random(seed);
    const FastSimulator simulator(network);
    std::vector<Sequence> sequences;
    for (int k = 0; k < 40; ++k) sequences.push_back(any_sequence(random, chain, random.number(1, 30)));
    std::vector<Memory> whole_states(sequences.size(), simulator.initial_memory());
    const Answers whole = run_fast(simulator, sequences, whole_states);
    for (const int largest : {1, 7}) {
      const tbb::global_control control(tbb::global_control::max_allowed_parallelism, largest == 1 ? 1 : 4);
      std::vector<Memory> states(sequences.size(), simulator.initial_memory());
      ValueCounts counts = simulator.no_counts();
      Answers joined;
      for (std::size_t first = 0; first < sequences.size();) {
        const std::size_t count = std::min(sequences.size() - first, std::size_t(random.number(1, largest)));
        const std::vector<Sequence> some(sequences.begin() + first, sequences.begin() + first + count);
        std::vector<Memory> some_states(states.begin() + first, states.begin() + first + count);
        const Answers part = run_fast(simulator, some, some_states);
        joined.outputs.insert(joined.outputs.end(), part.outputs.begin(), part.outputs.end());
        joined.rows.insert(joined.rows.end(), part.rows.begin(), part.rows.end());
        ValueCounts part_counts = simulator.no_counts();
        std::ranges::copy(part.values, part_counts.written.begin());
        std::ranges::copy(part.overflows, part_counts.overflows.begin());
        counts.add(part_counts);
        std::ranges::copy(some_states, states.begin() + first);
        first += count;
      }
      finish(states, counts, joined);
      ASSERT_EQ(joined, whole);
    }
  }
}

TEST(FastSimulator, RefusesSequencesThatDoNotFitBeforeItRunsAny) {
  std::uint64_t seed = kFirstSeed + 3'000'000;
  FixedChain network = next_narrow_network(seed);
  while (network.takes_tokens) network = next_narrow_network(seed);
  const program::FixedNetwork program = program_of(network);
  const FastSimulator simulator(program);
  Sequence good;
  good.features = FloatMatrix::Zero(2, network.inputs);
  Sequence wide;
  wide.features = FloatMatrix::Zero(2, network.inputs + 1);
  const std::vector<const Sequence*> sequences{&good, &wide};
  std::vector<Memory> states(2, simulator.initial_memory());
  ValueCounts counts = simulator.no_counts();
  EXPECT_FALSE(simulator.run(sequences, states, counts));
  EXPECT_TRUE(counts == simulator.no_counts());
}

TEST(FastSimulator, RunsNoSequencesAtAll) {
  std::uint64_t seed = kFirstSeed + 4'000'000;
  const program::FixedNetwork network = program_of(next_narrow_network(seed));
  const FastSimulator simulator(network);
  ValueCounts counts = simulator.no_counts();
  const auto outputs = simulator.run(std::span<const Sequence* const>(), counts);
  ASSERT_TRUE(outputs);
  EXPECT_TRUE(outputs->empty());
}

TEST(FastSimulator, RunsTheScalarTargetToo) {
  bool scalar = false;
  for (const Machine& machine : machines())
    scalar = scalar || machine.target == HWY_SCALAR || machine.target == HWY_EMU128;
  EXPECT_TRUE(scalar);
}

}  // namespace
}  // namespace fixgate
