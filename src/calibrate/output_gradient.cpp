#include "calibrate/output_gradient.h"

#include <cmath>
#include <numbers>

#include "data/logits.h"

namespace fixgate {
namespace {

// [0, 1), the same with every standard library.
double uniform(std::mt19937_64& random) {
  return std::ldexp(static_cast<double>(random() >> 11), -53);
}

// Box and Muller 1958.
double normal(std::mt19937_64& random) {
  const double radius = std::sqrt(-2 * std::log1p(-uniform(random)));
  return radius * std::cos(2 * std::numbers::pi * uniform(random));
}

FloatMatrix softmax(const FloatMatrix& outputs) {
  FloatMatrix shares = (outputs.colwise() - outputs.rowwise().maxCoeff()).array().exp();
  for (Eigen::Index row = 0; row < shares.rows(); ++row) shares.row(row) /= shares.row(row).sum();
  return shares;
}

FloatMatrix sigmoid(const FloatMatrix& outputs) {
  return (1.0F + (-outputs.array()).exp()).inverse();
}

Eigen::Index drawn(const FloatMatrix& shares, Eigen::Index row, std::mt19937_64& random) {
  double left = uniform(random);
  for (Eigen::Index k = 0; k + 1 < shares.cols(); ++k)
    if ((left -= shares(row, k)) < 0) return k;
  return shares.cols() - 1;
}

bool is_one_logit(const MetricSpec& metric) {
  return metric.kind == MetricKind::Accuracy && metric.decision == Decision::Positive;
}

using LogShares = Eigen::ArrayXd;

LogShares log_shares(const Eigen::RowVectorXf& row, bool is_one_logit) {
  Eigen::RowVectorXf logits = Eigen::RowVectorXf::Zero(row.size() + (is_one_logit ? 1 : 0));
  logits.head(row.size()) = row;
  const double log_sum = log_sum_of_exponentials({logits.data(), static_cast<std::size_t>(logits.size())});
  return logits.transpose().array().cast<double>() - log_sum;
}

}  // namespace

FloatMatrix sampled_output_gradient(const MetricSpec& metric, const FloatMatrix& outputs,
                                    std::mt19937_64& random) {
  if (is_regression(metric))
    return FloatMatrix::NullaryExpr(outputs.rows(), outputs.cols(),
                                    [&](auto...) { return static_cast<float>(normal(random)); });
  if (is_one_logit(metric))
    return sigmoid(outputs).unaryExpr([&](float p) { return p - (uniform(random) < p ? 1.0F : 0.0F); });
  FloatMatrix gradient = softmax(outputs);
  for (Eigen::Index row = 0; row < gradient.rows(); ++row) gradient(row, drawn(gradient, row, random)) -= 1;
  return gradient;
}

FloatMatrix expected_output_square(const MetricSpec& metric, const FloatMatrix& outputs) {
  if (is_regression(metric)) return FloatMatrix::Ones(outputs.rows(), outputs.cols());
  const FloatMatrix p = is_one_logit(metric) ? sigmoid(outputs) : softmax(outputs);
  return p.array() * (1 - p.array());
}

double output_divergence(const MetricSpec& metric, const FloatMatrix& wanted, const FloatMatrix& outputs) {
  if (is_regression(metric)) return (outputs - wanted).squaredNorm() / 2;
  // One logit is a softmax over it and 0.
  double sum = 0;
  for (Eigen::Index row = 0; row < wanted.rows(); ++row) {
    const LogShares p = log_shares(wanted.row(row), is_one_logit(metric));
    const LogShares q = log_shares(outputs.row(row), is_one_logit(metric));
    sum += (p.exp() * (p - q)).sum();
  }
  return sum;
}

FloatMatrix divergence_gradient(const MetricSpec& metric, const FloatMatrix& wanted,
                                const FloatMatrix& outputs) {
  if (is_regression(metric)) return outputs - wanted;
  if (is_one_logit(metric)) return sigmoid(outputs) - sigmoid(wanted);
  return softmax(outputs) - softmax(wanted);
}

}  // namespace fixgate
