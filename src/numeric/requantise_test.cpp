#include "numeric/requantise.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "numeric/arbitrary_test.h"
#include "numeric/plain_arithmetic_test.h"

namespace fixgate {
namespace {

using plain::Outcome;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::array kRoundings = {Rounding::Floor, Rounding::Nearest, Rounding::Convergent};
constexpr std::array kOverflows = {Overflow::Saturate, Overflow::Wrap};
constexpr Format kWide{true, 32, 0};

Outcome requantised(std::int64_t v, int fraction, const SignalFormat& signal) {
  Outcome got;
  got.q = requantise(v, fraction, signal, got.overflowed);
  return got;
}

Outcome quantised(double real, const SignalFormat& signal) {
  Outcome got;
  got.q = quantise_input(real, signal, got.overflowed);
  return got;
}

std::int64_t rounded(std::int64_t v, int fraction, int to, Rounding rounding) {
  return requantised(v, fraction, {{true, 32, to}, rounding, Overflow::Saturate}).q;
}

// --- docs/numerics.md, in its order ---

TEST(Section2, SumOfTermsWithDifferentFractions) {
  const std::int64_t sum = align(3, 4 - 2) + align(5, 4 - 4);
  EXPECT_EQ(sum, 17);
  EXPECT_EQ((Format{true, 8, 4}.value(sum)), 1.0625);
  EXPECT_EQ((Format{true, 8, 2}.value(3) + Format{true, 8, 4}.value(5)), 1.0625);
}

TEST(Section3, TableOfRoundings) {
  struct Row {
    std::int64_t v;
    int fraction, to;
    std::int64_t floor, nearest, convergent;
  };
  for (const Row& row : {Row{21, 3, 1, 5, 5, 5}, Row{22, 3, 1, 5, 6, 6}, Row{18, 3, 1, 4, 5, 4},
                         Row{-22, 3, 1, -6, -5, -6}, Row{-21, 3, 1, -6, -5, -5}, Row{3, 0, 2, 12, 12, 12}}) {
    EXPECT_EQ(rounded(row.v, row.fraction, row.to, Rounding::Floor), row.floor) << row.v;
    EXPECT_EQ(rounded(row.v, row.fraction, row.to, Rounding::Nearest), row.nearest) << row.v;
    EXPECT_EQ(rounded(row.v, row.fraction, row.to, Rounding::Convergent), row.convergent) << row.v;
  }
}

TEST(Section3, OverflowIntoSfix4) {
  const Format sfix4{true, 4, 0};
  const auto into = [&](std::int64_t r, Overflow overflow) {
    return requantised(r, 0, {sfix4, Rounding::Floor, overflow});
  };
  EXPECT_EQ(into(9, Overflow::Saturate), (Outcome{7, 1}));
  EXPECT_EQ(into(9, Overflow::Wrap), (Outcome{-7, 1}));
  EXPECT_EQ(into(-9, Overflow::Saturate), (Outcome{-8, 1}));
  EXPECT_EQ(into(-9, Overflow::Wrap), (Outcome{7, 1}));
  EXPECT_EQ(into(7, Overflow::Wrap), (Outcome{7, 0}));
  EXPECT_EQ(into(-8, Overflow::Saturate), (Outcome{-8, 0}));
}

TEST(Section3, Input) {
  const auto at_fraction_1 = [](double real, Rounding rounding) {
    return quantised(real, {{true, 8, 1}, rounding, Overflow::Saturate}).q;
  };
  EXPECT_EQ(at_fraction_1(2.75, Rounding::Floor), 5);
  EXPECT_EQ(at_fraction_1(2.75, Rounding::Nearest), 6);
  EXPECT_EQ(at_fraction_1(2.75, Rounding::Convergent), 6);
  EXPECT_EQ(at_fraction_1(2.25, Rounding::Convergent), 4);
  EXPECT_EQ(at_fraction_1(-2.75, Rounding::Nearest), -5);
  EXPECT_EQ(at_fraction_1(-2.75, Rounding::Convergent), -6);
}

// --- exhaustive: every small integer, shift, format and mode, in floating point, which is exact here ---

double round_in_double(double x, Rounding rounding) {
  if (rounding == Rounding::Floor) return std::floor(x);
  if (rounding == Rounding::Nearest) return std::floor(x + 0.5);
  return x - std::remainder(x, 1.0);
}

Outcome fit_in_double(double r, const SignalFormat& signal) {
  const double count = std::exp2(signal.format.width);
  const double low = signal.format.is_signed ? -count / 2 : 0;
  const double high = low + count - 1;
  if (r >= low && r <= high) return {static_cast<std::int64_t>(r), 0};
  if (signal.overflow == Overflow::Saturate)
    return {static_cast<std::int64_t>(std::fmin(std::fmax(r, low), high)), 1};
  return {static_cast<std::int64_t>(r - count * std::floor((r - low) / count)), 1};
}

void check_every_small_integer(const SignalFormat& signal, int shift) {
  const int fraction = signal.format.fraction + shift;
  for (std::int64_t v = -1024; v <= 1024; ++v) {
    const double scaled = static_cast<double>(v) / std::exp2(shift);
    const Outcome want = fit_in_double(round_in_double(scaled, signal.rounding), signal);
    const Outcome got = requantised(v, fraction, signal);
    const Outcome real = quantised(std::ldexp(static_cast<double>(v), -fraction), signal);
    if (got == want && real == want && plain::requantise(v, fraction, signal) == want) continue;
    FAIL() << v << " at fraction " << fraction << " into " << to_text(signal.format) << ' '
           << to_text(signal.rounding) << ' ' << to_text(signal.overflow) << ": " << got.q << ", as a real "
           << real.q << ", not " << want.q;
  }
}

void check_every_small_format(Rounding rounding, Overflow overflow) {
  for (const bool is_signed : {false, true})
    for (int width = 1; width <= 6; ++width)
      for (const int fraction : {-3, 0, 5})
        for (int shift = -4; shift <= 12; ++shift) {
          check_every_small_integer({{is_signed, width, fraction}, rounding, overflow}, shift);
          if (testing::Test::HasFatalFailure()) return;
        }
}

TEST(RequantiseExhaustive, FloorSaturate) {
  check_every_small_format(Rounding::Floor, Overflow::Saturate);
}
TEST(RequantiseExhaustive, FloorWrap) {
  check_every_small_format(Rounding::Floor, Overflow::Wrap);
}
TEST(RequantiseExhaustive, NearestSaturate) {
  check_every_small_format(Rounding::Nearest, Overflow::Saturate);
}
TEST(RequantiseExhaustive, NearestWrap) {
  check_every_small_format(Rounding::Nearest, Overflow::Wrap);
}
TEST(RequantiseExhaustive, ConvergentSaturate) {
  check_every_small_format(Rounding::Convergent, Overflow::Saturate);
}
TEST(RequantiseExhaustive, ConvergentWrap) {
  check_every_small_format(Rounding::Convergent, Overflow::Wrap);
}

// --- extremes ---

TEST(RequantiseExtremes, EveryShiftOfEveryExtremeIntegerIsThePlainOne) {
  for (const std::int64_t v :
       {kLowest, kLowest + 1, kHighest, kHighest - 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
        std::int64_t{3}, kLowest / 2, kHighest / 2 + 1, kLowest / 4 * 3})
    for (int shift = -200; shift <= 200; ++shift)
      for (const Rounding rounding : kRoundings)
        for (const Overflow overflow : kOverflows)
          for (const Format format : {kWide, Format{false, 32, 0}, Format{true, 1, 0}, Format{false, 1, 0}}) {
            const SignalFormat signal{format, rounding, overflow};
            ASSERT_EQ(requantised(v, shift, signal), plain::requantise(v, shift, signal))
                << v << " shift " << shift << ' ' << to_text(format) << ' ' << to_text(rounding);
          }
}

TEST(RequantiseExtremes, LongShiftsToTheRightLeaveTheSign) {
  for (const int shift : {64, 65, 66, 70, 100, 192}) {
    EXPECT_EQ(rounded(kLowest, shift, 0, Rounding::Floor), -1);
    EXPECT_EQ(rounded(kHighest, shift, 0, Rounding::Floor), 0);
    EXPECT_EQ(rounded(kLowest, shift, 0, Rounding::Nearest), 0);  // at 64 a tie: -0.5
    EXPECT_EQ(rounded(kLowest, shift, 0, Rounding::Convergent), 0);
    EXPECT_EQ(rounded(kHighest, shift, 0, Rounding::Nearest), 0);
  }
  EXPECT_EQ(rounded(kLowest, 63, 0, Rounding::Floor), -1);
  EXPECT_EQ(rounded(kHighest, 63, 0, Rounding::Nearest), 1);
  EXPECT_EQ(rounded(kLowest / 2, 63, 0, Rounding::Nearest), 0);
}

TEST(RequantiseExtremes, LongShiftsToTheLeftOverflow) {
  for (const int shift : {-32, -62, -63, -64, -70, -128})
    for (const Rounding rounding : kRoundings) {
      EXPECT_EQ(requantised(1, shift, {kWide, rounding, Overflow::Saturate}), (Outcome{2147483647, 1}));
      EXPECT_EQ(requantised(-1, shift, {kWide, rounding, Overflow::Saturate}), (Outcome{-2147483648LL, 1}));
      EXPECT_EQ(requantised(kLowest, shift, {kWide, rounding, Overflow::Wrap}), (Outcome{0, 1}));
      EXPECT_EQ(requantised(0, shift, {kWide, rounding, Overflow::Saturate}), (Outcome{0, 0}));
    }
}

TEST(RequantiseExtremes, OneBitFormats) {
  for (const Overflow overflow : kOverflows) {
    const SignalFormat with_sign{{true, 1, 0}, Rounding::Floor, overflow};
    const SignalFormat without{{false, 1, 0}, Rounding::Floor, overflow};
    EXPECT_EQ(requantised(-1, 1, with_sign), (Outcome{-1, 0}));
    EXPECT_EQ(requantised(1, 1, with_sign), (Outcome{0, 0}));
    EXPECT_EQ(requantised(1, 0, without), (Outcome{1, 0}));
  }
  EXPECT_EQ(requantised(1, 0, {{true, 1, 0}, Rounding::Floor, Overflow::Wrap}), (Outcome{-1, 1}));
  EXPECT_EQ(requantised(1, 0, {{true, 1, 0}, Rounding::Floor, Overflow::Saturate}), (Outcome{0, 1}));
  EXPECT_EQ(requantised(-1, 0, {{false, 1, 0}, Rounding::Floor, Overflow::Wrap}), (Outcome{1, 1}));
}

TEST(RequantiseExtremes, OverflowsAddUp) {
  const SignalFormat signal{{true, 4, 0}, Rounding::Floor, Overflow::Saturate};
  std::int64_t overflowed = 40;
  for (const std::int64_t v : {-9, -8, 7, 8}) requantise(v, 0, signal, overflowed);
  EXPECT_EQ(overflowed, 42);
}

TEST(QuantiseInput, ExtremeReals) {
  const double infinity = std::numeric_limits<double>::infinity();
  const SignalFormat saturating{{true, 8, 4}, Rounding::Nearest, Overflow::Saturate};
  for (const double large : {infinity, std::numeric_limits<double>::max(), 1e30, 8.0}) {
    EXPECT_EQ(quantised(large, saturating), (Outcome{127, 1})) << large;
    EXPECT_EQ(quantised(-large - 1, saturating), (Outcome{-128, 1})) << large;
  }
  const SignalFormat wrapping{{true, 8, 4}, Rounding::Nearest, Overflow::Wrap};
  EXPECT_EQ(quantised(0x1p60, wrapping), (Outcome{0, 1}));
  EXPECT_EQ(quantised(0x1p1000, wrapping), (Outcome{0, 1}));
  EXPECT_EQ(quantised(0x1.0000000000001p52 + 1, {{false, 32, 0}, Rounding::Floor, Overflow::Wrap}),
            (Outcome{2, 1}));
  EXPECT_EQ(quantised(-0.0, wrapping), (Outcome{0, 0}));
}

// 2^-1074 * 2^-64 is no double: the smallest reals must not lose their sign on the way.
TEST(QuantiseInput, SmallestReals) {
  for (const int fraction : {-64, -1, 0, 64})
    for (const double tiny :
         {std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min()}) {
      EXPECT_EQ(quantised(-tiny, {{true, 8, fraction}, Rounding::Floor, Overflow::Saturate}),
                (Outcome{-1, 0}));
      EXPECT_EQ(quantised(tiny, {{true, 8, fraction}, Rounding::Floor, Overflow::Saturate}), (Outcome{0, 0}));
      EXPECT_EQ(quantised(-tiny, {{true, 8, fraction}, Rounding::Nearest, Overflow::Saturate}),
                (Outcome{0, 0}));
      EXPECT_EQ(quantised(-tiny, {{true, 8, fraction}, Rounding::Convergent, Overflow::Saturate}),
                (Outcome{0, 0}));
    }
}

TEST(QuantiseInput, NeighboursOfTies) {
  const SignalFormat signal{{true, 8, 0}, Rounding::Nearest, Overflow::Saturate};
  const double infinity = std::numeric_limits<double>::infinity();
  for (int tie = -20; tie < 20; ++tie) {
    const double half = tie + 0.5;
    for (const Rounding rounding : {Rounding::Nearest, Rounding::Convergent}) {
      const SignalFormat rounding_signal{signal.format, rounding, signal.overflow};
      EXPECT_EQ(quantised(std::nextafter(half, -infinity), rounding_signal).q, tie);
      EXPECT_EQ(quantised(std::nextafter(half, infinity), rounding_signal).q, tie + 1);
    }
    EXPECT_EQ(quantised(half, signal).q, tie + 1);
  }
}

TEST(Align, ZeroMayBeShiftedAnyDistance) {
  EXPECT_EQ(align(0, 63), 0);
  EXPECT_EQ(align(0, 64), 0);
  EXPECT_EQ(align(0, 256), 0);
  EXPECT_EQ(align(-1, 63), kLowest);
  EXPECT_EQ(align(kLowest, 0), kLowest);
}

TEST(ShiftRound, LeftShiftsKeepOrderWhereTheyAreTooLongToBeExact) {
  for (int shift = 0; shift <= 200; ++shift)
    for (const std::int64_t v : {std::int64_t{1}, std::int64_t{4}, kHighest}) {
      const Wide least = (shift < 126 ? Wide{1} << shift : Wide{1} << 126);
      EXPECT_TRUE(shift_round(v, -shift, Rounding::Floor) >= least) << v << ' ' << shift;
      EXPECT_TRUE(shift_round(-v, -shift, Rounding::Floor) <= -least) << v << ' ' << shift;
    }
}

// --- properties over every format ---

RC_GTEST_PROP(RequantiseProperty, IsThePlainFormulation, (const SignalFormat& signal)) {
  for (int trial = 0; trial < 200; ++trial) {
    const std::int64_t v = *any_integer();
    const int fraction = *rc::gen::inRange(-140, 141);
    const Outcome got = requantised(v, fraction, signal);
    RC_ASSERT(got == plain::requantise(v, fraction, signal));
    RC_ASSERT(signal.format.contains(got.q));
  }
}

// Shifts at which the result is about as long as the format, so that neither nothing nor everything
// overflows.
RC_GTEST_PROP(RequantiseProperty, IsThePlainFormulationAroundTheEndsOfTheRange,
              (const SignalFormat& signal)) {
  const Format& format = signal.format;
  for (int trial = 0; trial < 200; ++trial) {
    const int shift = *rc::gen::inRange(0, 31);
    const std::int64_t end = *rc::gen::element(format.min(), format.max(), format.max() + 1 + format.max());
    const std::int64_t v =
        align(end, shift) + *rc::gen::inRange<std::int64_t>(-align(2, shift), align(2, shift) + 1);
    const int fraction = format.fraction + shift;
    RC_ASSERT(requantised(v, fraction, signal) == plain::requantise(v, fraction, signal));
  }
}

RC_GTEST_PROP(RequantiseProperty, SaturationIsMonotone, (SignalFormat signal)) {
  signal.overflow = Overflow::Saturate;
  const std::int64_t a = *any_integer();
  const std::int64_t b = *any_integer();
  const int fraction = signal.format.fraction + *rc::gen::inRange(-64, 70);
  RC_ASSERT(requantised(std::min(a, b), fraction, signal).q <=
            requantised(std::max(a, b), fraction, signal).q);
}

RC_GTEST_PROP(RequantiseProperty, WrapIsCongruent, (SignalFormat signal)) {
  signal.overflow = Overflow::Wrap;
  const std::int64_t v = *any_integer();
  const int shift = *rc::gen::inRange(-64, 70);
  const Wide r = shift_round(v, shift, signal.rounding);
  const Outcome got = requantised(v, signal.format.fraction + shift, signal);
  RC_ASSERT(signal.format.contains(got.q));
  RC_ASSERT((r - got.q) % (Wide{1} << signal.format.width) == 0);
  RC_ASSERT((got.overflowed == 1) == (r != got.q));
}

// v = q * 2^shift + rest: how far is the result, times 2^shift, from v?
RC_GTEST_PROP(RequantiseProperty, ErrorIsBelowOneStepOrAtMostHalf, (const SignalFormat& signal)) {
  const int shift = *rc::gen::inRange(0, 31);
  const Wide step = Wide{1} << shift;
  const std::int64_t q = *rc::gen::inRange<std::int64_t>(signal.format.min(), signal.format.max() + 1);
  const std::int64_t rest = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << shift);
  const Wide v = q * step + rest;
  const Outcome got = requantised(static_cast<std::int64_t>(v), signal.format.fraction + shift, signal);
  if (got.overflowed != 0) return;  // rounded up beyond the end
  const Wide error = v - got.q * step;
  if (signal.rounding == Rounding::Floor)
    RC_ASSERT(error >= 0 && error < step);
  else
    RC_ASSERT(2 * error <= step && 2 * error >= -step);
  if (signal.rounding == Rounding::Nearest) RC_ASSERT(2 * error < step);
  const bool tie = error != 0 && (2 * error == step || 2 * error == -step);
  if (signal.rounding == Rounding::Convergent && tie) RC_ASSERT(got.q % 2 == 0);
}

RC_GTEST_PROP(RequantiseProperty, LeftShiftsAreExact, (Rounding rounding)) {
  const std::int64_t v = *any_integer();
  const int shift = *rc::gen::inRange(0, 63);
  Wide want = v;
  for (int bit = 0; bit < shift; ++bit) want += want;
  RC_ASSERT(shift_round(v, -shift, rounding) == want);
  if (signed(want == static_cast<std::int64_t>(want)))
    RC_ASSERT(align(v, shift) == static_cast<std::int64_t>(want));
}

RC_GTEST_PROP(RequantiseProperty, ExactResultsAreTheSameInEveryMode, (const Format& format)) {
  const std::int64_t q = *rc::gen::inRange<std::int64_t>(format.min(), format.max() + 1);
  const int shift = *rc::gen::inRange(0, 31);
  for (const Rounding rounding : kRoundings)
    for (const Overflow overflow : kOverflows)
      RC_ASSERT(requantised(align(q, shift), format.fraction + shift, {format, rounding, overflow}) ==
                (Outcome{q, 0}));
}

RC_GTEST_PROP(RequantiseProperty, IsTheSameForManyValues, (const SignalFormat& signal)) {
  const Requantiser requantiser(signal);
  for (int trial = 0; trial < 100; ++trial) {
    const std::int64_t v = *any_integer() >> *rc::gen::inRange(0, 63);
    const int fraction = signal.format.fraction + *rc::gen::inRange(-80, 81);
    std::int64_t overflows = 0;
    const std::int64_t q = requantiser(v, fraction, overflows);
    RC_ASSERT((Outcome{q, overflows}) == requantised(v, fraction, signal));
  }
}

RC_GTEST_PROP(QuantiseInputProperty, IsRequantiseOfTheSameDyadicRational, (const SignalFormat& signal)) {
  for (int trial = 0; trial < 200; ++trial) {
    const std::int64_t v = *any_integer() / 2048;  // 53 bits: exact as a double
    const int fraction = *rc::gen::oneOf(
        rc::gen::inRange(-140, 141),
        rc::gen::map(rc::gen::inRange(-2, 53), [&](int s) { return signal.format.fraction + s; }));
    RC_ASSERT(quantised(std::ldexp(static_cast<double>(v), -fraction), signal) ==
              requantised(v, fraction, signal));
  }
}

RC_GTEST_PROP(QuantiseInputProperty, EveryValueOfAFormatEntersAsItself, (const SignalFormat& signal)) {
  const std::int64_t q = *rc::gen::inRange<std::int64_t>(signal.format.min(), signal.format.max() + 1);
  RC_ASSERT(quantised(signal.format.value(q), signal) == (Outcome{q, 0}));
}

}  // namespace
}  // namespace fixgate
