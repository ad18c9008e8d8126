#include "explore/loss.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace fixgate {
namespace {

double normal_probability(double value) {
  return 0.5 * std::erfc(-value / std::numbers::sqrt2);
}

}  // namespace

LossMeasure::LossMeasure(MetricKind kind, std::vector<Score> reference)
    : kind_(kind), reference_(std::move(reference)) {}

double LossMeasure::numerator(std::size_t index, const Score& fixed) const {
  if (kind_ == MetricKind::Accuracy) return reference_[index].sum - fixed.sum;
  if (kind_ == MetricKind::Perplexity) return fixed.sum - reference_[index].sum;
  return fixed.sum;
}

double LossMeasure::denominator(std::size_t index) const {
  const bool counts = kind_ == MetricKind::Accuracy || kind_ == MetricKind::Perplexity;
  return counts ? static_cast<double>(reference_[index].count) : reference_[index].sum;
}

double LossMeasure::loss_at(double ratio) const {
  if (kind_ == MetricKind::Accuracy) return ratio;
  if (kind_ == MetricKind::Perplexity) return std::expm1(ratio);
  if (kind_ == MetricKind::Rmse) return std::sqrt(std::max(ratio, 0.0)) - 1;
  return ratio - 1;
}

double LossMeasure::ratio_at(double loss) const {
  if (kind_ == MetricKind::Accuracy) return loss;
  if (kind_ == MetricKind::Perplexity) return std::log1p(loss);
  if (kind_ == MetricKind::Rmse) return (1 + loss) * (1 + loss);
  return 1 + loss;
}

LossMeasure::Ratio LossMeasure::ratio(std::span<const double> numerators, bool finite) const {
  const std::size_t seen = numerators.size();
  double above = 0;
  double below = 0;
  for (std::size_t i = 0; i < seen; ++i) {
    above += numerators[i];
    below += denominator(i);
  }
  Ratio ratio;
  // A float network without any error: whatever is worse is infinitely worse.
  if (below <= 0) return {above > 0 ? INFINITY : 1.0, 0};
  ratio.value = above / below;
  double squares = 0;
  for (std::size_t i = 0; i < seen; ++i) {
    const double residual = numerators[i] - ratio.value * denominator(i);
    squares += residual * residual;
  }
  // Decisions that all agree do not prove that none ever differs: one pseudo-sample of either kind, as
  // Agresti and Min (Statistics in Medicine 24, 2005) add to paired proportions.
  if (kind_ == MetricKind::Accuracy) squares += 2;
  const auto count = static_cast<double>(seen);
  const double unseen = 1 - count / static_cast<double>(size());
  const double variance = squares * count / std::max(count - 1, 1.0) * (finite ? unseen : 1.0);
  ratio.error = std::sqrt(variance) / below;
  return ratio;
}

LossEstimate LossMeasure::estimate(std::span<const double> numerators, double score, bool finite) const {
  const Ratio ratio = this->ratio(numerators, finite);
  const double believed = std::max(ratio.value, ratio_at(0));
  return {loss_at(ratio.value), loss_at(ratio.value - score * ratio.error),
          loss_at(believed + score * ratio.error)};
}

bool LossMeasure::exceeds(std::span<const double> numerators, double ratio, double score) const {
  const Ratio seen = this->ratio(numerators, true);
  return seen.value - score * seen.error > ratio;
}

double normal_quantile(double probability) {
  double low = -40;
  double high = 40;
  for (int halving = 0; halving < 80; ++halving) {
    const double middle = (low + high) / 2;
    (normal_probability(middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace fixgate
