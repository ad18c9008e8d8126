#include "quantize/table_builder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using Kind = ActivationFunction::Kind;
using testing_support::Random;

constexpr ActivationFunction kSigmoid{Kind::Sigmoid, 0, 0};
constexpr ActivationFunction kTanh{Kind::Tanh, 0, 0};

SignalFormat nearest(Format format) {
  return {format, Rounding::Nearest, Overflow::Saturate};
}

TableOptions piecewise(TablePlacement placement, int segments) {
  TableOptions options;
  options.placement = placement;
  options.segments = segments;
  return options;
}

TableOptions lookup(int address_bits = 0) {
  TableOptions options;
  options.kind = TableKind::Lookup;
  options.address_bits = address_bits;
  return options;
}

ActivationTable build(const ActivationFunction& function, const Format& input, const SignalFormat& output,
                      const TableOptions& options) {
  auto table = build_table(function, input, output, options);
  EXPECT_TRUE(table) << table.error().message;
  return table ? *table : ActivationTable();
}

double error_of(const ActivationTable& table, const ActivationFunction& function) {
  return maximum_error(table, [&](double x) { return evaluate(function, x); }).maximum;
}

// As the error, but against the nearest that the output's format can hold.
double error_beyond_saturation(const ActivationTable& table, const ActivationFunction& function) {
  const Format& out = table.output.format;
  return maximum_error(table,
                       [&](double x) {
                         return std::clamp(evaluate(function, x), out.value(out.min()), out.value(out.max()));
                       })
      .maximum;
}

std::int64_t apply(const ActivationTable& table, std::int64_t q) {
  std::int64_t overflows = 0;
  return apply_table(table, q, overflows);
}

// Formats in which a function's values are of the size of the format.
Format output_format(Random& random, const ActivationFunction& function, const Format& input, int width) {
  double largest = 0;
  double least = 0;
  for (const std::int64_t q : {input.min(), std::int64_t{0}, input.max()}) {
    largest = std::max(largest, evaluate(function, input.value(q)));
    least = std::min(least, evaluate(function, input.value(q)));
  }
  const bool is_signed = least < 0 || random.chance(0.3);
  const int whole =
      static_cast<int>(std::ceil(std::log2(std::max(largest, -least) + 1e-9))) + (is_signed ? 1 : 0);
  return {is_signed, width, width - whole + random.number(-1, 1)};
}

struct Case {
  ActivationFunction function;
  Format input;
  SignalFormat output;
};

Case random_case(std::uint64_t seed) {
  Random random(seed);
  Case one;
  one.function = testing_support::random_activation(random);
  one.input = {random.chance(0.8), random.number(1, 12), 0};
  one.input.fraction = one.input.width - random.number(0, 5);
  one.output.format = output_format(random, one.function, one.input, random.number(2, 16));
  one.output.rounding = random.pick({Rounding::Floor, Rounding::Nearest, Rounding::Convergent});
  one.output.overflow = random.pick({Overflow::Saturate, Overflow::Wrap});
  return one;
}

// --- every function, in any formats ---

TEST(BuildTable, IsSoundForEveryFunctionAndFormat) {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    SCOPED_TRACE(seed);
    const Case one = random_case(seed);
    Random random(seed + 1'000'000);
    TableOptions options;
    options.kind = random.pick({TableKind::PiecewiseLinear, TableKind::Lookup});
    options.placement = random.pick({TablePlacement::Uniform, TablePlacement::Adaptive});
    options.segments = random.number(1, 40);
    options.slope_bits = random.number(-1, 12);
    options.address_bits = random.number(0, 14);
    const auto table = build_table(one.function, one.input, one.output, options);
    ASSERT_TRUE(table) << table.error().message;
    ASSERT_TRUE(check_table(*table));
    EXPECT_EQ(table->input, one.input);
    EXPECT_EQ(table->output, one.output);
    EXPECT_EQ(table->function, to_text(one.function));
    EXPECT_EQ(table->kind, one.function.kind == Kind::Relu ? TableKind::Rectifier : options.kind);
    EXPECT_LE(static_cast<int>(table->segments.size()), options.segments);
    if (options.slope_bits >= 0 && !table->segments.empty()) {
      EXPECT_EQ(table->slope_fraction, options.slope_bits);
    }
  }
}

