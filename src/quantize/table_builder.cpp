#include "quantize/table_builder.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace fixgate {
namespace {

using Function = ActivationFunction::Kind;
using RealFunction = std::function<double(double)>;  // of an address

constexpr std::int64_t kLimit = std::int64_t{1} << 62;  // integers of a table stay below
constexpr int kSamples = 64;                            // points of a segment at which its error is looked at

// To nearest, ties to even; what is too large ends at the limit, where check_magnitudes finds it.
std::int64_t rounded_integer(double value) {
  return std::llrint(std::clamp(value, -static_cast<double>(kLimit), static_cast<double>(kLimit)));
}

TableSymmetry symmetry_of(Function kind, const Format& input, const Format& output) {
  if (!input.is_signed) return TableSymmetry::None;
  if (kind == Function::Tanh || kind == Function::ScaledTanh || kind == Function::Softsign)
    return output.is_signed ? TableSymmetry::Odd : TableSymmetry::None;
  if (kind == Function::Sigmoid && output.fraction >= 0) return TableSymmetry::Complement;
  return TableSymmetry::None;
}

// The function over the table's addresses.
RealFunction over_addresses(const ActivationTable& table, const ActivationFunction& function) {
  const std::int64_t origin = table.symmetry == TableSymmetry::None ? table.input.min() : 0;
  const int fraction = table.input.fraction;
  return [function, origin, fraction](double address) {
    return evaluate(function, std::ldexp(address + static_cast<double>(origin), -fraction));
  };
}

/// A line over start..end (both included) that halves the largest distance from the function, by its chord.
struct Line {
  double offset = 0;  // at start
  double slope = 0;   // per address
  double error = 0;   // largest distance
};

Line fit_line(const RealFunction& function, std::int64_t start, std::int64_t end) {
  Line line;
  const double first = function(static_cast<double>(start));
  const auto length = static_cast<double>(end - start);
  if (end > start) line.slope = (function(static_cast<double>(end)) - first) / length;
  double above = 0, below = 0;
  const double step = std::max(1.0, length / kSamples);
  for (double x = 0; x <= length; x += step) {
    const double at = std::floor(x);
    const double distance = function(static_cast<double>(start) + at) - (first + line.slope * at);
    above = std::max(above, distance);
    below = std::min(below, distance);
  }
  line.offset = first + (above + below) / 2;
  line.error = (above - below) / 2;
  return line;
}

// The farthest end of a segment from `start` whose line stays within `tolerance`.
std::int64_t farthest_end(const RealFunction& function, std::int64_t start, std::int64_t last,
                          double tolerance) {
  std::int64_t good = start;
  std::int64_t step = 1;
  while (good < last && step > 0) {
    const std::int64_t end = std::min(good + step, last);
    if (fit_line(function, start, end).error <= tolerance) {
      good = end;
      step *= 2;
    } else {
      step = (end - good) / 2;
      last = std::min(last, end - 1);
    }
  }
  return good;
}

std::vector<std::int64_t> greedy_starts(const RealFunction& function, std::int64_t last, double tolerance,
                                        std::size_t most) {
  std::vector<std::int64_t> starts;
  for (std::int64_t start = 0; start <= last && starts.size() <= most;) {
    starts.push_back(start);
    start = farthest_end(function, start, last, tolerance) + 1;
  }
  return starts;
}

// The smallest tolerance, by bisection, that a number of segments can keep everywhere.
std::vector<std::int64_t> adaptive_starts(const RealFunction& function, std::int64_t last, int segments) {
  const auto most = static_cast<std::size_t>(segments);
  double too_small = 0;
  double enough = fit_line(function, 0, last).error + 1e-12;
  for (int round = 0; round < 40; ++round) {
    const double tolerance = (too_small + enough) / 2;
    (greedy_starts(function, last, tolerance, most).size() <= most ? enough : too_small) = tolerance;
  }
  std::vector<std::int64_t> starts = greedy_starts(function, last, enough, most);
  return starts.size() <= most ? starts : std::vector<std::int64_t>{0};
}

// Equal power-of-two widths up to where the function is within `step` / 2 of its last value; one segment for
// the rest.
std::vector<std::int64_t> uniform_starts(const RealFunction& function, std::int64_t last, int segments,
                                         double step) {
  const double final_value = function(static_cast<double>(last));
  int range_bits = 0;
  while ((std::int64_t{1} << range_bits) <= last) ++range_bits;
  // From the far end, so that a function that passes its last value on the way is not cut short.
  while (range_bits > 0 && std::abs(function(std::ldexp(1.0, range_bits - 1)) - final_value) <= step / 2)
    --range_bits;
  const std::int64_t range = std::min(std::int64_t{1} << range_bits, last + 1);
  std::int64_t width = 1;
  while (width * segments < range) width *= 2;
  std::vector<std::int64_t> starts;
  for (std::int64_t start = 0; start < range; start += width) starts.push_back(start);
  if (range <= last && static_cast<int>(starts.size()) < segments) starts.push_back(range);
  return starts;
}

void add_segment(ActivationTable& table, std::int64_t start, double value, double slope_per_unit) {
  Segment segment;
  segment.start = start;
  segment.slope = rounded_integer(std::ldexp(slope_per_unit, table.slope_fraction));
  segment.offset = rounded_integer(std::ldexp(value, table.input.fraction + table.slope_fraction));
  table.segments.push_back(segment);
}

void fill_segments(ActivationTable& table, const RealFunction& function,
                   const std::vector<std::int64_t>& starts) {
  const double last_value = function(static_cast<double>(table.max_address()));
  for (std::size_t s = 0; s < starts.size(); ++s) {
    const std::int64_t end = s + 1 < starts.size() ? starts[s + 1] - 1 : table.max_address();
    const Line line = fit_line(function, starts[s], end);
    const double slope = std::ldexp(line.slope, table.input.fraction);
    // Rounding the slope turns the line; it is turned about its middle, so that the error is shared by both
    // ends.
    const double rounded = std::ldexp(
        static_cast<double>(rounded_integer(std::ldexp(slope, table.slope_fraction))), -table.slope_fraction);
    const double half = std::ldexp(static_cast<double>(end - starts[s]) / 2, -table.input.fraction);
    const bool flat = s + 1 == starts.size() &&
                      std::abs(line.slope) * static_cast<double>(end - starts[s]) < line.error * 4 &&
                      rounded == 0;
    add_segment(table, starts[s], flat ? last_value : line.offset + (slope - rounded) * half, rounded);
  }
}

/// The PLAN approximation: Amin, Curtis, Hayes-Gill, "Piecewise linear approximation applied to nonlinear
/// function of a neural network", IEE Proc. Circuits Devices Syst. 144(6), 1997: sigmoid for x >= 0.
struct PlanPiece {
  double start;
  double value;  // at start
  double slope;
};
constexpr std::array<PlanPiece, 4> kPlanSigmoid{
    {{0, 0.5, 0.25}, {1, 0.75, 0.125}, {2.375, 0.91796875, 0.03125}, {5, 1, 0}}};

void fill_plan(ActivationTable& table, bool is_tanh) {
  table.slope_fraction = 5;
  for (const PlanPiece& piece : kPlanSigmoid) {
    const double start = is_tanh ? piece.start / 2 : piece.start;
    const double value = is_tanh ? 2 * piece.value - 1 : piece.value;
    const double slope = is_tanh ? 4 * piece.slope : piece.slope;
    const double address = std::ceil(std::ldexp(start, table.input.fraction));
    if (address > static_cast<double>(table.max_address())) break;
    const auto at = static_cast<std::int64_t>(address);
    // Two starts that fall on one address: the later piece holds.
    if (!table.segments.empty() && table.segments.back().start == at) table.segments.pop_back();
    add_segment(table, at, value + slope * (std::ldexp(address, -table.input.fraction) - start), slope);
  }
}

void fill_entries(ActivationTable& table, const RealFunction& function, int address_bits) {
  const int all = table.symmetry == TableSymmetry::None ? table.input.width : table.input.width - 1;
  table.drop = address_bits > 0 && address_bits < all ? all - address_bits : 0;
  const double middle = static_cast<double>((std::int64_t{1} << table.drop) - 1) / 2;
  for (std::int64_t entry = 0; entry <= table.max_address() >> table.drop; ++entry) {
    const double value = function(static_cast<double>(entry << table.drop) + middle);
    table.entries.push_back(rounded_integer(std::ldexp(value, table.output.format.fraction)));
  }
}

Result<void> check_magnitudes(const ActivationTable& table) {
  const auto is_beyond = [](std::int64_t q) { return q >= kLimit || q <= -kLimit; };
  bool beyond = std::ranges::any_of(table.entries, is_beyond);
  for (const Segment& segment : table.segments)
    beyond = beyond || is_beyond(segment.offset) || is_beyond(segment.slope);
  if (!beyond) return {};
  return fail("its numbers need more than 62 bits: give its input {} or its output {} fewer fraction bits",
              to_text(table.input), to_text(table.output.format));
}

Result<void> check_options(const ActivationFunction& function, const Format& input, const Format& output,
                           const TableOptions& options) {
  if (input.width > kMaxTableInputWidth)
    return fail("the input of a table is at most {} bits wide, {} is wider: give the signal fewer bits",
                kMaxTableInputWidth, to_text(input));
  const bool has_plan = function.kind == Function::Sigmoid || function.kind == Function::Tanh;
  const bool wants_plan =
      options.placement == TablePlacement::Plan && options.kind == TableKind::PiecewiseLinear;
  if (wants_plan && (!has_plan || !input.is_signed))
    return fail("placement \"plan\" exists for Sigmoid and Tanh of signed inputs only, not for {} of {}",
                to_text(function), to_text(input));
  // Its pieces are for x >= 0; the rest is their mirror.
  if (wants_plan && symmetry_of(function.kind, input, output) == TableSymmetry::None)
    return fail(
        "placement \"plan\" needs an output in which its mirror is possible (signed for Tanh, no negative "
        "fraction for Sigmoid), not {}",
        to_text(output));
  return {};
}

}  // namespace

