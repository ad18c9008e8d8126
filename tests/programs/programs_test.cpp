// Programs that chains of layers cannot say: written as text, verified, printed, parsed and run.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "program/text.h"
#include "program/verify.h"
#include "program_files.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/judged_run.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate::program {
namespace {

constexpr std::uint64_t kSeed = 11;

std::vector<IntegerMatrix> run(const ProgramSimulator& simulator, const Sequence& sequence, Memory& memory) {
  ValueCounts counts = simulator.no_counts();
  const auto outputs = simulator.run(std::span(&sequence, 1), memory, counts);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs.value_or(std::vector<IntegerMatrix>{});
}

class Programs : public testing::TestWithParam<const char*> {};

TEST_P(Programs, AreVerified) {
  const auto verified = verify(random_network_of(GetParam(), kSeed, true));
  EXPECT_TRUE(verified) << verified.error().message;
}

TEST_P(Programs, PrintAndParseEqual) {
  const FixedNetwork network = random_network_of(GetParam(), kSeed, true);
  const auto full = parse_text(write_text(network, true));
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_TRUE(*full == network);
  const auto brief = parse_text(write_text(network, false));
  ASSERT_TRUE(brief) << brief.error().message;
  EXPECT_TRUE(*brief == without_integers(network));
}

TEST_P(Programs, AreComputedAsTheContractSays) {
  const FixedNetwork network = random_network_of(GetParam(), kSeed, true);
  testing_support::JudgedRun run(network);
  testing_support::JudgedValues judged;
  for (const int steps : {5, 2, 4}) run.expect_equal({random_input(network, steps, kSeed)}, judged);
  EXPECT_GT(judged.nonzero, judged.written / 4);
}

TEST_P(Programs, AnswerInManyWays) {
  const FixedNetwork network = random_network_of(GetParam(), kSeed);
  const ProgramSimulator simulator(network);
  Memory memory = simulator.initial_memory();
  const auto outputs = run(simulator, random_input(network, 12, kSeed), memory);
  ASSERT_EQ(outputs.size(), 1U);
  const std::set<std::int64_t> distinct(outputs[0].values.begin(), outputs[0].values.end());
  EXPECT_GT(distinct.size(), std::min<std::size_t>(outputs[0].values.size() / 8, 10))
      << "outputs hardly differ";
}

INSTANTIATE_TEST_SUITE_P(Files, Programs, testing::Values("silero", "gtcrn_block", "autoencoder", "aecmos", "mgu"),
                         [](const auto& file) { return std::string(file.param); });

/// A stream in one call and in many gives the same.
class Streams : public testing::TestWithParam<const char*> {};

TEST_P(Streams, GoOnFromCallToCall) {
  const FixedNetwork network = random_network_of(GetParam(), kSeed, true);
  const ProgramSimulator simulator(network);
  const Sequence whole = random_input(network, 9, kSeed);
  Memory memory = simulator.initial_memory();
  const auto expected = run(simulator, whole, memory);
  Memory carried = simulator.initial_memory();
  std::vector<std::int64_t> found;
  for (const auto& [first, count] : {std::pair(0, 1), std::pair(1, 1), std::pair(2, 5), std::pair(7, 2)}) {
    Sequence part;
    part.features = whole.features.middleRows(first, count);
    const auto outputs = run(simulator, part, carried);
    ASSERT_EQ(outputs.size(), 1U);
    found.insert(found.end(), outputs[0].values.begin(), outputs[0].values.end());
  }
  EXPECT_EQ(found, expected.at(0).values);
  EXPECT_TRUE(carried == memory);
}

INSTANTIATE_TEST_SUITE_P(Files, Streams, testing::Values("silero", "gtcrn_block"),
                         [](const auto& file) { return std::string(file.param); });

/// Sequences of unequal length, each in two calls.
TEST_P(Programs, GiveTheSameIntegersInVectors) {
  const FixedNetwork network = random_network_of(GetParam(), kSeed, true);
  const ProgramSimulator judge(network);
  const VectorSimulator simulator(network);
  constexpr std::size_t kSequences = 27;
  std::vector<Memory> expected(kSequences, judge.initial_memory());
  std::vector<Memory> found(kSequences, judge.initial_memory());
  ValueCounts counts = judge.no_counts();
  ValueCounts judged = judge.no_counts();
  for (int call = 0; call < 2; ++call) {
    std::vector<std::vector<Sequence>> inputs;
    for (std::size_t k = 0; k < kSequences; ++k)
      inputs.push_back({random_input(network, 3 + static_cast<int>(k % 5), kSeed + k)});
    const auto outputs = simulator.run(inputs, found, counts);
    ASSERT_TRUE(outputs) << outputs.error().message;
    for (std::size_t k = 0; k < kSequences; ++k) {
      const auto wanted = judge.run(inputs[k], expected[k], judged);
      ASSERT_TRUE(wanted) << wanted.error().message;
      ASSERT_EQ(outputs->at(k).front().values, wanted->front().values) << "sequence " << k;
      ASSERT_TRUE(found[k] == expected[k]) << "the memory of sequence " << k;
    }
  }
  EXPECT_TRUE(counts.written == judged.written);
  EXPECT_TRUE(counts.overflows == judged.overflows);
}

TEST(ProgramTicks, PoolsTwoFramesIntoOneAndEndsInOneVector) {
  const FixedNetwork network = random_network_of("aecmos", kSeed);
  const ProgramSimulator simulator(network);
  for (const int steps : {2, 3, 7, 8}) {
    Memory memory = simulator.initial_memory();
    EXPECT_EQ(run(simulator, random_input(network, steps, kSeed), memory).at(0).rows, 1);
  }
  Memory memory = simulator.initial_memory();
  ValueCounts counts = simulator.no_counts();
  const Sequence sequence = random_input(network, 1, kSeed);
  const auto refused = simulator.run(std::span(&sequence, 1), memory, counts);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("layer vector reads tick 1 of most.m, which has 0"),
            std::string::npos)
      << refused.error().message;
}

}  // namespace
}  // namespace fixgate::program
