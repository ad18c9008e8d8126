// What calibration keeps of a signal: a histogram whose range grows by doubling.
#pragma once

#include <array>
#include <cstdint>

#include "diagnostic/error.h"

namespace fixgate {

/// Bins of equal width over [-2^exponent, 2^exponent). Counts are integers, so that merging parts gives the
/// same histogram in whatever order and grouping they were observed.
class Histogram {
 public:
  static constexpr int kBins = 4096;
  static constexpr int kSmallestExponent = -16;

  void add(float value);
  void merge(const Histogram& other);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] double min() const { return min_; }
  [[nodiscard]] double max() const { return max_; }
  [[nodiscard]] double largest_magnitude() const;
  /// Smallest bin edge that bounds the magnitude of at least `share` (0..1) of the values; at most the
  /// largest magnitude.
  [[nodiscard]] double magnitude_percentile(double share) const;

  [[nodiscard]] int exponent() const { return exponent_; }
  [[nodiscard]] double bin_center(int bin) const;
  [[nodiscard]] std::int64_t bin_count(int bin) const { return bins_[static_cast<std::size_t>(bin)]; }

 private:
  void grow();  // doubles the range
  [[nodiscard]] double bin_width() const;

  std::array<std::int64_t, kBins> bins_{};
  int exponent_ = kSmallestExponent;
  std::int64_t count_ = 0;
  double min_ = 0;
  double max_ = 0;
};

}  // namespace fixgate
