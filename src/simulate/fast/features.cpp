#include "simulate/fast/features.h"

#include <algorithm>
#include <cmath>

#include "numeric/requantise.h"

namespace fixgate::fast {
namespace {

/// Saturating formats without std::ldexp: a 32-bit float times 2^-64..2^64 is exact in a double, and clamping
/// by one step outside the range decides nothing that saturation would not.
class FastEntry {
 public:
  explicit FastEntry(const SignalFormat& format)
      : scale_(std::ldexp(1.0, format.format.fraction)),
        low_(static_cast<double>(format.format.min())),
        high_(static_cast<double>(format.format.max())),
        half_(format.rounding == Rounding::Nearest ? 0.5 : 0) {}

  std::int64_t operator()(float real, std::int64_t& overflows) const {
    const double scaled = std::clamp(static_cast<double>(real) * scale_, low_ - 2, high_ + 2);
    // Below 2^33 in size, so that a half added to it is not rounded away; truncation, then down to the floor.
    const double moved = scaled + half_;
    auto q = static_cast<std::int64_t>(moved);
    q -= static_cast<double>(q) > moved ? 1 : 0;
    const std::int64_t fitted =
        std::clamp(q, static_cast<std::int64_t>(low_), static_cast<std::int64_t>(high_));
    overflows += fitted != q ? 1 : 0;
    return fitted;
  }

 private:
  double scale_;
  double low_;
  double high_;
  double half_;
};

template <typename Entry>
std::int64_t enter(const FloatMatrix& features, std::size_t first_row, StoredRows& rows, Entry entry) {
  std::int64_t overflows = 0;
  const auto columns = static_cast<std::size_t>(features.cols());
  const float* from = features.data();
  for (std::size_t step = 0; step < static_cast<std::size_t>(features.rows()); ++step)
    for (std::size_t k = 0; k < columns; ++k) rows.set(first_row + step, k, entry(*from++, overflows));
  return overflows;
}

}  // namespace

std::int64_t quantise_features(const FloatMatrix& features, const SignalFormat& format, std::size_t first_row,
                               StoredRows& rows) {
  if (format.overflow == Overflow::Saturate && format.rounding != Rounding::Convergent)
    return enter(features, first_row, rows, FastEntry(format));
  return enter(features, first_row, rows,
               [&](float real, std::int64_t& overflows) { return quantise_input(real, format, overflows); });
}

}  // namespace fixgate::fast
