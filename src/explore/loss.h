// How much worse than float a network is on the same samples, and how surely.
//
// Every metric's loss is a function of one ratio of sums over the samples, T = sum A / sum B, where B depends
// on the float network alone:
//
//   accuracy    A = float's right decisions - fixed's    B = decisions             loss = T
//   perplexity  A = fixed's log-likelihood loss - float's  B = tokens              loss = exp(T) - 1
//   rmse        A = fixed's squared differences          B = float's               loss = sqrt(T) - 1
//   mae         A = fixed's absolute differences         B = float's               loss = T - 1
//
// So accuracy is lost in points, the others relatively. Networks are compared on the same samples (paired),
// and the standard error of T is that of a ratio estimator (Cochran, Sampling Techniques, 1977, section 6.3).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/metric.h"
#include "evaluate/outcome.h"

namespace fixgate {

struct LossEstimate {
  double loss = 0;
  // One-sided bounds, each at the level that was asked for. The upper one is taken from no loss where there
  // seems to be a gain: fewer bits are not believed to help, and what looks so among hundreds of candidates
  // is chance.
  double low = 0;
  double high = 0;
};

/// The float network's answers, against which all losses are taken.
class LossMeasure {
 public:
  /// `reference`: float's scores by sample.
  LossMeasure(MetricKind kind, std::vector<Score> reference);

  [[nodiscard]] std::size_t size() const { return reference_.size(); }

  /// A of sample `index`.
  [[nodiscard]] double numerator(std::size_t index, const Score& fixed) const;

  /// From A of the first samples. `score` is the normal quantile of the bounds. With `finite`, the loss over
  /// all size() samples is what is estimated (so that the bounds meet when all are seen); without, that over
  /// all data of their kind.
  [[nodiscard]] LossEstimate estimate(std::span<const double> numerators, double score, bool finite) const;

  /// Whether T of the first samples lies above `ratio`, significantly at the normal quantile `score`; all
  /// size() samples are what is estimated.
  [[nodiscard]] bool exceeds(std::span<const double> numerators, double ratio, double score) const;

  /// T at which the loss is this.
  [[nodiscard]] double ratio_at(double loss) const;

 private:
  struct Ratio {
    double value = 0;
    double error = 0;  // standard error
  };
  [[nodiscard]] double denominator(std::size_t index) const;
  [[nodiscard]] double loss_at(double ratio) const;
  [[nodiscard]] Ratio ratio(std::span<const double> numerators, bool finite) const;

  MetricKind kind_;
  std::vector<Score> reference_;
};

/// The value that a standard normal variable stays below with this probability (0 < probability < 1).
double normal_quantile(double probability);

}  // namespace fixgate