TEST(BuildTable, LookupWithTheFullAddressIsHalfAStepOff) {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE(seed);
    Case one = random_case(seed);
    one.output.overflow = Overflow::Saturate;
    one.output.rounding = Rounding::Nearest;
    const ActivationTable table = build(one.function, one.input, one.output, lookup());
    const double step = std::ldexp(1, -one.output.format.fraction);
    // The most negative input of a table with symmetry is taken for its neighbour.
    const double neighbour = table.symmetry == TableSymmetry::None ? 0 : std::ldexp(1, -one.input.fraction);
    EXPECT_LE(error_beyond_saturation(table, one.function), step / 2 + neighbour + 1e-9);
  }
}

TEST(BuildTable, KeepsSymmetryExactly) {
  for (const ActivationFunction& function : {kSigmoid, kTanh, ActivationFunction{Kind::Softsign, 0, 0},
                                             ActivationFunction{Kind::ScaledTanh, 0.5F, 2}}) {
    const Format input{true, 10, 6};
    const SignalFormat output = nearest({true, 12, 9});
    for (const TableOptions& options :
         {piecewise(TablePlacement::Adaptive, 16), piecewise(TablePlacement::Uniform, 16), lookup(6)}) {
      const ActivationTable table = build(function, input, output, options);
      const std::int64_t one = function.kind == Kind::Sigmoid ? 512 : 0;
      for (std::int64_t q = 1; q <= input.max(); ++q) ASSERT_EQ(apply(table, -q), one - apply(table, q));
    }
  }
}

// --- the errors that methods.md promises ---

TEST(BuildTable, PlanSigmoidIsAsGoodAsItsPaperSays) {
  const ActivationTable table =
      build(kSigmoid, {true, 16, 12}, nearest({true, 18, 16}), piecewise(TablePlacement::Plan, 4));
  EXPECT_NEAR(error_of(table, kSigmoid), 0.0189, 0.0002);
  EXPECT_EQ(table.segments.size(), 4U);
  EXPECT_EQ(table.symmetry, TableSymmetry::Complement);
}

TEST(BuildTable, PlanTanhIsTwiceAsFarOff) {
  const ActivationTable table =
      build(kTanh, {true, 16, 13}, nearest({true, 18, 16}), piecewise(TablePlacement::Plan, 4));
  EXPECT_NEAR(error_of(table, kTanh), 2 * 0.0189, 0.0004);
}

// The example of docs/numerics.md, section 6.
TEST(BuildTable, PlanSigmoidOfTheContract) {
  const SignalFormat output{{false, 8, 8}, Rounding::Floor, Overflow::Saturate};
  const ActivationTable table = build(kSigmoid, {true, 8, 4}, output, piecewise(TablePlacement::Plan, 4));
  EXPECT_EQ(apply(table, 24), 208);
  EXPECT_EQ(apply(table, -24), 48);
}

TEST(BuildTable, ThirtyTwoAdaptiveSegmentsCostLittleMoreThanTheRounding) {
  for (const ActivationFunction& function : {kSigmoid, kTanh}) {
    for (const int width : {8, 10, 12, 16}) {
      for (const int fraction : {width - 4, width - 3, width - 2}) {
        SCOPED_TRACE(fmt::format("{} of {} bits, {} of them fraction", to_text(function), width, fraction));
        const Format out{function.kind == Kind::Tanh, 8, function.kind == Kind::Tanh ? 7 : 8};
        const ActivationTable table =
            build(function, {true, width, fraction}, nearest(out), piecewise(TablePlacement::Adaptive, 32));
        const double step = std::ldexp(1, -out.fraction);
        const double neighbour = std::ldexp(1, -fraction) * 0.25;  // of the most negative input
        EXPECT_LE(error_beyond_saturation(table, function), 0.75 * step + neighbour);
      }
    }
  }
}

// 32 chords of a sigmoid or tanh: the error falls with the square of their number.
TEST(BuildTable, AdaptiveSegmentsAreNearTheTheory) {
  for (const ActivationFunction& function : {kSigmoid, kTanh}) {
    double last = 1;
    for (const int segments : {4, 8, 16, 32}) {
      const ActivationTable table = build(function, {true, 16, 12}, nearest({true, 24, 22}),
                                          piecewise(TablePlacement::Adaptive, segments));
      const double error = error_of(table, function);
      EXPECT_LT(error, last / 2.5);
      last = error;
    }
    EXPECT_LT(last, 4e-4);
  }
}

