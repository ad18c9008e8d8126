#include "quantize/compensated.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "parallel/for_each_index.h"
#include "quantize/curvature.h"

namespace fixgate {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double kDamping = 0.01;   // of the mean diagonal: calibration data are a sample
constexpr int kFractionsTried = 4;  // binary points from the one at which all weights fit, to the right
constexpr int kMostPasses = 8;      // of single changes
constexpr Eigen::Index kRowsPerTask = 16;

/// A curvature ready for rounding: columns from the most to the least important.
struct Form {
  std::vector<Eigen::Index> order;
  RowMatrix curvature;  // damped, in the original order
  RowMatrix upper;      // U of the Cholesky factors U^T U of the inverse, in `order`
  Matrix target;        // takes a float row to what it should become before rounding
};

Form prepare(const Matrix& curvature, const Matrix& cross) {
  const Eigen::Index n = curvature.rows();
  Form form;
  form.curvature = curvature;
  const double mean = curvature.diagonal().mean();
  const double damping = mean > 0 ? kDamping * mean : 1;
  form.curvature.diagonal().array() += damping;
  form.order.resize(static_cast<std::size_t>(n));
  std::iota(form.order.begin(), form.order.end(), Eigen::Index{0});
  std::ranges::stable_sort(form.order, std::greater<>(), [&](Eigen::Index k) { return curvature(k, k); });
  const Matrix ordered = form.curvature(form.order, form.order);
  const Matrix inverse = ordered.llt().solve(Matrix::Identity(n, n));
  form.target = form.curvature.llt().solve(cross + damping * Matrix::Identity(n, n));
  form.upper = Eigen::LLT<Matrix>((inverse + inverse.transpose()) / 2).matrixU();
  return form;
}

/// One row at one binary point.
class RowRounding {
 public:
  RowRounding(const Vector& weights, const WeightCode& code, int fraction, const Form& form)
      : weights_(weights), code_(code), form_(form), scale_(std::ldexp(1.0, -fraction)), q_(weights.size()) {}

  void round_nearest() {
    for (Eigen::Index k = 0; k < q_.size(); ++k) q_[k] = nearest(weights_[k]);
  }

  // GPTQ: column by column; what is still to come takes up the error.
  void round_compensated() {
    const Eigen::Index n = q_.size();
    Vector left(n);
    for (Eigen::Index k = 0; k < n; ++k) left[k] = weights_[form_.order[static_cast<std::size_t>(k)]];
    for (Eigen::Index k = 0; k < n; ++k) {
      const double q = nearest(left[k]);
      q_[form_.order[static_cast<std::size_t>(k)]] = q;
      const double error = (left[k] - q * scale_) / form_.upper(k, k);
      left.tail(n - k - 1) -= error * form_.upper.row(k).tail(n - k - 1).transpose();
    }
  }

  // Coordinate descent: each weight to the best integer while all others stay, until nothing changes.
  void improve() {
    Vector pull = form_.curvature * (weights_ - q_ * scale_);
    for (int pass = 0; pass < kMostPasses; ++pass) {
      bool changed = false;
      for (Eigen::Index k = 0; k < q_.size(); ++k) changed = move(k, pull) || changed;
      if (!changed) break;
    }
  }

  [[nodiscard]] double cost() const {
    const Vector error = weights_ - q_ * scale_;
    return error.dot(form_.curvature * error);
  }
  [[nodiscard]] const Vector& integers() const { return q_; }

 private:
  [[nodiscard]] double nearest(double weight) const {
    return static_cast<double>(code_.nearest(weight / scale_));
  }

  // `pull` is the curvature times the errors.
  bool move(Eigen::Index k, Vector& pull) {
    const double curvature = form_.curvature(k, k);
    const double best = nearest(q_[k] * scale_ + pull[k] / curvature);
    const double step = (best - q_[k]) * scale_;
    if (step == 0 || step * step * curvature - 2 * step * pull[k] >= 0) return false;
    q_[k] = best;
    pull -= step * form_.curvature.row(k).transpose();
    return true;
  }

  const Vector& weights_;
  const WeightCode& code_;
  const Form& form_;
  double scale_;
  Vector q_;
};

/// The cheapest of a row's roundings so far.
struct Best {
  double cost = std::numeric_limits<double>::infinity();
  int fraction = 0;
  Vector integers;

  void offer(const RowRounding& row, int at) {
    const double its = row.cost();
    if (!(its < cost)) return;
    cost = its;
    fraction = at;
    integers = row.integers();
  }
};

class Compensation {
 public:
  Compensation(const FloatMatrix& weights, const WeightOptions& options, WeightMatrix& fixed)
      : weights_(weights), options_(options), fixed_(fixed) {}

  void round(const CurvatureGroup& group) {
    const Form form = prepare(group.curvature, group.cross);
    const auto count = static_cast<Eigen::Index>(group.rows.size());
    parallel_for_each_index(static_cast<std::size_t>((count + kRowsPerTask - 1) / kRowsPerTask),
                            [&](std::size_t task) {
                              const Eigen::Index first = static_cast<Eigen::Index>(task) * kRowsPerTask;
                              for (Eigen::Index k = first; k < std::min(first + kRowsPerTask, count); ++k)
                                round_row(group.rows[static_cast<std::size_t>(k)], form);
                            });
  }

 private:
  // fixed_ holds the nearest rounding: the row keeps it unless something is cheaper.
  void round_row(Eigen::Index index, const Form& form) {
    const auto row = static_cast<std::size_t>(index);
    const Vector weights = form.target * weights_.row(index).cast<double>().transpose();
    const int chosen = fixed_.row_fractions[row];
    const WeightCode code = fixed_.row_code(row);
    Best best;
    RowRounding nearest(weights, code, chosen, form);
    nearest.round_nearest();
    best.offer(nearest, chosen);
    const bool is_free = options_.per_row && !options_.has_fraction;
    for (int fraction = chosen - (is_free ? 1 : 0); fraction < chosen + (is_free ? kFractionsTried - 1 : 1);
         ++fraction) {
      if (std::abs(fraction) > kMaxFraction) continue;
      RowRounding rounding(weights, code, fraction, form);
      rounding.round_compensated();
      rounding.improve();
      best.offer(rounding, fraction);
    }
    fixed_.row_fractions[row] = best.fraction;
    for (Eigen::Index k = 0; k < weights.size(); ++k)
      fixed_.values[row * static_cast<std::size_t>(weights.size()) + static_cast<std::size_t>(k)] =
          static_cast<std::int32_t>(best.integers[k]);
  }

  const FloatMatrix& weights_;
  const WeightOptions& options_;
  WeightMatrix& fixed_;
};

}  // namespace

WeightMatrix compensate_weights(const std::string& name, const FloatMatrix& weights,
                                const WeightOptions& options, const std::vector<MatrixUse>& uses,
                                std::vector<int> row_widths) {
  WeightMatrix fixed = quantise_weights(name, weights, options, std::move(row_widths));
  Compensation compensation(weights, options, fixed);
  for (const CurvatureGroup& group : group_rows(uses, weights.rows(), options.correct_bias))
    compensation.round(group);
  return fixed;
}

}  // namespace fixgate
