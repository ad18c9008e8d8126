#include "simulate/vector/vector_simulator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>

#include "fixed/program_of.h"
#include "program/exact_sums.h"
#include "program/text.h"
#include "program/verify.h"
#include "simulate/fast/mirrored_table.h"
#include "simulate/fast/step_table.h"
#include "simulate/fast/vnni.h"
#include "simulate/testing/any_sequence.h"
#include "simulate/testing/forced_target.h"
#include "simulate/testing/random_fixed_network.h"
#include "simulate/testing/random_program.h"
#include "simulate/vector/kernels.h"

namespace fixgate::program {
namespace {

using testing_support::any_sequence;
using testing_support::FixedNetworkRange;
using testing_support::ForcedTarget;
using testing_support::next_fixed_network;

constexpr std::uint64_t kFirstSeed = 880'000;

struct Machine {
  std::int64_t target = 0;
  fast::MachineSettings settings;
};

/// Every target of this machine that the kernels were compiled for, the scalar one among them, with and
/// without what is made use of beyond it.
std::vector<Machine> machines() {
  std::vector<Machine> machines;
  for (std::int64_t targets = hwy::SupportedTargets(); targets != 0; targets &= targets - 1) {
    const std::int64_t target = targets & -targets;
    const ForcedTarget forced(target);
    if (std::string(vector_target_name()) != hwy::TargetName(target)) continue;
    machines.push_back({target, {false, false, true, false}});
    if (fast::has_mirrored_tables()) machines.push_back({target, {false, false, true, true}});
    if (fast::has_vnni() || fast::has_step_tables()) machines.push_back({target, {true, true, true, true}});
  }
  return machines;
}

/// The inputs of some sequences, and the memories they go on from.
struct Calls {
  std::vector<std::vector<Sequence>> sequences;
  std::vector<Memory> expected;
  std::vector<Memory> found;
  ValueCounts expected_counts;
  ValueCounts found_counts;

  Calls(const ProgramSimulator& judge, std::size_t count)
      : expected(count, judge.initial_memory()),
        found(count, judge.initial_memory()),
        expected_counts(judge.no_counts()),
        found_counts(judge.no_counts()) {}
};

/// One call of each simulator with the sequences that are in `calls`.
void compare_call(const ProgramSimulator& judge, const VectorSimulator& simulator, Calls& calls) {
  const auto found = simulator.run(calls.sequences, calls.found, calls.found_counts);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), calls.sequences.size());
  for (std::size_t k = 0; k < calls.sequences.size(); ++k) {
    const auto expected = judge.run(calls.sequences[k], calls.expected[k], calls.expected_counts);
    ASSERT_TRUE(expected) << expected.error().message;
    ASSERT_EQ(expected->size(), found->at(k).size());
    for (std::size_t output = 0; output < expected->size(); ++output) {
      ASSERT_EQ(found->at(k)[output].rows, expected->at(output).rows);
      ASSERT_EQ(found->at(k)[output].values, expected->at(output).values)
          << "sequence " << k << ", output " << output;
    }
    ASSERT_TRUE(calls.found[k] == calls.expected[k]) << "the memory of sequence " << k;
  }
  EXPECT_TRUE(calls.found_counts.written == calls.expected_counts.written);
  EXPECT_TRUE(calls.found_counts.overflows == calls.expected_counts.overflows);
}

