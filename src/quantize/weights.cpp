#include "quantize/weights.h"

#include <algorithm>
#include <cmath>

#include "calibrate/range.h"

namespace fixgate {
namespace {

// A row whose weights are all tiny gets no more fraction bits than this above the matrix's own binary point:
// finer steps would change no output visibly, and each would cost a bit of accumulator and of alignment.
constexpr int kMostAboveMatrix = 12;

std::int64_t rounded(double weight, const Format& format) {
  const double q = std::nearbyint(std::ldexp(weight, format.fraction));
  return static_cast<std::int64_t>(
      std::clamp(q, static_cast<double>(format.min()), static_cast<double>(format.max())));
}

struct SquaredError {
  double whole = 0;
  double clipped = 0;  // of the weights beyond the ends alone
};

template <typename Weights>
SquaredError squared_error(const Weights& weights, const Format& format) {
  const double low = format.value(format.min());
  const double high = format.value(format.max());
  SquaredError sum;
  for (Eigen::Index k = 0; k < weights.size(); ++k) {
    const double weight = weights(k);
    const double error = weight - format.value(rounded(weight, format));
    sum.whole += error * error;
    if (weight < low || weight > high) sum.clipped += error * error;
  }
  return sum;
}

// From the binary point at which all weights fit: any other to its left is no better. To its right ever more
// is clipped, so the search ends where that alone is as bad as the best.
template <typename Weights>
int best_fraction(const Weights& weights, int width, int most) {
  const double magnitude = weights.size() == 0 ? 0.0 : weights.cwiseAbs().maxCoeff();
  const int safe = std::min(fraction_for_magnitude(magnitude, width, true), most);
  int best = safe;
  double least = squared_error(weights, {true, width, safe}).whole;
  for (int fraction = safe + 1; fraction <= most; ++fraction) {
    const SquaredError error = squared_error(weights, {true, width, fraction});
    if (error.clipped >= least) break;
    if (error.whole >= least) continue;
    least = error.whole;
    best = fraction;
  }
  return best;
}

std::vector<int> choose_fractions(const FloatMatrix& weights, const WeightOptions& options) {
  const auto rows = static_cast<std::size_t>(weights.rows());
  if (options.has_fraction) return std::vector<int>(rows, options.fraction);
  const Eigen::Map<const FloatVector> all(weights.data(), weights.size());
  const int whole = best_fraction(all, options.width, kMaxFraction);
  std::vector<int> fractions(rows, whole);
  if (!options.per_row) return fractions;
  const int most = std::min(whole + kMostAboveMatrix, kMaxFraction);
  for (std::size_t row = 0; row < rows; ++row)
    fractions[row] = best_fraction(weights.row(static_cast<Eigen::Index>(row)), options.width, most);
  return fractions;
}

}  // namespace

WeightMatrix quantise_weights(const std::string& name, const FloatMatrix& weights,
                              const WeightOptions& options) {
  WeightMatrix matrix;
  matrix.name = name;
  matrix.rows = static_cast<int>(weights.rows());
  matrix.columns = static_cast<int>(weights.cols());
  matrix.width = options.width;
  matrix.row_fractions = choose_fractions(weights, options);
  matrix.values.reserve(static_cast<std::size_t>(weights.size()));
  for (Eigen::Index row = 0; row < weights.rows(); ++row) {
    const Format format{true, options.width, matrix.row_fractions[static_cast<std::size_t>(row)]};
    for (Eigen::Index column = 0; column < weights.cols(); ++column)
      matrix.values.push_back(static_cast<std::int32_t>(rounded(weights(row, column), format)));
  }
  return matrix;
}

Result<std::int64_t> quantise_bias(double bias, int fraction) {
  const double q = std::nearbyint(std::ldexp(bias, fraction));
  if (std::abs(q) > 0x1p62)
    return fail("a bias of {} at {} fraction bits needs more than 62 bits", bias, fraction);
  return static_cast<std::int64_t>(q);
}

}  // namespace fixgate
