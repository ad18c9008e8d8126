#include "simulate/fast/mirrored_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "simulate/testing/random.h"

namespace fixgate::fast {
namespace {

using testing_support::Random;

DirectTable empty_table(int width) {
  ActivationTable empty;
  empty.kind = TableKind::Rectifier;
  empty.input = {true, width, 0};
  return DirectTable(empty);
}

std::int32_t& entry(DirectTable& table, int q) {
  return table.entries[static_cast<std::size_t>(q - table.first)];
}

/// Answers that rise from 0 on, flat from some magnitude on, mirrored, and cut off above.
DirectTable any_table(Random& random, int width) {
  DirectTable table = empty_table(width);
  const std::int32_t at_zero = random.number(-100, 300);
  const std::int32_t mirror = random.chance(0.5) ? 2 * at_zero : random.number(-300, 600);
  const int flat_from = random.number(1, 1500);
  const double rise = random.real(0, 0.9);
  const std::int32_t highest = random.chance(0.5) ? at_zero + random.number(1, 255) : 10'000;
  std::int32_t answer = at_zero;
  entry(table, 0) = 2 * answer;
  for (int a = 1; a <= -table.first; ++a) {
    if (a < flat_from && a < -table.first && random.chance(rise)) ++answer;
    entry(table, -a) = 2 * (mirror - answer);
    if (a < -table.first) entry(table, a) = 2 * std::min(answer, highest) + (answer > highest ? 1 : 0);
  }
  return table;
}

TEST(MirroredTable, AnswersEveryInputOfRandomTables) {
  if (!has_mirrored_tables()) GTEST_SKIP() << "needs AVX2";
  int taken = 0;
  int saturate = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    DirectTable table = any_table(random, random.number(2, 13));
    const auto mirrored = as_mirrored(table);
    if (!mirrored) continue;
    ++taken;
    saturate += (*std::ranges::max_element(table.entries) & 1) != 0 ? 1 : 0;
    std::vector<std::int16_t> inputs;
    for (int q = table.first; q < -table.first; ++q) inputs.push_back(static_cast<std::int16_t>(q));
    inputs.resize(inputs.size() - static_cast<std::size_t>(random.number(0, 3)));
    std::vector<std::int16_t> answers(inputs.size());
    const std::int64_t overflows = apply_mirrored(*mirrored, inputs.data(), inputs.size(), answers.data());
    EXPECT_EQ(overflows, std::ranges::count_if(inputs, [&](int q) { return (entry(table, q) & 1) != 0; }));
    for (std::size_t k = 0; k < inputs.size(); ++k)
      ASSERT_EQ(answers[k], entry(table, inputs[k]) >> 1) << "seed " << seed << " input " << inputs[k];
  }
  EXPECT_GT(taken, 150);
  EXPECT_GT(saturate, 20);
}

DirectTable rising_by(std::int32_t rise, int width) {
  DirectTable table = empty_table(width);
  for (int q = table.first; q < -table.first; ++q) entry(table, q) = 2 * rise * std::max(q, table.first + 1);
  return table;
}

TEST(MirroredTable, RefusesWhatItCannotSay) {
  EXPECT_TRUE(as_mirrored(rising_by(1, 8)));
  EXPECT_TRUE(as_mirrored(rising_by(1, 9)));
  EXPECT_FALSE(as_mirrored(rising_by(1, 10)));  // more than 256 answers
  EXPECT_FALSE(as_mirrored(rising_by(2, 6)));
  EXPECT_FALSE(as_mirrored(rising_by(-1, 6)));
  DirectTable odd_one = rising_by(1, 8);
  entry(odd_one, 17) -= 2;
  EXPECT_FALSE(as_mirrored(odd_one)) << "not mirrored";
  DirectTable lowest = rising_by(1, 8);
  entry(lowest, lowest.first) -= 2;
  EXPECT_FALSE(as_mirrored(lowest)) << "the most negative input has an answer of its own";
  ActivationTable from_zero;
  from_zero.kind = TableKind::Rectifier;
  from_zero.input = {false, 8, 0};
  EXPECT_FALSE(as_mirrored(DirectTable(from_zero))) << "no negative inputs";
}

}  // namespace
}  // namespace fixgate::fast
