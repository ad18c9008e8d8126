// The metrics: partial scores per sample, computed in any thread, summed in the order of the samples.
#pragma once

#include <cstdint>
#include <string>

#include "data/sequence.h"
#include "diagnostic/error.h"

namespace fixgate {

enum class MetricKind { Accuracy, Perplexity, Rmse, Mae };

/// How an output row becomes a class: the greatest output (the first of equals), or 1 where the only output
/// is > 0.
enum class Decision { Argmax, Positive };

struct MetricSpec {
  MetricKind kind = MetricKind::Accuracy;
  Decision decision = Decision::Argmax;
};

/// A sum over `count` rows (accuracy, perplexity) or values (rmse, mae). Floating-point sums depend on their
/// order: add the scores of samples in the order of the samples, and the result does not depend on the number
/// of threads.
struct Score {
  double sum = 0;
  std::int64_t count = 0;

  Score& operator+=(const Score& other);
  friend bool operator==(const Score&, const Score&) = default;
};

/// The share of one sample. `outputs` is [1 or steps, outputs]: as many rows as the target has.
///   accuracy    sum: right decisions; against the label (one row) or the next tokens (a row a step)
///   perplexity  sum: negative log-likelihood in nats of the next tokens under softmax(outputs row)
///   rmse, mae   sum: squared or absolute differences from the values
/// Errors: outputs that are not finite; rows, columns, label or token that do not fit each other.
Result<Score> score_sample(const MetricSpec& metric, const FloatMatrix& outputs, const Target& target);

/// The metric of the summed scores: a share in [0, 1], exp(mean negative log-likelihood), the root of the
/// mean squared difference, the mean absolute difference. NaN if nothing was counted.
double finish(MetricKind kind, const Score& score);

/// The class of `row` of `outputs`.
std::int64_t decide(Decision decision, const FloatMatrix& outputs, Eigen::Index row);

/// "accuracy", "perplexity", "rmse" or "mae", as in the task file.
std::string metric_name(MetricKind kind);

bool higher_is_better(MetricKind kind);

/// rmse and mae compare values, the other metrics decisions.
bool is_regression(const MetricSpec& metric);

}  // namespace fixgate
