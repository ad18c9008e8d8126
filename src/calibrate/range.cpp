#include "calibrate/range.h"

#include <algorithm>
#include <cmath>

namespace fixgate {
namespace {

constexpr int kDeepestClip = 6;  // fraction bits beyond those at which everything fits that are worth trying

}  // namespace

std::string to_text(RangeMethod method) {
  switch (method) {
    case RangeMethod::MinMax:
      return "min_max";
    case RangeMethod::Percentile:
      return "percentile";
    case RangeMethod::Measured:
      return "measured";
    case RangeMethod::SquaredError:
      break;
  }
  return "squared_error";
}

Result<RangeMethod> parse_range_method(std::string_view text) {
  for (const RangeMethod method :
       {RangeMethod::MinMax, RangeMethod::Percentile, RangeMethod::SquaredError, RangeMethod::Measured})
    if (text == to_text(method)) return method;
  return fail("'{}' is no range method: expected min_max, percentile, squared_error or measured", text);
}

int fraction_for_magnitude(double magnitude, int width, bool is_signed) {
  if (magnitude == 0) magnitude = 1;
  int fraction = kMaxFraction;
  // The largest value, (2^bits - 1) * 2^-fraction, must not be below the magnitude by more than half a step.
  const double largest = std::ldexp(1.0, is_signed ? width - 1 : width) - 0.5;
  while (fraction > -kMaxFraction && std::ldexp(magnitude, fraction) > largest) --fraction;
  return fraction;
}

double expected_squared_error(const Histogram& histogram, const Format& format) {
  const double step = std::ldexp(1.0, -format.fraction);
  const double low = format.value(format.min());
  const double high = format.value(format.max());
  // Bins are multiples of a power of two: their centres are exact this way too, and found faster.
  const double first = histogram.bin_center(0);
  const double spacing = histogram.bin_center(1) - first;
  double sum = 0;
  for (int bin = 0; bin < Histogram::kBins; ++bin) {
    const auto count = static_cast<double>(histogram.bin_count(bin));
    if (count == 0) continue;
    const double x = first + spacing * bin;
    const double outside = std::max({x - high, low - x, 0.0});
    sum += count * (outside > step / 2 ? outside * outside : step * step / 12);
  }
  return sum;
}

int choose_fraction(const Histogram& histogram, int width, bool is_signed, const RangeChoice& choice) {
  if (choice.method == RangeMethod::Percentile)
    return fraction_for_magnitude(histogram.magnitude_percentile(choice.percentile / 100), width, is_signed);
  const int safe = fraction_for_magnitude(histogram.largest_magnitude(), width, is_signed);
  if (choice.method == RangeMethod::MinMax || histogram.largest_magnitude() == 0) return safe;
  int best = safe;
  double least = expected_squared_error(histogram, {is_signed, width, safe});
  for (int fraction = safe + 1; fraction <= std::min(safe + kDeepestClip, kMaxFraction); ++fraction) {
    const double error = expected_squared_error(histogram, {is_signed, width, fraction});
    if (error >= least) continue;
    least = error;
    best = fraction;
  }
  return best;
}

}  // namespace fixgate
