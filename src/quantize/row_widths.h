// Widths of a matrix's rows: bits go to the rows whose errors cost most, such as those of frequent words.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "quantize/weights.h"

namespace fixgate {

/// The narrowest and the widest row of a matrix that has `mean_width` bits in the mean: bytes at most, or all
/// rows alike.
inline constexpr int kNarrowestRow = 2;
int widest_row(int mean_width);

/// Whether rows of so many bits in the mean can have widths of their own: there are narrower and wider ones.
bool can_mix_rows(int mean_width);

/// What each row costs at each width from kNarrowestRow to widest_row(), rounded to nearest: the row's part
/// of rounding_cost(), without `uses` its squared error. [rows, widths]
Eigen::MatrixXd row_costs(const FloatMatrix& weights, const WeightOptions& options,
                          const std::vector<MatrixUse>& uses);

/// A width for each row of `costs` [rows, widths], the first of which is kNarrowestRow, so that all take at
/// most `bits`, for each column, more than at their narrowest, and the sum of costs is as low as steps along
/// the rows' lower convex hulls, the best first, bring it (marginal analysis: Shoham and Gersho 1988).
std::vector<int> widen_rows(const Eigen::MatrixXd& costs, std::int64_t bits);

/// The widths of the rows of a matrix with `options.mixed_rows`, which together with the bits that tell them
/// take no more than `options.code`. Empty: one width for all costs no more.
std::vector<int> choose_row_widths(const FloatMatrix& weights, const WeightOptions& options,
                                   const std::vector<MatrixUse>& uses);

}  // namespace fixgate
