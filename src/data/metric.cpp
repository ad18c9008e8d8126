#include "data/metric.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <span>

#include "data/logits.h"

namespace fixgate {
namespace {

Result<void> check_finite(const FloatMatrix& outputs) {
  if (outputs.allFinite()) return {};
  for (Eigen::Index row = 0; row < outputs.rows(); ++row)
    for (Eigen::Index column = 0; column < outputs.cols(); ++column)
      if (!std::isfinite(outputs(row, column)))
        return fail("output {} of row {} is {}, not a finite number", column, row, outputs(row, column));
  return {};
}

Result<void> check_rows(const FloatMatrix& outputs, std::size_t targets, const char* what) {
  if (static_cast<std::size_t>(outputs.rows()) == targets && outputs.cols() > 0) return {};
  return fail("the network gives {} rows of {} outputs, the target is {} {}", outputs.rows(), outputs.cols(),
              targets, what);
}

Result<void> check_decision(Decision decision, Eigen::Index outputs) {
  if (decision == Decision::Positive && outputs != 1)
    return fail(
        "the network gives {} outputs; decision 'positive' needs exactly one: set metric.decision = "
        "\"argmax\"",
        outputs);
  if (decision == Decision::Argmax && outputs < 2)
    return fail(
        "the network gives one output; decision 'argmax' needs two or more: set metric.decision = "
        "\"positive\"");
  return {};
}

Result<void> check_class(std::int64_t target, std::int64_t classes, const char* what) {
  if (target >= 0 && target < classes) return {};
  return fail("{} {} is not one of the {} that the network's outputs tell apart", what, target, classes);
}

Result<Score> label_accuracy(Decision decision, const FloatMatrix& outputs, std::int64_t label) {
  FIXGATE_CHECK(check_rows(outputs, 1, "class"));
  FIXGATE_CHECK(check_decision(decision, outputs.cols()));
  FIXGATE_CHECK(check_class(label, decision == Decision::Positive ? 2 : outputs.cols(), "class"));
  return Score{decide(decision, outputs, 0) == label ? 1.0 : 0.0, 1};
}

// Over the rows, what `share` gives of a row and its next token.
template <typename Share>
Result<Score> over_tokens(const FloatMatrix& outputs, const std::vector<std::int32_t>& next_tokens,
                          Share share) {
  FIXGATE_CHECK(check_rows(outputs, next_tokens.size(), "next tokens"));
  Score score;
  for (Eigen::Index row = 0; row < outputs.rows(); ++row) {
    const std::int32_t next = next_tokens[static_cast<std::size_t>(row)];
    if (auto fits = check_class(next, outputs.cols(), "token"); !fits)
      return tl::make_unexpected(fits.error().within(fmt::format("step {}", row)));
    score += {share(row, next), 1};
  }
  return score;
}

Result<Score> token_accuracy(Decision decision, const FloatMatrix& outputs, const Target& target) {
  FIXGATE_CHECK(check_decision(decision, outputs.cols()));
  if (decision == Decision::Positive)
    return fail("decision 'positive' tells two classes apart, not tokens: set metric.decision = \"argmax\"");
  return over_tokens(outputs, target.next_tokens, [&](Eigen::Index row, std::int32_t next) {
    return decide(decision, outputs, row) == next ? 1.0 : 0.0;
  });
}

std::span<const float> logits(const FloatMatrix& outputs, Eigen::Index row) {
  return {outputs.data() + row * outputs.cols(), static_cast<std::size_t>(outputs.cols())};
}

// -log(softmax(row)[target])
double negative_log_likelihood(const FloatMatrix& outputs, Eigen::Index row, Eigen::Index target) {
  return log_sum_of_exponentials(logits(outputs, row)) - static_cast<double>(outputs(row, target));
}

Result<Score> log_likelihood(const FloatMatrix& outputs, const Target& target) {
  if (target.next_tokens.empty()) return fail("perplexity needs a next token for each step");
  return over_tokens(outputs, target.next_tokens, [&](Eigen::Index row, std::int32_t next) {
    return negative_log_likelihood(outputs, row, next);
  });
}

Score squared_difference(const FloatMatrix& a, const FloatMatrix& b) {
  return {(a.cast<double>() - b.cast<double>()).squaredNorm(), a.size()};
}

Result<Score> difference(MetricKind kind, const FloatMatrix& outputs, const FloatMatrix& values) {
  if (values.size() == 0) return fail("{} needs real-valued targets", metric_name(kind));
  if (outputs.rows() != values.rows() || outputs.cols() != values.cols())
    return fail("the network gives {} rows of {} outputs, the target is {} rows of {}", outputs.rows(),
                outputs.cols(), values.rows(), values.cols());
  if (kind == MetricKind::Rmse) return squared_difference(outputs, values);
  return Score{(outputs.cast<double>() - values.cast<double>()).cwiseAbs().sum(), outputs.size()};
}

}  // namespace

Score& Score::operator+=(const Score& other) {
  sum += other.sum;
  count += other.count;
  return *this;
}

Result<Score> score_sample(const MetricSpec& metric, const FloatMatrix& outputs, const Target& target) {
  FIXGATE_CHECK(check_finite(outputs));
  if (metric.kind == MetricKind::Perplexity) return log_likelihood(outputs, target);
  if (metric.kind != MetricKind::Accuracy) return difference(metric.kind, outputs, target.values);
  if (!target.next_tokens.empty()) return token_accuracy(metric.decision, outputs, target);
  if (target.values.size() != 0) return fail("accuracy needs a class as the target, not real values");
  return label_accuracy(metric.decision, outputs, target.label);
}

double finish(MetricKind kind, const Score& score) {
  if (score.count == 0) return std::numeric_limits<double>::quiet_NaN();
  const double mean = score.sum / static_cast<double>(score.count);
  if (kind == MetricKind::Perplexity) return std::exp(mean);
  if (kind == MetricKind::Rmse) return std::sqrt(mean);
  return mean;
}

std::int64_t decide(Decision decision, const FloatMatrix& outputs, Eigen::Index row) {
  if (decision == Decision::Positive) return outputs(row, 0) > 0 ? 1 : 0;
  return static_cast<std::int64_t>(place_of_greatest(logits(outputs, row)));
}

std::string metric_name(MetricKind kind) {
  switch (kind) {
    case MetricKind::Accuracy:
      return "accuracy";
    case MetricKind::Perplexity:
      return "perplexity";
    case MetricKind::Rmse:
      return "rmse";
    case MetricKind::Mae:
      return "mae";
  }
  return "unknown metric";
}

bool higher_is_better(MetricKind kind) {
  return kind == MetricKind::Accuracy;
}

bool is_regression(const MetricSpec& metric) {
  return metric.kind == MetricKind::Rmse || metric.kind == MetricKind::Mae;
}

}  // namespace fixgate
