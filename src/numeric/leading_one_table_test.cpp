#include "numeric/leading_one_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fixgate {
namespace {

const Format kWide{true, 32, 16};
const SignalFormat kOutput{{true, 24, 12}};

LeadingOneTable table_of(WideFunction function, int bits = 8) {
  return make_leading_one_table(function, kWide, kOutput, bits);
}

double answer(const LeadingOneTable& table, double x) {
  std::int64_t overflows = 0;
  const auto q = static_cast<std::int64_t>(std::ldexp(x, table.input.fraction));
  return table.output.format.value(apply_table(table, q, overflows));
}

TEST(LeadingOneTable, HalvesTheErrorOfAnInterval) {
  for (const double x : {0.01, 0.5, 1.0, 3.0, 100.0, 30000.0}) {
    const double relative = std::ldexp(1.0, -8);
    const double step = std::ldexp(1.0, -12);
    EXPECT_NEAR(answer(table_of(WideFunction::Reciprocal), x), 1 / x, relative / x + step) << x;
    EXPECT_NEAR(answer(table_of(WideFunction::SquareRoot), x), std::sqrt(x), relative * std::sqrt(x) + step)
        << x;
    EXPECT_NEAR(answer(table_of(WideFunction::ReciprocalSquareRoot), x), 1 / std::sqrt(x),
                relative / std::sqrt(x) + step)
        << x;
    EXPECT_NEAR(answer(table_of(WideFunction::Logarithm), x), std::log(x), relative + 3 * step) << x;
  }
}

TEST(LeadingOneTable, IsOddForReciprocals) {
  EXPECT_NEAR(answer(table_of(WideFunction::Reciprocal), -4.0), -0.25, 0.002);
  std::int64_t overflows = 0;
  EXPECT_NE(apply_table(table_of(WideFunction::Reciprocal), kWide.min(), overflows), kOutput.format.min());
}

TEST(LeadingOneTable, EndsTheRangeOutsideTheDomain) {
  std::int64_t overflows = 0;
  EXPECT_EQ(apply_table(table_of(WideFunction::Reciprocal), 0, overflows), kOutput.format.max());
  EXPECT_EQ(apply_table(table_of(WideFunction::Logarithm), 0, overflows), kOutput.format.min());
  EXPECT_EQ(apply_table(table_of(WideFunction::SquareRoot), -1, overflows), kOutput.format.min());
  EXPECT_EQ(apply_table(table_of(WideFunction::ReciprocalSquareRoot), -1, overflows), kOutput.format.max());
  EXPECT_EQ(overflows, 4);
  EXPECT_EQ(apply_table(table_of(WideFunction::SquareRoot), 0, overflows), 0);
  EXPECT_EQ(overflows, 4);
}

// numerics.md, section 6: sqrt over ufix8_En4 to ufix8_En6 floor, two bits below the leading one.
TEST(LeadingOneTable, ExampleOfTheContract) {
  const LeadingOneTable table{WideFunction::SquareRoot,
                              {false, 8, 4},
                              {{false, 8, 6}, Rounding::Floor},
                              2,
                              6,
                              {68, 75, 82, 88, 96, 106, 115, 124},
                              0};
  std::int64_t overflows = 0;
  EXPECT_EQ(apply_table(table, 22, overflows), 75);   // 1.375: exponent 0, index 1
  EXPECT_EQ(apply_table(table, 44, overflows), 106);  // 2.75: exponent 1, index 1
  EXPECT_EQ(apply_table(table, 3, overflows), 28);    // 0.1875: exponent -3, index 2: 115 / 4
  EXPECT_EQ(overflows, 0);
}

TEST(LeadingOneTable, MaximumErrorIsThatOfEveryInput) {
  for (const auto function : {WideFunction::Reciprocal, WideFunction::SquareRoot,
                              WideFunction::ReciprocalSquareRoot, WideFunction::Logarithm}) {
    for (const bool is_signed : {false, true}) {
      const Format input{is_signed, 11, 5};
      const LeadingOneTable table = make_leading_one_table(function, input, {{true, 12, 6}}, 3);
      double largest = 0;
      for (std::int64_t q = input.min(); q <= input.max(); ++q) {
        if (q == 0 || (q < 0 && function != WideFunction::Reciprocal)) continue;
        std::int64_t overflows = 0;
        const double found = table.output.format.value(apply_table(table, q, overflows));
        largest = std::max(largest, std::abs(found - evaluate(function, input.value(q))));
      }
      EXPECT_EQ(maximum_error(table), largest) << to_text(function) << is_signed;
    }
  }
}

TEST(LeadingOneTable, RefusesWhatTheContractDoesNotAllow) {
  LeadingOneTable table = table_of(WideFunction::SquareRoot);
  EXPECT_TRUE(check_table(table));
  table.entries.pop_back();
  EXPECT_NE(check_table(table).error().message.find("511 entries"), std::string::npos);
  table = table_of(WideFunction::Logarithm);
  table.octave = std::int64_t{1} << 60;
  EXPECT_NE(check_table(table).error().message.find("outside -4..4"), std::string::npos);
  EXPECT_FALSE(parse_wide_function("Sine"));
}

}  // namespace
}  // namespace fixgate