// But for rounding: of the slope, of the offset and of the result.
TEST(BuildTable, AdaptiveIsNoWorseThanUniform) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(seed);
    Case one = random_case(seed);
    one.output.overflow = Overflow::Saturate;
    one.output.rounding = Rounding::Nearest;
    if (one.function.kind == Kind::Relu || one.function.kind == Kind::ThresholdedRelu) continue;
    const int segments = Random(seed).number(2, 32);
    const double step = std::ldexp(1, -one.output.format.fraction);
    const double adaptive = error_beyond_saturation(
        build(one.function, one.input, one.output, piecewise(TablePlacement::Adaptive, segments)),
        one.function);
    const double uniform = error_beyond_saturation(
        build(one.function, one.input, one.output, piecewise(TablePlacement::Uniform, segments)),
        one.function);
    EXPECT_LE(adaptive, uniform + 2.001 * step) << to_text(one.function) << ' ' << to_text(one.input)
                                                << " to " << to_text(one.output.format) << " in " << segments;
  }
}

// A function that rises gives a table that never falls by more than a step, where there are enough segments.
TEST(BuildTable, RisesWhereTheFunctionDoes) {
  for (const ActivationFunction& function : {kSigmoid, kTanh}) {
    for (const TableOptions& options : {piecewise(TablePlacement::Adaptive, 32),
                                        piecewise(TablePlacement::Uniform, 32), lookup(), lookup(7)}) {
      const Format input{true, 12, 8};
      const ActivationTable table = build(function, input, nearest({true, 8, 6}), options);
      std::int64_t highest = apply(table, input.min());
      for (std::int64_t q = input.min(); q <= input.max(); ++q) {
        const std::int64_t value = apply(table, q);
        ASSERT_GE(value, highest - 1) << q;
        highest = std::max(highest, value);
      }
      // Entries that several addresses share are taken at the middle of these.
      const std::int64_t off = options.address_bits > 0 ? 2 : 0;
      EXPECT_LE(std::abs(apply(table, 0) - (function.kind == Kind::Sigmoid ? 32 : 0)), off);
    }
  }
}

// Uniform segments stop where the function has come to its end, not where it merely passes that value.
TEST(BuildTable, UniformSegmentsSeeAllOfAValley) {
  const ActivationFunction valley{Kind::LeakyRelu, -1, 0};  // |x|
  const ActivationTable table =
      build(valley, {true, 8, 4}, nearest({true, 12, 6}), piecewise(TablePlacement::Uniform, 16));
  EXPECT_LT(error_of(table, valley), 0.1);
}

TEST(BuildTable, OneSegmentIsALine) {
  const ActivationFunction line{Kind::Affine, 0.5F, 0.25F};
  for (const TablePlacement placement : {TablePlacement::Uniform, TablePlacement::Adaptive}) {
    const ActivationTable table = build(line, {true, 8, 4}, nearest({true, 12, 6}), piecewise(placement, 1));
    EXPECT_EQ(table.segments.size(), 1U);
    EXPECT_LE(error_of(table, line), std::ldexp(1, -7));
  }
}

// --- what is refused ---

TEST(BuildTable, RefusesWideInputs) {
  const auto table = build_table(kTanh, {true, 25, 20}, nearest({true, 8, 7}), {});
  ASSERT_FALSE(table);
  EXPECT_NE(table.error().message.find("at most 24 bits wide, sfix25_En20 is wider"), std::string::npos)
      << table.error().message;
  EXPECT_TRUE(
      build_table({Kind::Relu, 0, 0}, {true, 25, 20}, nearest({true, 8, 7}), {}));  // no table is needed
}

TEST(BuildTable, RefusesThePlanWhereItIsNot) {
  const TableOptions plan = piecewise(TablePlacement::Plan, 4);
  const Format input{true, 8, 4};
  EXPECT_FALSE(build_table({Kind::Softsign, 0, 0}, input, nearest({true, 8, 7}), plan));
  EXPECT_FALSE(build_table(kSigmoid, {false, 8, 4}, nearest({false, 8, 8}), plan));
  // No mirror, so its pieces for x >= 0 cannot give the rest.
  EXPECT_FALSE(build_table(kTanh, input, nearest({false, 8, 8}), plan));
  EXPECT_FALSE(build_table(kSigmoid, input, nearest({true, 8, -1}), plan));
}

TEST(BuildTable, RefusesNumbersBeyond62Bits) {
  for (const TableOptions& options :
       {piecewise(TablePlacement::Adaptive, 8), piecewise(TablePlacement::Uniform, 8), lookup()}) {
    const auto table = build_table({Kind::Softplus, 0, 0}, {true, 8, 5}, nearest({true, 8, 64}), options);
    ASSERT_FALSE(table);
    EXPECT_NE(table.error().message.find("62 bits"), std::string::npos) << table.error().message;
  }
}

}  // namespace
}  // namespace fixgate
