#include "calibrate/sample_parts.h"

#include <gtest/gtest.h>

#include <numeric>

namespace fixgate {
namespace {

Sample of_tokens(std::size_t steps, std::int32_t first) {
  Sample sample;
  sample.sequence.tokens.resize(steps);
  std::iota(sample.sequence.tokens.begin(), sample.sequence.tokens.end(), first);
  return sample;
}

TEST(SampleParts, AStreamStaysInOrderInPiecesOf64Steps) {
  DataSet data;
  data.is_stream = true;
  data.samples = {of_tokens(1000, 0), of_tokens(30, 1000)};
  std::int32_t next = 0;
  for (const SamplePart& part : cut_into_parts(data)) {
    EXPECT_TRUE(part.carries_on);
    EXPECT_GE(part.sequences.size(), 2U);
    for (const Sequence& piece : part.sequences) {
      EXPECT_LE(piece.steps(), 64U);
      for (const std::int32_t token : piece.tokens) EXPECT_EQ(token, next++);
    }
  }
  EXPECT_EQ(next, 1030);
}

TEST(SampleParts, SamplesAreDealtOut) {
  DataSet data;
  for (int k = 0; k < 10; ++k) data.samples.push_back(of_tokens(3, k));
  const auto parts = cut_into_parts(data);
  EXPECT_EQ(parts[1].sequences.size(), 2U);
  EXPECT_EQ(parts[1].sequences[1].tokens[0], 9);
  EXPECT_EQ(parts[2].sequences.size(), 1U);
  EXPECT_FALSE(parts[2].carries_on);
}

}  // namespace
}  // namespace fixgate
