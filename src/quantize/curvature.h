// The quadratic form by which the rounding errors of a matrix's rows are judged.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "calibrate/weight_statistics.h"

namespace fixgate {

/// C of one use: the covariance where the bias makes up for the mean, else the second moment. [columns,
/// columns]
Eigen::MatrixXd curvature_of(const MatrixUse& use, bool correct_bias);

/// The same of MatrixUse::cross.
Eigen::MatrixXd cross_of(const MatrixUse& use, bool correct_bias);

/// Rows that are rounded by the same form. A matrix with one use has one group; a tied one, whose rows weigh
/// their uses differently, has a few groups of rows with about the same ratio, and the form of a group is
/// that of its mean ratio.
struct CurvatureGroup {
  std::vector<Eigen::Index> rows;
  Eigen::MatrixXd curvature;
  Eigen::MatrixXd cross;  // curvature^-1 * cross * row is what a row should become, were it not for rounding
};

std::vector<CurvatureGroup> group_rows(const std::vector<MatrixUse>& uses, Eigen::Index rows,
                                       bool correct_bias);

}  // namespace fixgate
