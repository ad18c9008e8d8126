#include "numeric/format.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "numeric/arbitrary_test.h"

namespace fixgate {
namespace {

Format parsed(std::string_view text) {
  const Result<Format> format = parse_format(text);
  EXPECT_TRUE(format) << text;
  return format.value_or(Format{});
}

std::string refusal(std::string_view text) {
  const Result<Format> format = parse_format(text);
  EXPECT_FALSE(format) << text;
  return format ? "" : format.error().message;
}

struct Row {
  const char* text;
  Format format;
  std::int64_t low, high;
  double lowest, highest, step;
};

TEST(Section1, TableOfFormats) {
  for (const Row& row :
       {Row{"sfix8_En6", {true, 8, 6}, -128, 127, -2, 1.984375, 1.0 / 64},
        Row{"ufix8_En8", {false, 8, 8}, 0, 255, 0, 0.99609375, 1.0 / 256},
        Row{"sfix4_E2", {true, 4, -2}, -8, 7, -32, 28, 4}, Row{"sfix1", {true, 1, 0}, -1, 0, -1, 0, 1}}) {
    EXPECT_EQ(parsed(row.text), row.format);
    EXPECT_EQ(to_text(row.format), row.text);
    EXPECT_EQ(row.format.min(), row.low);
    EXPECT_EQ(row.format.max(), row.high);
    EXPECT_EQ(row.format.value(row.low), row.lowest);
    EXPECT_EQ(row.format.value(row.high), row.highest);
    EXPECT_EQ(row.format.value(1), row.step);
  }
  EXPECT_EQ(parsed("sfix1_En0"), parsed("sfix1"));
}

TEST(Section1, TextForm) {
  EXPECT_EQ(parsed("sfix8_En6"), (Format{true, 8, 6}));
  EXPECT_EQ(parsed("ufix8_En8"), (Format{false, 8, 8}));
  EXPECT_EQ(parsed("sfix8_E2"), (Format{true, 8, -2}));
  EXPECT_EQ(parsed("sfix8_E2").value(3), 12);
  EXPECT_EQ(parsed("sfix8"), (Format{true, 8, 0}));
}

TEST(Format, RangeOfEveryWidth) {
  double count = 1;
  for (int width = 1; width <= kMaxFormatWidth; ++width) {
    count *= 2;
    const Format with_sign{true, width, 0};
    const Format without{false, width, 0};
    EXPECT_EQ(static_cast<double>(with_sign.min()), -count / 2);
    EXPECT_EQ(static_cast<double>(with_sign.max()), count / 2 - 1);
    EXPECT_EQ(without.min(), 0);
    EXPECT_EQ(static_cast<double>(without.max()), count - 1);
    for (const Format& format : {with_sign, without}) {
      EXPECT_TRUE(format.contains(format.min()) && format.contains(format.max()));
      EXPECT_FALSE(format.contains(format.min() - 1) || format.contains(format.max() + 1));
    }
  }
}

TEST(Format, EveryFormatSurvivesItsText) {
  for (const bool is_signed : {false, true})
    for (int width = 1; width <= kMaxFormatWidth; ++width)
      for (int fraction = -kMaxFraction; fraction <= kMaxFraction; ++fraction) {
        const Format format{is_signed, width, fraction};
        ASSERT_TRUE(check_format(format));
        ASSERT_EQ(parsed(to_text(format)), format);
      }
}

TEST(Format, ValueIsExactAtBothEndsOfTheBinaryPoint) {
  EXPECT_EQ((Format{true, 32, 64}.value(-2147483648LL)), -0x1p-33);
  EXPECT_EQ((Format{false, 32, -64}.value(4294967295LL)), 4294967295.0 * 0x1p64);
}

TEST(Format, RefusesWhatIsNoFormat) {
  for (const char* text : {"",
                           "s",
                           "fix8",
                           "sfix",
                           "sfix_En6",
                           "sfix8_",
                           "sfix8_E",
                           "sfix8_En",
                           "sfix8_e2",
                           "sfix8_En6 ",
                           " sfix8",
                           "sfix8En6",
                           "sfix8_En6x",
                           "Sfix8",
                           "sfix-8",
                           "sfix+8",
                           "sfix8_E-2",
                           "sfix8_En-2",
                           "sfix8_E+2",
                           "sfix8_E-0",
                           "sfix8_En-0",
                           "sfix99999999999",
                           "sfix8_En99999999999",
                           "ufix8_En6_En6"})
    EXPECT_NE(refusal(text).find("expected the form"), std::string::npos) << refusal(text);
}

TEST(Format, RefusesWidthsAndFractionsOutOfRange) {
  EXPECT_NE(refusal("sfix0").find("sfix0: width 0 is impossible"), std::string::npos);
  EXPECT_NE(refusal("ufix33").find("width 33"), std::string::npos);
  EXPECT_NE(refusal("sfix8_En65").find("65 fraction bits"), std::string::npos);
  EXPECT_NE(refusal("sfix8_E65").find("-65 fraction bits"), std::string::npos);
  EXPECT_TRUE(parse_format("sfix32_En64") && parse_format("ufix32_E64"));
  EXPECT_FALSE(check_format({true, -1, 0}));
  EXPECT_FALSE(check_format({true, 8, -65}));
}

TEST(Format, ModesSurviveTheirText) {
  for (const Rounding rounding : {Rounding::Floor, Rounding::Nearest, Rounding::Convergent})
    EXPECT_EQ(parse_rounding(to_text(rounding)), rounding);
  for (const Overflow overflow : {Overflow::Saturate, Overflow::Wrap})
    EXPECT_EQ(parse_overflow(to_text(overflow)), overflow);
  EXPECT_EQ(to_text(Rounding::Convergent), "convergent");
  EXPECT_NE(parse_rounding("half").error().message.find("'half'"), std::string::npos);
  EXPECT_NE(parse_overflow("").error().message.find("saturate or wrap"), std::string::npos);
}

RC_GTEST_PROP(FormatProperty, TextIsTheInverseOfParse, (const Format& format)) {
  RC_ASSERT(parse_format(to_text(format)).value() == format);
}

// Whatever parses is a format; its text may be shorter (leading zeros, _En0), but means the same.
RC_GTEST_PROP(FormatProperty, DamagedTextIsRefusedOrIsAFormat, (const Format& format)) {
  std::string text = to_text(format);
  const std::string letters = "sufixEn_0123456789-+ ";
  text[*rc::gen::inRange<std::size_t>(0, text.size())] =
      letters[*rc::gen::inRange<std::size_t>(0, letters.size())];
  const Result<Format> got = parse_format(text);
  if (!got) return;
  RC_ASSERT(check_format(*got).has_value());
  RC_ASSERT(parse_format(to_text(*got)).value() == *got);
  RC_ASSERT(text.find_first_of("-+ ") == std::string::npos);
}

}  // namespace
}  // namespace fixgate
