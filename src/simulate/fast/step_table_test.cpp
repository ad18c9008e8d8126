#include "simulate/fast/step_table.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "simulate/testing/random.h"

namespace fixgate::fast {
namespace {

using testing_support::Random;

DirectTable any_table(Random& random, int width, bool is_signed) {
  ActivationTable empty;
  empty.kind = TableKind::Rectifier;
  empty.input = {is_signed, width, 0};
  DirectTable table(empty);
  std::int32_t answer = random.number(-200, 200);
  const auto count = static_cast<std::int64_t>(table.entries.size());
  const std::int64_t low = random.chance(0.5) ? random.in(0, count) : 0;
  const std::int64_t high = random.chance(0.5) ? random.in(low, count) : count;
  const std::int64_t flat_below = random.chance(0.5) ? random.in(0, count) : 0;
  const std::int64_t flat_above = random.chance(0.5) ? random.in(flat_below, count) : count;
  const double rise = random.real(0, 255.0 / static_cast<double>(count));
  for (std::int64_t k = 0; k < count; ++k) {
    answer += k >= flat_below && k < flat_above && random.chance(rise) ? 1 : 0;
    table.entries[static_cast<std::size_t>(k)] = 2 * answer + (k < low || k >= high ? 1 : 0);
  }
  return table;
}

TEST(StepTable, AnswersEveryInputOfRandomTables) {
  if (!has_step_tables()) GTEST_SKIP() << "needs AVX-512 VBMI and BITALG";
  int taken = 0;
  int trimmed = 0;  // of those that are long
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const DirectTable table = any_table(random, random.number(3, 12), random.chance(0.7));
    const auto steps = as_steps(table);
    if (!steps) continue;
    ++taken;
    trimmed += steps->is_short && table.entries.size() > StepTable::kInputs / 2 ? 1 : 0;
    std::vector<std::int16_t> inputs((table.entries.size() + 7) / 8 * 8,
                                     static_cast<std::int16_t>(table.first));
    std::iota(inputs.begin(), inputs.begin() + table.entries.size(), static_cast<std::int16_t>(table.first));
    std::int64_t expected = 0;
    for (const std::int16_t q : inputs)
      expected += table.entries[static_cast<std::size_t>(q - table.first)] & 1;
    std::vector<std::int16_t> answers(inputs.size());
    EXPECT_EQ(apply_steps(*steps, inputs.data(), inputs.size(), answers.data()), expected) << "seed " << seed;
    for (std::size_t k = 0; k < inputs.size(); ++k)
      ASSERT_EQ(answers[k], table.entries[static_cast<std::size_t>(inputs[k] - table.first)] >> 1)
          << "seed " << seed << " input " << inputs[k];
  }
  EXPECT_GT(taken, 200);
  EXPECT_GT(trimmed, 5);
}

DirectTable rising_by(std::int32_t rise, int width) {
  ActivationTable empty;
  empty.kind = TableKind::Rectifier;
  empty.input = {true, width, 0};
  DirectTable table(empty);
  for (std::size_t k = 0; k < table.entries.size(); ++k)
    table.entries[k] = 2 * static_cast<std::int32_t>(k) * rise;
  return table;
}

TEST(StepTable, RefusesWhatItCannotSay) {
  EXPECT_TRUE(as_steps(rising_by(1, 8)));
  EXPECT_FALSE(as_steps(rising_by(2, 6)));
  EXPECT_FALSE(as_steps(rising_by(-1, 6)));
  EXPECT_FALSE(as_steps(rising_by(1, 9)));   // more than 256 answers
  EXPECT_FALSE(as_steps(rising_by(0, 13)));  // more than 4096 inputs
  DirectTable overflows_within = rising_by(0, 8);
  overflows_within.entries[100] += 1;
  EXPECT_FALSE(as_steps(overflows_within));
  overflows_within.entries.back() += 1;
  EXPECT_FALSE(as_steps(overflows_within));
}

}  // namespace
}  // namespace fixgate::fast
