#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "numeric/accumulator.h"
#include "numeric/requantise.h"
#include "oracle/compare.h"
#include "oracle/oracle.h"
#include "oracle/random_numbers.h"

namespace fixgate {
namespace {

using oracle::RandomNumbers;
using oracle::target_of;
using oracle::text_of;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

oracle::Outcome requantised(std::int64_t v, int fraction, const SignalFormat& signal) {
  std::int64_t overflowed = 0;
  const std::int64_t q = requantise(v, fraction, signal, overflowed);
  return {q, overflowed == 1};
}

oracle::Outcome quantised(double real, const SignalFormat& signal) {
  std::int64_t overflowed = 0;
  const std::int64_t q = quantise_input(real, signal, overflowed);
  return {q, overflowed == 1};
}

template <typename Visit>
void for_every_mode(const Format& format, Visit visit) {
  for (const Rounding rounding : {Rounding::Floor, Rounding::Nearest, Rounding::Convergent})
    for (const Overflow overflow : {Overflow::Saturate, Overflow::Wrap})
      visit(SignalFormat{format, rounding, overflow});
}

void compare_requantise(std::int64_t v, int fraction, const SignalFormat& signal) {
  ASSERT_EQ(requantised(v, fraction, signal), oracle::requantise({v, fraction}, target_of(signal)))
      << v << " at fraction " << fraction << " into " << text_of(signal);
}

void compare_input(double real, const SignalFormat& signal) {
  ASSERT_EQ(quantised(real, signal), oracle::quantise_input(real, target_of(signal)))
      << std::hexfloat << real << " into " << text_of(signal);
}

// A fraction for which v becomes about as long as the format; one time in four, any.
int telling_fraction(RandomNumbers& random, std::int64_t v, const Format& format) {
  if (random.number(0, 3) == 0) return random.number(-140, 140);
  const auto length = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(v < 0 ? ~v : v)));
  return format.fraction + length - format.width + random.number(-3, 3);
}

TEST(SystemcRequantise, EverySmallIntegerFormatAndShift) {
  for (const bool is_signed : {false, true})
    for (int width = 1; width <= 4; ++width)
      for (const int fraction : {-2, 0, 3})
        for_every_mode({is_signed, width, fraction}, [&](const SignalFormat& signal) {
          for (int shift = -3; shift <= 6; ++shift)
            for (int v = -64; v <= 64; ++v) compare_requantise(v, fraction + shift, signal);
        });
}

TEST(SystemcRequantise, ExtremeIntegersAtEveryShift) {
  for (const Format format :
       {Format{true, 32, 0}, Format{false, 32, 0}, Format{true, 1, 0}, Format{false, 1, 0}})
    for_every_mode(format, [&](const SignalFormat& signal) {
      for (int shift = -130; shift <= 130; ++shift)
        for (const std::int64_t v :
             {kLowest, kLowest + 1, kLowest / 2, kHighest, std::int64_t{-1}, std::int64_t{1}})
          compare_requantise(v, shift, signal);
    });
}

TEST(SystemcRequantise, RandomIntegersIntoEveryFormat) {
  RandomNumbers random;
  for (int trial = 0; trial < 2000000; ++trial) {
    const SignalFormat signal = random.signal();
    const std::int64_t v = random.integer(64);
    compare_requantise(v, telling_fraction(random, v, signal.format), signal);
    if (HasFatalFailure()) return;
  }
}

TEST(SystemcInput, EverySmallDyadicRational) {
  for (const bool is_signed : {false, true})
    for (int width = 1; width <= 4; ++width)
      for (const int fraction : {-2, 0, 3})
        for_every_mode({is_signed, width, fraction}, [&](const SignalFormat& signal) {
          for (int v = -512; v <= 512; ++v) compare_input(std::ldexp(v, -fraction - 4), signal);
        });
}

TEST(SystemcInput, RandomRealsIntoEveryFormat) {
  RandomNumbers random;
  for (int trial = 0; trial < 2000000; ++trial) {
    const SignalFormat signal = random.signal();
    const std::int64_t mantissa = random.integer(53);
    const int fraction = telling_fraction(random, mantissa, signal.format);
    compare_input(std::ldexp(static_cast<double>(mantissa), -fraction), signal);
    if (HasFatalFailure()) return;
  }
}

