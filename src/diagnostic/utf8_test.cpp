#include "diagnostic/utf8.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(Utf8, GivesTheLengthOfTheFirstCodePoint) {
  EXPECT_EQ(code_point_length("ab"), 1U);
  EXPECT_EQ(code_point_length("\xc3\xa9x"), 2U);
  EXPECT_EQ(code_point_length("\xe2\x82\xac"), 3U);
  EXPECT_EQ(code_point_length("\xf0\x9f\x98\x80"), 4U);
  EXPECT_EQ(code_point_length(std::string_view("\0", 1)), 1U);
}

TEST(Utf8, RefusesWhatIsNotUtf8) {
  for (const char* const text :
       {"", "\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
    EXPECT_EQ(code_point_length(text), 0U) << text;
}

TEST(Utf8, KnowsTheBorders) {
  EXPECT_EQ(code_point_length("\xed\x9f\xbf"), 3U);      // U+D7FF
  EXPECT_EQ(code_point_length("\xee\x80\x80"), 3U);      // U+E000
  EXPECT_EQ(code_point_length("\xf4\x8f\xbf\xbf"), 4U);  // U+10FFFF
}

TEST(Utf8, GivesTheValue) {
  EXPECT_EQ(code_point_value("a"), 0x61U);
  EXPECT_EQ(code_point_value("\xc3\xa9"), 0xe9U);
  EXPECT_EQ(code_point_value("\xe2\x80\xae"), 0x202eU);
  EXPECT_EQ(code_point_value("\xf4\x8f\xbf\xbf"), 0x10ffffU);
}

}  // namespace
}  // namespace fixgate