Result<ActivationTable> build_table(const ActivationFunction& function, const Format& input,
                                    const SignalFormat& output, const TableOptions& options) {
  ActivationTable table;
  table.function = to_text(function);
  table.input = input;
  table.output = output;
  table.kind = function.kind == Function::Relu ? TableKind::Rectifier : options.kind;
  if (table.kind == TableKind::Rectifier) return table;
  FIXGATE_CHECK(check_options(function, input, output.format, options));
  table.symmetry = symmetry_of(function.kind, input, output.format);
  const RealFunction real = over_addresses(table, function);
  if (table.kind == TableKind::Lookup) {
    fill_entries(table, real, options.address_bits);
  } else if (options.placement == TablePlacement::Plan) {
    fill_plan(table, function.kind == Function::Tanh);
  } else {
    const double step = std::ldexp(1.0, -output.format.fraction);
    table.slope_fraction = options.slope_bits >= 0 ? options.slope_bits
                                                   : std::clamp(output.format.fraction + 2, 2, kMaxFraction);
    fill_segments(table, real,
                  options.placement == TablePlacement::Uniform
                      ? uniform_starts(real, table.max_address(), options.segments, step)
                      : adaptive_starts(real, table.max_address(), options.segments));
  }
  FIXGATE_CHECK(check_magnitudes(table));
  if (auto checked = check_table(table); !checked)
    return tl::make_unexpected(checked.error().within(fmt::format("table of {}", table.function)));
  return table;
}

}  // namespace fixgate