// --- sums of products: section 5's accumulator and section 7's element-wise updates ---

struct Term {
  Format a_format, b_format;
  std::int64_t a = 0;
  std::int64_t b = 0;

  [[nodiscard]] int fraction() const { return a_format.fraction + b_format.fraction; }
};

Term any_term(RandomNumbers& random) {
  Term term{random.format(), random.format()};
  const int spread = random.coin() ? 6 : 24;
  for (Format* format : {&term.a_format, &term.b_format})
    format->fraction = random.number(-spread / 2, spread);
  term.a = random.from(term.a_format.min(), term.a_format.max());
  term.b = random.from(term.b_format.min(), term.b_format.max());
  return term;
}

int largest_fraction(const std::vector<Term>& terms) {
  int largest = terms.front().fraction();
  for (const Term& term : terms) largest = std::max(largest, term.fraction());
  return largest;
}

int proven_width(const std::vector<Term>& terms) {
  AccumulatorBound bound;
  for (const Term& term : terms) {
    const Interval range = product_range(range_of(term.a_format), range_of(term.b_format));
    bound.add_term(range.low, range.high, largest_fraction(terms) - term.fraction());
  }
  return bound.width();
}

std::int64_t exact_sum(const std::vector<Term>& terms) {
  std::int64_t sum = 0;
  for (const Term& term : terms) sum += align(term.a * term.b, largest_fraction(terms) - term.fraction());
  return sum;
}

TEST(SystemcSum, RandomSumsOfProductsOfAnyTwoFormats) {
  RandomNumbers random;
  int compared = 0;
  while (compared < 500000) {
    std::vector<Term> terms(static_cast<std::size_t>(random.number(1, 5)));
    for (Term& term : terms) term = any_term(random);
    if (proven_width(terms) > kMaxAccumulatorWidth) continue;
    const std::int64_t sum = exact_sum(terms);
    SignalFormat signal = random.signal();
    signal.format.fraction = std::clamp(largest_fraction(terms) - random.number(-3, 40), -64, 64);
    std::vector<oracle::Product> products;
    for (const Term& t : terms) products.push_back({{t.a, t.a_format.fraction}, {t.b, t.b_format.fraction}});
    ASSERT_EQ(requantised(sum, largest_fraction(terms), signal),
              oracle::sum_of_products(products, target_of(signal)))
        << products.size() << " products, trial " << compared << ", into " << text_of(signal);
    ++compared;
  }
}

// h' <- n + z * (h - n), as section 7 aligns it, against n + z * h - z * n.
TEST(SystemcSum, HiddenStateOfAGru) {
  RandomNumbers random;
  for (int trial = 0; trial < 500000; ++trial) {
    const Format n_format{true, random.number(1, 16), random.number(-2, 15)};
    const Format h_format{true, random.number(1, 16), random.number(-2, 15)};
    const Format z_format{false, random.number(1, 12), random.number(0, 12)};
    const std::int64_t n = random.from(n_format.min(), n_format.max());
    const std::int64_t h = random.from(h_format.min(), h_format.max());
    const std::int64_t z = random.from(z_format.min(), z_format.max());
    SignalFormat signal = random.signal();
    signal.format.fraction = random.number(-3, 20);

    const int difference_at = std::max(h_format.fraction, n_format.fraction);
    const std::int64_t difference =
        align(h, difference_at - h_format.fraction) - align(n, difference_at - n_format.fraction);
    const int sum_at = std::max(z_format.fraction + difference_at, n_format.fraction);
    const std::int64_t sum = align(z * difference, sum_at - z_format.fraction - difference_at) +
                             align(n, sum_at - n_format.fraction);
    const std::vector<oracle::Product> products = {{{n, n_format.fraction}, {1, 0}},
                                                   {{z, z_format.fraction}, {h, h_format.fraction}},
                                                   {{-z, z_format.fraction}, {n, n_format.fraction}}};
    ASSERT_EQ(requantised(sum, sum_at, signal), oracle::sum_of_products(products, target_of(signal)))
        << trial;
  }
}

}  // namespace
}  // namespace fixgate