/// Two calls of sequences of unequal length.
void compare_chain(const fixgate::FixedChain& layers, Random& random, const fast::MachineSettings& settings) {
  const FixedNetwork network = program_of(layers);
  const ProgramSimulator judge(network);
  const VectorSimulator simulator(network, settings);
  Calls calls(judge, static_cast<std::size_t>(random.number(1, 30)));
  for (int call = 0; call < 2; ++call) {
    calls.sequences.clear();
    for (std::size_t k = 0; k < calls.found.size(); ++k)
      calls.sequences.push_back({any_sequence(random, layers, random.number(1, 9))});
    compare_call(judge, simulator, calls);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(VectorSimulator, EqualsTheReferenceOnEveryTarget) {
  FixedNetworkRange larger;
  larger.most_inputs = 40;
  larger.most_hidden = 40;
  larger.most_outputs = 20;
  larger.signal_width = 12;
  larger.weight_width = 8;
  for (const Machine& machine : machines()) {
    const ForcedTarget forced(machine.target);
    SCOPED_TRACE(hwy::TargetName(machine.target));
    std::uint64_t seed = kFirstSeed;
    for (int trial = 0; trial < 300; ++trial) {
      const fixgate::FixedChain layers =
          next_fixed_network(seed, trial % 3 == 0 ? larger : FixedNetworkRange());
      SCOPED_TRACE(fmt::format("seed {}", seed - 1));
      Random random(seed);
      compare_chain(layers, random, machine.settings);
      if (HasFailure()) return;
    }
  }
}

/// Signals of up to 32 bits, weights of up to 32, sums of up to 64.
TEST(VectorSimulator, EqualsTheReferenceOnWideFormats) {
  FixedNetworkRange wide;
  wide.wide_signal = 0.8;
  wide.wide_weights = 0.7;
  wide.odd_fraction = 0.3;
  std::uint64_t seed = kFirstSeed + 1'000'000;
  int widest = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const fixgate::FixedChain layers = next_fixed_network(seed, wide);
    SCOPED_TRACE(fmt::format("seed {}", seed - 1));
    const auto proven = prove_sums(program_of(layers));
    ASSERT_TRUE(proven) << proven.error().message;
    for (const ProvenSum& sum : *proven) widest = std::max(widest, sum.width);
    Random random(seed);
    compare_chain(layers, random, {});
    if (HasFailure()) return;
  }
  EXPECT_GT(widest, 60);
}

/// A sequence for every input of a program.
std::vector<Sequence> any_inputs(Random& random, const Program& program, int steps) {
  std::vector<Sequence> inputs;
  for (const ValueId id : inputs_of(program)) {
    const Value& value = program.values[id];
    inputs.push_back(testing_support::random_sequence(random, value.vocabulary.has_value(),
                                                      value.vocabulary.value_or(value.size), steps, 1.5));
  }
  return inputs;
}

struct Coverage {
  std::size_t statements[std::variant_size_v<Statement>] = {};
  std::int64_t written = 0;
  std::int64_t overflows = 0;
};

void compare_program(const FixedNetwork& network, Random& random, const fast::MachineSettings& settings,
                     Coverage& coverage) {
  const ProgramSimulator judge(network);
  const VectorSimulator simulator(network, settings);
  Calls calls(judge, static_cast<std::size_t>(random.number(1, 28)));
  for (int call = 0; call < 2; ++call) {
    calls.sequences.clear();
    for (std::size_t k = 0; k < calls.found.size(); ++k)
      calls.sequences.push_back(any_inputs(random, network.program, random.number(4, 9)));
    compare_call(judge, simulator, calls);
    if (testing::Test::HasFailure()) return;
  }
  for (const Layer& layer : network.program.layers)
    for (const Statement& statement : layer.statements) ++coverage.statements[statement.index()];
  for (const std::int64_t count : calls.found_counts.written) coverage.written += count;
  for (const std::int64_t count : calls.found_counts.overflows) coverage.overflows += count;
}

TEST(VectorSimulator, EqualsTheReferenceOnAnyProgram) {
  for (const Machine& machine : machines()) {
    const ForcedTarget forced(machine.target);
    SCOPED_TRACE(hwy::TargetName(machine.target));
    std::uint64_t seed = kFirstSeed;
    Coverage coverage;
    for (int trial = 0; trial < 400; ++trial) {
      const FixedNetwork network = next_program(seed);
      SCOPED_TRACE(fmt::format("seed {}", seed - 1));
      Random random(seed);
      compare_program(network, random, machine.settings, coverage);
      if (HasFailure()) {
        ADD_FAILURE() << write_text(network, false);
        return;
      }
    }
    for (const std::size_t count : coverage.statements) EXPECT_GT(count, 10U);
    EXPECT_GT(coverage.overflows, coverage.written / 50);
    EXPECT_LT(coverage.overflows, coverage.written * 3 / 4);
  }
}

TEST(VectorSimulator, RefusesWhatTheReferenceRefuses) {
  std::uint64_t seed = kFirstSeed;
  fixgate::FixedChain layers = next_fixed_network(seed);
  while (layers.takes_tokens) layers = next_fixed_network(seed);
  const FixedNetwork network = program_of(layers);
  Sequence good;
  good.features = FloatMatrix::Zero(2, layers.inputs);
  Sequence wide;
  wide.features = FloatMatrix::Zero(2, layers.inputs + 1);
  const ProgramSimulator judge(network);
  const VectorSimulator simulator(network);
  Calls calls(judge, 2);
  calls.sequences = {{good}, {wide}};
  const auto found = simulator.run(calls.sequences, calls.found, calls.found_counts);
  const auto expected = judge.run(calls.sequences[1], calls.expected[1], calls.expected_counts);
  ASSERT_FALSE(found);
  ASSERT_FALSE(expected);
  EXPECT_EQ(found.error().message, expected.error().message);
  EXPECT_TRUE(calls.found_counts.written == simulator.no_counts().written);
}

}  // namespace
}  // namespace fixgate::program
