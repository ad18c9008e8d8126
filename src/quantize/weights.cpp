#include "quantize/weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "calibrate/range.h"
#include "quantize/curvature.h"

namespace fixgate {
namespace {

// A row whose weights are all tiny gets no more fraction bits than this above the matrix's own binary point:
// finer steps would change no output visibly, and each would cost a bit of accumulator and of alignment.
constexpr int kMostAboveMatrix = 12;

/// A code at a binary point.
struct Grid {
  WeightCode code;
  int fraction = 0;

  [[nodiscard]] double value(std::int64_t q) const { return std::ldexp(static_cast<double>(q), -fraction); }
  [[nodiscard]] std::int64_t nearest(double weight) const {
    return code.nearest(std::ldexp(weight, fraction));
  }
};

struct SquaredError {
  double whole = 0;
  double clipped = 0;  // of the weights beyond the ends alone
};

template <typename Weights>
SquaredError squared_error(const Weights& weights, const Grid& grid) {
  const double low = grid.value(grid.code.smallest());
  const double high = grid.value(grid.code.largest());
  SquaredError sum;
  for (Eigen::Index k = 0; k < weights.size(); ++k) {
    const double weight = weights(k);
    const double error = weight - grid.value(grid.nearest(weight));
    sum.whole += error * error;
    if (weight < low || weight > high) sum.clipped += error * error;
  }
  return sum;
}

// The most fraction bits at which the code reaches every weight.
int safe_fraction(double magnitude, const WeightCode& code) {
  if (code.encoding == WeightEncoding::Integer) return fraction_for_magnitude(magnitude, code.width, true);
  if (magnitude == 0) return 0;
  return static_cast<int>(std::floor(std::log2(static_cast<double>(code.largest()) / magnitude)));
}

// From the binary point at which all weights fit: any other to its left is no better. To its right ever more
// is clipped, so the search ends where that alone is as bad as the best.
template <typename Weights>
int best_fraction(const Weights& weights, const WeightCode& code, int most) {
  const double magnitude = weights.size() == 0 ? 0.0 : weights.cwiseAbs().maxCoeff();
  const int safe = std::clamp(safe_fraction(magnitude, code), -kMaxFraction, most);
  int best = safe;
  double least = squared_error(weights, {code, safe}).whole;
  for (int fraction = safe + 1; fraction <= most; ++fraction) {
    const SquaredError error = squared_error(weights, {code, fraction});
    if (error.clipped >= least) break;
    if (error.whole >= least) continue;
    least = error.whole;
    best = fraction;
  }
  return best;
}

std::vector<int> choose_fractions(const FloatMatrix& weights, const WeightOptions& options,
                                  const WeightMatrix& matrix) {
  const auto rows = static_cast<std::size_t>(weights.rows());
  if (options.has_fraction) return std::vector<int>(rows, options.fraction);
  const Eigen::Map<const FloatVector> all(weights.data(), weights.size());
  const int whole = best_fraction(all, options.code, kMaxFraction);
  std::vector<int> fractions(rows, whole);
  if (!options.per_row) return fractions;
  const int most = std::min(whole + kMostAboveMatrix, kMaxFraction);
  for (std::size_t row = 0; row < rows; ++row)
    fractions[row] = best_fraction(weights.row(static_cast<Eigen::Index>(row)), matrix.row_code(row), most);
  return fractions;
}

}  // namespace

WeightMatrix quantise_weights(const std::string& name, const FloatMatrix& weights,
                              const WeightOptions& options, std::vector<int> row_widths) {
  WeightMatrix matrix;
  matrix.name = name;
  matrix.rows = static_cast<int>(weights.rows());
  matrix.columns = static_cast<int>(weights.cols());
  matrix.width = row_widths.empty() ? options.code.width : std::ranges::max(row_widths);
  matrix.encoding = options.code.encoding;
  matrix.row_widths = std::move(row_widths);
  matrix.row_fractions = choose_fractions(weights, options, matrix);
  matrix.values.reserve(static_cast<std::size_t>(weights.size()));
  for (Eigen::Index row = 0; row < weights.rows(); ++row) {
    const auto index = static_cast<std::size_t>(row);
    const Grid grid{matrix.row_code(index), matrix.row_fractions[index]};
    for (Eigen::Index column = 0; column < weights.cols(); ++column)
      matrix.values.push_back(static_cast<std::int32_t>(grid.nearest(weights(row, column))));
  }
  return matrix;
}

double rounding_cost(const FloatMatrix& weights, const WeightMatrix& fixed,
                     const std::vector<MatrixUse>& uses, bool correct_bias) {
  double cost = 0;
  for (const MatrixUse& use : uses) {
    const Eigen::MatrixXd curvature = curvature_of(use, correct_bias);
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
      const Eigen::VectorXd error = row_error(weights, fixed, row);
      cost += use.harm[row] * error.dot(curvature * error);
    }
  }
  return cost;
}

Eigen::VectorXd row_error(const FloatMatrix& weights, const WeightMatrix& fixed, Eigen::Index row) {
  const auto integers = fixed.row(static_cast<int>(row));
  const int fraction = fixed.row_fractions[static_cast<std::size_t>(row)];
  Eigen::VectorXd error = weights.row(row).cast<double>().transpose();
  for (Eigen::Index k = 0; k < error.size(); ++k)
    error[k] -= std::ldexp(static_cast<double>(integers[static_cast<std::size_t>(k)]), -fraction);
  return error;
}

Eigen::VectorXd lost_mean(const FloatMatrix& weights, const WeightMatrix& fixed, const MatrixUse& use) {
  Eigen::VectorXd lost(weights.rows());
  for (Eigen::Index row = 0; row < weights.rows(); ++row)
    lost[row] = row_error(weights, fixed, row).dot(use.mean);
  return lost;
}

std::string to_text(WeightRounding rounding) {
  switch (rounding) {
    case WeightRounding::Compensated:
      return "compensated";
    case WeightRounding::Learned:
      return "learned";
    case WeightRounding::Nearest:
      break;
  }
  return "nearest";
}

Result<WeightRounding> parse_weight_rounding(std::string_view text) {
  for (const WeightRounding rounding :
       {WeightRounding::Nearest, WeightRounding::Compensated, WeightRounding::Learned})
    if (text == to_text(rounding)) return rounding;
  return fail("'{}' is no rounding of weights: expected nearest, compensated or learned", text);
}

Result<std::int64_t> quantise_bias(double bias, int fraction) {
  const double q = std::nearbyint(std::ldexp(bias, fraction));
  if (std::abs(q) > 0x1p62)
    return fail("a bias of {} at {} fraction bits needs more than 62 bits", bias, fraction);
  return static_cast<std::int64_t>(q);
}

}  // namespace fixgate
