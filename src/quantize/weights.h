// Rounds float matrices to integers: docs/numerics.md, section 4; docs/methods.md says how the integers are
// chosen.
#pragma once

#include <string>
#include <vector>

#include "calibrate/weight_statistics.h"
#include "fixed/fixed_chain.h"
#include "network/network.h"

namespace fixgate {

enum class WeightRounding {
  Nearest,      // each weight by itself
  Compensated,  // each weight takes up the error of those before it, by the moments of what they are
                // multiplied with
  Learned       // compensated, then all weights together moved towards the float network's outputs
};

std::string to_text(WeightRounding rounding);
Result<WeightRounding> parse_weight_rounding(std::string_view text);

struct WeightOptions {
  WeightCode code;
  bool per_row = true;        // a binary point for each row
  bool has_fraction = false;  // one stated binary point for the matrix
  int fraction = 0;
  WeightRounding rounding = WeightRounding::Nearest;
  bool correct_bias = false;  // the bias makes up for the mean of the rounding error
  bool mixed_rows = false;    // of integers: rows get widths of their own, which take no more than the code's

  friend bool operator==(const WeightOptions&, const WeightOptions&) = default;
};

/// Nearest integers of the code, clipped to its range. A binary point that is not stated is the one of
/// least squared error, over the row or over the matrix. `row_widths`: by row; empty: the code's.
WeightMatrix quantise_weights(const std::string& name, const FloatMatrix& weights,
                              const WeightOptions& options, std::vector<int> row_widths = {});

/// What an error D of a row costs: the sum over `uses` of harm[row] * D^T C D, with C the covariance where
/// the bias makes up for the mean (`correct_bias`), else the second moment.
double rounding_cost(const FloatMatrix& weights, const WeightMatrix& fixed,
                     const std::vector<MatrixUse>& uses, bool correct_bias);

/// Float minus fixed, by column.
Eigen::VectorXd row_error(const FloatMatrix& weights, const WeightMatrix& fixed, Eigen::Index row);

/// What the mean of each row's sum loses by the rounding of its weights.
Eigen::VectorXd lost_mean(const FloatMatrix& weights, const WeightMatrix& fixed, const MatrixUse& use);

/// One bias at its accumulator's fraction, to nearest, ties to even. Error: it needs more than 62 bits.
Result<std::int64_t> quantise_bias(double bias, int fraction);

}  // namespace fixgate
