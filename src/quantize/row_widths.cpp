#include "quantize/row_widths.h"

#include <algorithm>
#include <bit>

#include "parallel/for_each_index.h"
#include "quantize/curvature.h"

namespace fixgate {
namespace {

constexpr int kWiderThanMean = 3;  // bits, of the widest row
constexpr int kWidestRow = 8;      // multiplied as bytes
constexpr Eigen::Index kRowsPerTask = 256;

/// A row gets more bits: from one vertex of its lower convex hull to the next.
struct Widening {
  std::size_t row = 0;
  int from = 0;  // columns of the costs
  int to = 0;
  double gain = 0;  // for each bit
};

// From the narrowest width on, always to the width that lowers the cost most for each bit.
void add_hull(const Eigen::MatrixXd& costs, Eigen::Index row, std::vector<Widening>& all) {
  const auto widths = static_cast<int>(costs.cols());
  for (int from = 0; from + 1 < widths;) {
    Widening best;
    for (int to = from + 1; to < widths; ++to) {
      const double gain = (costs(row, from) - costs(row, to)) / (to - from);
      if (gain > best.gain) best = {static_cast<std::size_t>(row), from, to, gain};
    }
    if (best.gain <= 0) return;
    all.push_back(best);
    from = best.to;
  }
}

void add_costs(const Eigen::MatrixXd& errors, const MatrixUse& use, const Eigen::MatrixXd& curvature,
               Eigen::Ref<Eigen::VectorXd> costs) {
  const Eigen::Index tasks = (errors.rows() + kRowsPerTask - 1) / kRowsPerTask;
  parallel_for_each_index(static_cast<std::size_t>(tasks), [&](std::size_t task) {
    const Eigen::Index first = static_cast<Eigen::Index>(task) * kRowsPerTask;
    const Eigen::Index count = std::min(kRowsPerTask, errors.rows() - first);
    const Eigen::MatrixXd some = errors.middleRows(first, count);
    costs.segment(first, count) +=
        use.harm.segment(first, count).cwiseProduct((some * curvature).cwiseProduct(some).rowwise().sum());
  });
}

}  // namespace

int widest_row(int mean_width) {
  return std::max(mean_width, std::min(mean_width + kWiderThanMean, kWidestRow));
}

bool can_mix_rows(int mean_width) {
  return mean_width > kNarrowestRow && mean_width < widest_row(mean_width);
}

Eigen::MatrixXd row_costs(const FloatMatrix& weights, const WeightOptions& options,
                          const std::vector<MatrixUse>& uses) {
  std::vector<Eigen::MatrixXd> curvatures;
  for (const MatrixUse& use : uses) curvatures.push_back(curvature_of(use, options.correct_bias));
  Eigen::MatrixXd costs =
      Eigen::MatrixXd::Zero(weights.rows(), widest_row(options.code.width) - kNarrowestRow + 1);
  for (Eigen::Index k = 0; k < costs.cols(); ++k) {
    WeightOptions narrow = options;
    narrow.code.width = kNarrowestRow + static_cast<int>(k);
    const WeightMatrix fixed = quantise_weights("", weights, narrow);
    Eigen::MatrixXd errors(weights.rows(), weights.cols());
    for (Eigen::Index row = 0; row < weights.rows(); ++row)
      errors.row(row) = row_error(weights, fixed, row).transpose();
    if (uses.empty()) costs.col(k) = errors.rowwise().squaredNorm();
    for (std::size_t use = 0; use < uses.size(); ++use)
      add_costs(errors, uses[use], curvatures[use], costs.col(k));
  }
  return costs;
}

std::vector<int> widen_rows(const Eigen::MatrixXd& costs, std::int64_t bits) {
  std::vector<Widening> widenings;
  for (Eigen::Index row = 0; row < costs.rows(); ++row) add_hull(costs, row, widenings);
  std::ranges::stable_sort(widenings, std::greater<>(), &Widening::gain);
  std::vector<int> chosen(static_cast<std::size_t>(costs.rows()), 0);
  for (const Widening& widening : widenings) {
    const int more = widening.to - widening.from;
    if (more > bits || chosen[widening.row] != widening.from) continue;
    chosen[widening.row] = widening.to;
    bits -= more;
  }
  for (int& width : chosen) width += kNarrowestRow;
  return chosen;
}

std::vector<int> choose_row_widths(const FloatMatrix& weights, const WeightOptions& options,
                                   const std::vector<MatrixUse>& uses) {
  const int mean = options.code.width;
  if (options.code.encoding != WeightEncoding::Integer || !can_mix_rows(mean)) return {};
  const Eigen::MatrixXd costs = row_costs(weights, options, uses);
  const std::int64_t told =
      std::bit_width(static_cast<unsigned>(widest_row(mean) - kNarrowestRow)) * costs.rows();
  const std::int64_t bits =
      (mean - kNarrowestRow) * costs.rows() - (told + weights.cols() - 1) / weights.cols();
  std::vector<int> widths = widen_rows(costs, bits);
  double cost = 0;
  for (std::size_t row = 0; row < widths.size(); ++row)
    cost += costs(static_cast<Eigen::Index>(row), widths[row] - kNarrowestRow);
  if (cost >= costs.col(mean - kNarrowestRow).sum()) return {};
  return widths;
}

}  // namespace fixgate
