#include "evaluate/judge.h"

#include <gtest/gtest.h>

#include <random>

#include "simulate/fast/real_outputs.h"

namespace fixgate {
namespace {

constexpr int kRows = 100;  // several pieces, the last one shorter
constexpr int kColumns = 7;
const Format kFormat{true, 8, 4};

std::vector<std::int64_t> random_integers() {
  std::mt19937 random(1);
  std::vector<std::int64_t> values(kRows * kColumns);
  for (std::int64_t& value : values) value = static_cast<std::int64_t>(random() % 256) - 128;
  return values;
}

Sample some_text() {
  Sample sample;
  sample.name = "text";
  for (int row = 0; row < kRows; ++row) sample.target.next_tokens.push_back(row % kColumns);
  return sample;
}

TEST(Judge, ATextInPiecesIsTheTextAsAWhole) {
  const std::vector<std::int64_t> values = random_integers();
  const IntegerView integers(kRows, kColumns, values);
  for (const MetricKind kind : {MetricKind::Perplexity, MetricKind::Accuracy}) {
    const MetricSpec metric{kind, Decision::Argmax};
    const auto pieces = judge(metric, OutputFunction::None, integers, kFormat, some_text());
    const auto whole = judge(metric, OutputFunction::None, real_outputs(integers, kFormat), some_text());
    ASSERT_TRUE(pieces && whole);
    EXPECT_EQ(pieces->decisions, whole->decisions);
    EXPECT_EQ(pieces->score.count, kRows);
    EXPECT_NEAR(pieces->score.sum, whole->score.sum, 1e-12 * whole->score.sum);
  }
}

TEST(Judge, AnErrorNamesTheStepOfTheWholeText) {
  const std::vector<std::int64_t> values = random_integers();
  Sample sample = some_text();
  sample.target.next_tokens[70] = kColumns;
  const auto judged = judge({MetricKind::Perplexity, Decision::Argmax}, OutputFunction::None,
                            IntegerView(kRows, kColumns, values), kFormat, sample);
  ASSERT_FALSE(judged);
  EXPECT_NE(judged.error().message.find("step 70"), std::string::npos) << judged.error().message;
}

}  // namespace
}  // namespace fixgate
