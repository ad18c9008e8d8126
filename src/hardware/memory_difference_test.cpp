#include "hardware/memory_difference.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(MemoryDifference, NamesTheFirstWordAndCountsAll) {
  const MemoryDifference found = compare_memory("// w\n00\n0f\n10\n", "// other words\n00\n0e\n11\n");
  EXPECT_EQ(found.words, 2);
  EXPECT_EQ(found.first, "word 1 is 0e, the network's is 0f");
}

TEST(MemoryDifference, IsNoneWhereOnlyCommentsDiffer) {
  EXPECT_EQ(compare_memory("// w\n00\n0f\n", "00\n// here\n0f").words, 0);
}

TEST(MemoryDifference, SeesWordsThatAreMissingOrTooMany) {
  EXPECT_EQ(compare_memory("00\n0f\n", "00\n").words, 1);
  EXPECT_EQ(compare_memory("00\n0f\n", "").first, "it has 0 words, the network's has 2");
  EXPECT_EQ(compare_memory("00\n", "00\n01\n02\n").words, 2);
}

TEST(MemoryDifference, TakesNothingForAWordThatIsNotWrittenAsExpected) {
  for (const char* text : {"@1\n0f\n", "0F\n", " 0f\n", "0f /*\n", "0f 00\n"})
    EXPECT_GT(compare_memory("0f\n", text).words, 0) << text;
}

TEST(MemoryDifference, ShowsTheDifferentPartOfALongWord) {
  std::string word(200, '0');
  std::string other = word;
  other[150] = '7';
  const std::string zeros(39, '0');
  EXPECT_EQ(compare_memory(word, other).first,
            "word 0 is 7" + zeros + " from digit 150 on, the network's is 0" + zeros);
}

}  // namespace
}  // namespace fixgate
