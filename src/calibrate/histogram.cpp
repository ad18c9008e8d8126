#include "calibrate/histogram.h"

#include <algorithm>
#include <cmath>

namespace fixgate {

double Histogram::bin_width() const {
  return std::ldexp(1.0, exponent_ + 1) / kBins;
}

double Histogram::bin_center(int bin) const {
  return (bin - 0.5 * kBins + 0.5) * bin_width();
}

double Histogram::largest_magnitude() const {
  return std::max(std::abs(min_), std::abs(max_));
}

void Histogram::add(float value) {
  const double range = value + 0.0;  // -0 becomes 0, so that min and max do not depend on the order
  while (range >= std::ldexp(1.0, exponent_) || range < -std::ldexp(1.0, exponent_)) grow();
  const int bin = static_cast<int>(std::floor(range / bin_width())) + kBins / 2;
  ++bins_[static_cast<std::size_t>(bin)];
  min_ = count_ == 0 ? range : std::min(min_, range);
  max_ = count_ == 0 ? range : std::max(max_, range);
  ++count_;
}

// Pairs of bins join; the outer quarters become empty.
void Histogram::grow() {
  std::array<std::int64_t, kBins> grown{};
  for (std::size_t bin = 0; bin < kBins; ++bin) grown[kBins / 4 + bin / 2] += bins_[bin];
  bins_ = grown;
  ++exponent_;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  Histogram part = other;
  while (exponent_ < part.exponent_) grow();
  while (part.exponent_ < exponent_) part.grow();
  for (std::size_t bin = 0; bin < kBins; ++bin) bins_[bin] += part.bins_[bin];
  min_ = count_ == 0 ? part.min_ : std::min(min_, part.min_);
  max_ = count_ == 0 ? part.max_ : std::max(max_, part.max_);
  count_ += part.count_;
}

double Histogram::magnitude_percentile(double share) const {
  const double wanted = share * static_cast<double>(count_);
  std::int64_t seen = 0;
  for (int distance = 0; distance < kBins / 2; ++distance) {
    seen += bin_count(kBins / 2 + distance) + bin_count(kBins / 2 - 1 - distance);
    if (static_cast<double>(seen) >= wanted)
      return std::min((distance + 1) * bin_width(), largest_magnitude());
  }
  return largest_magnitude();
}

}  // namespace fixgate
