// From what a signal was seen to carry to where its binary point should be.
#pragma once

#include <string>
#include <string_view>

#include "calibrate/histogram.h"
#include "numeric/format.h"

namespace fixgate {

enum class RangeMethod {
  MinMax,        // everything seen fits
  Percentile,    // a share of the magnitudes seen fits
  SquaredError,  // least sum of squared rounding and clipping errors over the histogram
  Measured       // as SquaredError; `quantize` then moves it by what it does to the outputs
};

struct RangeChoice {
  RangeMethod method = RangeMethod::SquaredError;
  double percentile = 99.99;  // in percent, for RangeMethod::Percentile
};

std::string to_text(RangeMethod method);
Result<RangeMethod> parse_range_method(std::string_view text);

/// The most fraction bits with which a format of this width and sign holds `magnitude` (and -magnitude if
/// signed). A magnitude of zero is taken for 1.
int fraction_for_magnitude(double magnitude, int width, bool is_signed);

/// Fraction bits for a signal with this histogram, within -64..64.
int choose_fraction(const Histogram& histogram, int width, bool is_signed, const RangeChoice& choice);

/// Expected sum of squared errors of the histogram's values in `format`: step^2 / 12 inside, the squared
/// distance from the nearer end outside.
double expected_squared_error(const Histogram& histogram, const Format& format);

}  // namespace fixgate
