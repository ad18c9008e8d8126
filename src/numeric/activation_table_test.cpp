#include "numeric/activation_table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "numeric/arbitrary_test.h"
#include "numeric/plain_arithmetic_test.h"
#include "numeric/requantise.h"

namespace fixgate {
namespace {

using plain::Outcome;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::array kSymmetries = {TableSymmetry::None, TableSymmetry::Odd, TableSymmetry::Complement};

Outcome applied(const ActivationTable& table, std::int64_t q) {
  Outcome got;
  got.q = apply_table(table, q, got.overflowed);
  return got;
}

std::string refusal(const ActivationTable& table) {
  const Result<void> checked = check_table(table);
  return checked ? "accepted" : checked.error().message;
}

bool refused(const ActivationTable& table, const std::string& because) {
  return refusal(table).find(because) != std::string::npos;
}

// Amin, Curtis, Hayes-Gill, "Piecewise linear approximation applied to nonlinear function of a neural
// network", 1997.
ActivationTable plan_sigmoid() {
  ActivationTable table;
  table.function = "Sigmoid";
  table.symmetry = TableSymmetry::Complement;
  table.input = {true, 8, 4};
  table.output = {{false, 8, 8}, Rounding::Floor, Overflow::Saturate};
  table.slope_fraction = 5;
  table.segments = {{0, 256, 8}, {16, 384, 4}, {38, 470, 1}, {80, 512, 0}};
  return table;
}

double plan_in_double(double x) {
  const double a = std::fabs(x);
  const double y = a < 1 ? 0.25 * a + 0.5 : a < 2.375 ? 0.125 * a + 0.625 : a < 5 ? 0.03125 * a + 0.84375 : 1;
  return x < 0 ? 1 - y : y;
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

ActivationTable lookup(Format input, TableSymmetry symmetry, int drop, std::vector<std::int64_t> entries) {
  ActivationTable table;
  table.kind = TableKind::Lookup;
  table.symmetry = symmetry;
  table.input = input;
  table.output = {{true, 8, 4}, Rounding::Nearest, Overflow::Saturate};
  table.drop = drop;
  table.entries = std::move(entries);
  return table;
}

// --- docs/numerics.md, section 6 ---

TEST(Section6, PlanSigmoid) {
  const ActivationTable table = plan_sigmoid();
  ASSERT_EQ(refusal(table), "accepted");
  EXPECT_EQ(table.segments[1], (Segment{16, 384, 4}));
  EXPECT_EQ(applied(table, 24), (Outcome{208, 0}));
  EXPECT_EQ(table.output.format.value(208), 0.8125);
  EXPECT_EQ(applied(table, -24), (Outcome{48, 0}));
  EXPECT_EQ(table.output.format.value(48), 0.1875);
}

TEST(Section6, PlanSigmoidAtEveryInput) {
  const ActivationTable table = plan_sigmoid();
  for (int q = -127; q <= 127; ++q) {
    const double y = std::floor(256 * plan_in_double(std::abs(q) / 16.0));
    const double r = q < 0 ? 256 - y : y;
    EXPECT_EQ(applied(table, q), (Outcome{static_cast<std::int64_t>(std::fmin(r, 255)), r > 255})) << q;
  }
}

TEST(Section6, MostNegativeInputIsTakenForItsNeighbour) {
  const ActivationTable plan = plan_sigmoid();
  EXPECT_EQ(applied(plan, -128), applied(plan, -127));
  const ActivationTable odd = lookup({true, 3, 0}, TableSymmetry::Odd, 0, {0, 10, 20, 30});
  EXPECT_EQ(odd.max_address(), 3);
  EXPECT_EQ(applied(odd, -4), (Outcome{-30, 0}));
  EXPECT_EQ(applied(odd, -3), (Outcome{-30, 0}));
}

TEST(Section6, LookupOfEverySymmetry) {
  const ActivationTable none = lookup({true, 3, 0}, TableSymmetry::None, 1, {-40, -4, 4, 40});
  EXPECT_EQ(none.max_address(), 7);
  const std::array<std::int64_t, 8> of_none = {-40, -40, -4, -4, 4, 4, 40, 40};
  const ActivationTable complement = lookup({true, 3, 0}, TableSymmetry::Complement, 0, {8, 12, 14, 15});
  const std::array<std::int64_t, 8> of_complement = {1, 1, 2, 4, 8, 12, 14, 15};
  for (int q = -4; q <= 3; ++q) {
    EXPECT_EQ(applied(none, q).q, of_none[static_cast<std::size_t>(q + 4)]) << q;
    EXPECT_EQ(applied(complement, q).q, of_complement[static_cast<std::size_t>(q + 4)]) << q;
  }
  const ActivationTable natural = lookup({false, 2, 0}, TableSymmetry::None, 0, {1, 2, 3, 4});
  for (int q = 0; q <= 3; ++q) EXPECT_EQ(applied(natural, q).q, q + 1);
}

// The rounding is before the mirror: floor goes towards minus infinity for q >= 0 and away from it for q < 0.
TEST(Section6, RoundsBeforeTheMirror) {
  ActivationTable table;
  table.symmetry = TableSymmetry::Odd;
  table.input = {true, 4, 1};
  table.output = {{true, 4, 0}, Rounding::Floor, Overflow::Saturate};
  table.segments = {{0, 0, 1}};
  EXPECT_EQ(applied(table, 3).q, 1);
  EXPECT_EQ(applied(table, -3).q, -1);
}

TEST(Section6, OverflowIsAfterTheMirror) {
  ActivationTable table = lookup({true, 2, 0}, TableSymmetry::Odd, 0, {0, 128});
  EXPECT_EQ(applied(table, 1), (Outcome{127, 1}));
  EXPECT_EQ(applied(table, -1), (Outcome{-128, 0}));
  table.output.overflow = Overflow::Wrap;
  EXPECT_EQ(applied(table, 1), (Outcome{-128, 1}));
  EXPECT_EQ(applied(table, -1), (Outcome{-128, 0}));
}

TEST(Section6, Rectifier) {
  ActivationTable table;
  table.kind = TableKind::Rectifier;
  table.input = {true, 32, 8};
  table.output = {{false, 8, 4}, Rounding::Nearest, Overflow::Saturate};
  ASSERT_EQ(refusal(table), "accepted");
  EXPECT_EQ(applied(table, -5), (Outcome{0, 0}));
  EXPECT_EQ(applied(table, table.input.min()), (Outcome{0, 0}));
  EXPECT_EQ(applied(table, 24), (Outcome{2, 0}));
  EXPECT_EQ(applied(table, 255 * 16), (Outcome{255, 0}));
  EXPECT_EQ(applied(table, 256 * 16), (Outcome{255, 1}));
}

TEST(Section6, MaximumErrorVisitsEveryInput) {
  const ActivationTable table = plan_sigmoid();
  double worst = -1;
  int at = 0;
  for (int q = -128; q <= 127; ++q) {
    const double error = std::fabs(static_cast<double>(applied(table, q).q) / 256 - sigmoid(q / 16.0));
    if (error > worst) at = q;
    worst = std::fmax(worst, error);
  }
  const TableError got = maximum_error(table, sigmoid);
  EXPECT_EQ(got.maximum, worst);
  EXPECT_EQ(got.at, at);
  EXPECT_NEAR(got.maximum, 0.0189, 1.0 / 256);  // PLAN's own error, and one step of the output
}

TEST(MaximumError, FirstOfEqualErrors) {
  const TableError got =
      maximum_error(lookup({true, 2, 0}, TableSymmetry::None, 0, {0, 16, 16, 0}), [](double) { return 0.5; });
  EXPECT_EQ(got.maximum, 0.5);
  EXPECT_EQ(got.at, -2);
}

TEST(MaximumError, ExactTableHasNone) {
  const TableError got = maximum_error(lookup({true, 2, 4}, TableSymmetry::Odd, 0, {0, 1}),
                                       [](double x) { return std::fmax(x, -0x1p-4); });
  EXPECT_EQ(got.maximum, 0);
  EXPECT_EQ(got.at, -2);
}

// --- extremes ---

TEST(TableExtremes, OneBitInputs) {
  for (const TableSymmetry symmetry : kSymmetries) {
    const bool none = symmetry == TableSymmetry::None;
    ActivationTable table = lookup({true, 1, 0}, symmetry, 0,
                                   none ? std::vector<std::int64_t>{5, 3} : std::vector<std::int64_t>{3});
    ASSERT_EQ(refusal(table), "accepted");
    EXPECT_EQ(table.max_address(), none ? 1 : 0);
    EXPECT_EQ(applied(table, 0).q, 3);
    EXPECT_EQ(applied(table, -1).q, none ? 5 : symmetry == TableSymmetry::Odd ? -3 : 16 - 3);
    table.output.format = {true, 1, 0};
    for (const std::int64_t q : {-1, 0}) EXPECT_EQ(applied(table, q), plain::apply_table(table, q));
  }
  EXPECT_EQ(applied(lookup({false, 1, 0}, TableSymmetry::None, 0, {4, 9}), 1).q, 9);
}

TEST(TableExtremes, EntriesOf64Bits) {
  for (const TableSymmetry symmetry : {TableSymmetry::Odd, TableSymmetry::Complement})
    for (const Overflow overflow : {Overflow::Saturate, Overflow::Wrap})
      for (const int fraction : {0, 62, 63, 64}) {
        ActivationTable table = lookup({true, 3, 0}, symmetry, 0, {kLowest, kHighest, -1, 1});
        table.output = {{true, 32, fraction}, Rounding::Floor, overflow};
        for (int q = -4; q <= 3; ++q) EXPECT_EQ(applied(table, q), plain::apply_table(table, q)) << q;
      }
}

// 1 - y with y far beyond 1 and a left shift as long as formats allow: the sign of the result must be right.
TEST(TableExtremes, ComplementAfterTheLongestLeftShifts) {
  for (const int input_fraction : {-64, -60, 0, 64})
    for (const int output_fraction : {0, 60, 61, 62, 63, 64})
      for (const Overflow overflow : {Overflow::Saturate, Overflow::Wrap})
        for (const std::int64_t offset : {std::int64_t{-3}, std::int64_t{1}, std::int64_t{2}, std::int64_t{3},
                                          std::int64_t{4}, kHighest, kLowest}) {
          ActivationTable table = plan_sigmoid();
          table.input = {true, 3, input_fraction};
          table.slope_fraction = 0;
          table.output = {{true, 16, output_fraction}, Rounding::Nearest, overflow};
          table.segments = {{0, offset, 0}};
          ASSERT_EQ(refusal(table), "accepted");
          for (int q = -4; q <= 3; ++q)
            ASSERT_EQ(applied(table, q), plain::apply_table(table, q))
                << q << ' ' << offset << ' ' << to_text(table.input) << ' ' << to_text(table.output.format);
        }
}

// --- refusals ---

TEST(CheckTable, Formats) {
  ActivationTable table = plan_sigmoid();
  table.input.width = 33;
  EXPECT_TRUE(refused(table, "width 33"));
  table = plan_sigmoid();
  table.output.format.fraction = 65;
  EXPECT_TRUE(refused(table, "65 fraction bits"));
  table = plan_sigmoid();
  table.input.width = kMaxTableInputWidth + 1;
  EXPECT_TRUE(refused(table, "at most 24 bits wide, this one is sfix25_En4"));
  table.input.width = kMaxTableInputWidth;
  EXPECT_EQ(refusal(table), "accepted");
}

TEST(CheckTable, Symmetry) {
  ActivationTable table = plan_sigmoid();
  table.input.is_signed = false;
  EXPECT_TRUE(refused(table, "signed input, this one is ufix8_En4"));
  table = plan_sigmoid();
  table.output.format.fraction = -1;
  EXPECT_TRUE(refused(table, "complement table needs"));
  table.symmetry = TableSymmetry::Odd;
  EXPECT_EQ(refusal(table), "accepted");
}

TEST(CheckTable, Starts) {
  ActivationTable table = plan_sigmoid();
  table.segments.clear();
  EXPECT_TRUE(refused(table, "first segment that starts at 0"));
  for (const std::int64_t first : {std::int64_t{1}, std::int64_t{-1}, kLowest}) {
    table.segments = {{first, 0, 0}};
    EXPECT_TRUE(refused(table, "first segment that starts at 0")) << first;
  }
  for (const std::int64_t second :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{128}, kLowest, kHighest}) {
    table.segments = {{0, 0, 0}, {second, 0, 0}};
    EXPECT_TRUE(refused(table, "starts must increase")) << second;
    table.segments = {{0, 0, 0}, {second, 0, 0}, {127, 0, 0}};
    EXPECT_TRUE(refused(table, "starts must increase")) << second;
  }
  table.segments = {{0, 0, 0}, {127, 0, 0}};
  EXPECT_EQ(refusal(table), "accepted");
  table.symmetry = TableSymmetry::None;
  table.segments = {{0, 0, 0}, {255, 0, 0}};
  EXPECT_EQ(refusal(table), "accepted");
}

TEST(CheckTable, ValuesBeyond64Bits) {
  ActivationTable table = plan_sigmoid();
  for (const Segment& segment :
       {Segment{0, kHighest, 1}, Segment{0, kLowest, -1}, Segment{0, 0, kHighest}, Segment{0, 0, kLowest}}) {
    table.segments = {segment};
    EXPECT_TRUE(refused(table, "more than 64 bits"));
  }
  table.segments = {{0, kHighest, -1}};
  EXPECT_EQ(refusal(table), "accepted");
  table.segments = {{0, kHighest - 127, 1}};
  EXPECT_EQ(refusal(table), "accepted");
  table.segments = {{0, kHighest - 126, 1}};
  EXPECT_TRUE(refused(table, "more than 64 bits"));
  table.segments = {{0, kHighest - 15, 1}, {16, 0, 0}};  // the first segment ends at address 15
  EXPECT_EQ(refusal(table), "accepted");
}

TEST(CheckTable, SlopeFraction) {
  ActivationTable table = plan_sigmoid();
  for (const int fraction : {-1, 65}) {
    table.slope_fraction = fraction;
    EXPECT_TRUE(refused(table, "slope fraction")) << fraction;
  }
}

TEST(CheckTable, Entries) {
  EXPECT_TRUE(refused(lookup({true, 3, 0}, TableSymmetry::Odd, 0, {1, 2, 3}), "has 4 entries, not 3"));
  EXPECT_TRUE(refused(lookup({true, 3, 0}, TableSymmetry::None, 0, {1, 2, 3, 4}), "has 8 entries, not 4"));
  EXPECT_TRUE(refused(lookup({true, 3, 0}, TableSymmetry::Odd, 1, {}), "has 2 entries, not 0"));
  EXPECT_TRUE(refused(lookup({true, 3, 0}, TableSymmetry::Odd, -1, {1}), "drop -1"));
  EXPECT_TRUE(refused(lookup({true, 3, 0}, TableSymmetry::Odd, 64, {1}), "drop 64"));
  EXPECT_EQ(refusal(lookup({true, 3, 0}, TableSymmetry::Odd, 1, {1, 2})), "accepted");
  EXPECT_EQ(refusal(lookup({true, 3, 0}, TableSymmetry::Odd, 23, {1})), "accepted");
}

TEST(TableText, KindsAndSymmetriesSurviveTheirText) {
  for (const TableKind kind : {TableKind::PiecewiseLinear, TableKind::Lookup, TableKind::Rectifier})
    EXPECT_EQ(parse_table_kind(to_text(kind)), kind);
  for (const TableSymmetry symmetry : kSymmetries)
    EXPECT_EQ(parse_table_symmetry(to_text(symmetry)), symmetry);
  EXPECT_EQ(to_text(TableKind::PiecewiseLinear), "piecewise_linear");
  EXPECT_NE(parse_table_kind("pwl").error().message.find("'pwl'"), std::string::npos);
  EXPECT_NE(parse_table_symmetry("even").error().message.find("none, odd or complement"), std::string::npos);
}

// --- every input of random tables ---

ActivationTable any_table(TableSymmetry symmetry) {
  ActivationTable table;
  table.symmetry = symmetry;
  table.input = *rc::gen::arbitrary<Format>();
  table.input.width = *rc::gen::inRange(1, 10);
  if (symmetry != TableSymmetry::None) table.input.is_signed = true;
  table.output = *rc::gen::arbitrary<SignalFormat>();
  if (symmetry == TableSymmetry::Complement)
    table.output.format.fraction = std::abs(table.output.format.fraction);
  return table;
}

std::int64_t any_of_length(int bits) {
  return *any_integer() >> (64 - bits);
}

ActivationTable any_piecewise_linear(TableSymmetry symmetry) {
  ActivationTable table = any_table(symmetry);
  table.slope_fraction = *rc::gen::inRange(0, 65);
  // Half of the time the values are about as long as the output.
  const int natural =
      table.output.format.width + table.input.fraction + table.slope_fraction - table.output.format.fraction;
  const int bits = std::clamp(*rc::gen::oneOf(rc::gen::just(natural), rc::gen::inRange(2, 62)), 2, 62);
  std::int64_t start = 0;
  while (start <= table.max_address() && table.segments.size() < 6) {
    table.segments.push_back(
        {start, any_of_length(bits), any_of_length(std::max(1, bits - table.input.width))});
    start += *rc::gen::inRange<std::int64_t>(1, 80);
  }
  return table;
}

ActivationTable any_lookup(TableSymmetry symmetry) {
  ActivationTable table = any_table(symmetry);
  table.kind = TableKind::Lookup;
  table.drop = *rc::gen::inRange(0, 10);
  const int bits = std::min(64, table.output.format.width + *rc::gen::element(0, 1, 32));
  table.entries.resize(static_cast<std::size_t>((table.max_address() >> table.drop) + 1));
  for (std::int64_t& entry : table.entries) entry = any_of_length(bits);
  return table;
}

void every_input_is_the_plain_one(const ActivationTable& table) {
  RC_ASSERT(refusal(table) == "accepted");
  for (std::int64_t q = table.input.min(); q <= table.input.max(); ++q) {
    const Outcome got = applied(table, q);
    RC_ASSERT(got == plain::apply_table(table, q));
    RC_ASSERT(table.output.format.contains(got.q));
  }
}

RC_GTEST_PROP(TableProperty, PiecewiseLinearWithoutSymmetry, ()) {
  every_input_is_the_plain_one(any_piecewise_linear(TableSymmetry::None));
}
RC_GTEST_PROP(TableProperty, PiecewiseLinearOdd, ()) {
  every_input_is_the_plain_one(any_piecewise_linear(TableSymmetry::Odd));
}
RC_GTEST_PROP(TableProperty, PiecewiseLinearComplement, ()) {
  every_input_is_the_plain_one(any_piecewise_linear(TableSymmetry::Complement));
}
RC_GTEST_PROP(TableProperty, LookupWithoutSymmetry, ()) {
  every_input_is_the_plain_one(any_lookup(TableSymmetry::None));
}
RC_GTEST_PROP(TableProperty, LookupOdd, ()) {
  every_input_is_the_plain_one(any_lookup(TableSymmetry::Odd));
}
RC_GTEST_PROP(TableProperty, LookupComplement, ()) {
  every_input_is_the_plain_one(any_lookup(TableSymmetry::Complement));
}

RC_GTEST_PROP(TableProperty, Rectifier, ()) {
  ActivationTable table = any_table(TableSymmetry::None);
  table.kind = TableKind::Rectifier;
  every_input_is_the_plain_one(table);
}

RC_GTEST_PROP(TableProperty, MaximumErrorIsTheLargestOfAll, ()) {
  const ActivationTable table = any_lookup(*rc::gen::elementOf(kSymmetries));
  double worst = -1;
  std::int64_t at = 0;
  for (std::int64_t q = table.input.max(); q >= table.input.min(); --q) {
    const double y = std::ldexp(static_cast<double>(applied(table, q).q), -table.output.format.fraction);
    const double error = std::fabs(y - std::tanh(std::ldexp(static_cast<double>(q), -table.input.fraction)));
    if (error >= worst) at = q;
    worst = std::fmax(worst, error);
  }
  const TableError got = maximum_error(table, [](double x) { return std::tanh(x); });
  RC_ASSERT(got.maximum == worst);
  RC_ASSERT(got.at == at);
}

}  // namespace
}  // namespace fixgate
