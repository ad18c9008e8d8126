#include "quantize/curvature.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fixgate {
namespace {

// Groups of a tied matrix: more make no difference that can be measured.
constexpr Eigen::Index kMostGroups = 16;

// Half a use of every row that calibration did not meet, so that it counts for something.
Eigen::VectorXd smoothed(const Eigen::VectorXd& harm) {
  double least = 0;
  for (const double one : harm)
    if (one > 0 && (least == 0 || one < least)) least = one;
  return harm.cwiseMax(least / 2);
}

// log(harm of the first use / harm of the others), by row.
Eigen::VectorXd log_ratios(const std::vector<Eigen::VectorXd>& harm) {
  Eigen::VectorXd others = Eigen::VectorXd::Constant(harm[0].size(), 1e-300);
  for (std::size_t use = 1; use < harm.size(); ++use) others += harm[use];
  return ((harm[0].array() + 1e-300) / others.array()).log().matrix();
}

}  // namespace

Eigen::MatrixXd curvature_of(const MatrixUse& use, bool correct_bias) {
  if (!correct_bias || !use.has_bias) return use.moment;
  return use.moment - use.mean * use.mean.transpose();
}

Eigen::MatrixXd cross_of(const MatrixUse& use, bool correct_bias) {
  if (!correct_bias || !use.has_bias) return use.cross;
  return use.cross - use.mean * use.mean.transpose();
}

std::vector<CurvatureGroup> group_rows(const std::vector<MatrixUse>& uses, Eigen::Index rows,
                                       bool correct_bias) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  if (uses.size() == 1)
    return {{order, curvature_of(uses[0], correct_bias), cross_of(uses[0], correct_bias)}};
  std::vector<Eigen::VectorXd> harm;
  for (const MatrixUse& use : uses) harm.push_back(smoothed(use.harm));
  const Eigen::VectorXd ratios = log_ratios(harm);
  std::ranges::stable_sort(order, {}, [&](Eigen::Index row) { return ratios[row]; });
  const Eigen::Index count = std::min(kMostGroups, rows);
  std::vector<CurvatureGroup> groups;
  for (Eigen::Index g = 0; g < count; ++g) {
    CurvatureGroup group;
    group.rows.assign(order.begin() + g * rows / count, order.begin() + (g + 1) * rows / count);
    group.curvature = Eigen::MatrixXd::Zero(uses[0].moment.rows(), uses[0].moment.cols());
    group.cross = group.curvature;
    for (std::size_t use = 0; use < uses.size(); ++use) {
      double share = 0;  // of the row's harm, mean over the group's rows
      for (const Eigen::Index row : group.rows) {
        double all = 0;
        for (const Eigen::VectorXd& one : harm) all += one[row];
        if (all > 0) share += harm[use][row] / all;
      }
      share /= static_cast<double>(group.rows.size());
      group.curvature += share * curvature_of(uses[use], correct_bias);
      group.cross += share * cross_of(uses[use], correct_bias);
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace fixgate
