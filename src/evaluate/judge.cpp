#include "evaluate/judge.h"

#include <algorithm>
#include <cmath>

#include "parallel/for_each_index.h"
#include "simulate/fast/real_outputs.h"

namespace fixgate {
namespace {

// The function at the end of the file (numerics.md, section 8), of one row.
FloatMatrix finished_row(OutputFunction function, const FloatMatrix& outputs, Eigen::Index row) {
  if (function == OutputFunction::ArgMax)
    return FloatMatrix::Constant(1, 1, static_cast<float>(decide(Decision::Argmax, outputs, row)));
  const Eigen::ArrayXd x = outputs.row(row).transpose().cast<double>().array();
  const Eigen::ArrayXd shifted = x - x.maxCoeff();
  const double sum = shifted.exp().sum();
  if (function == OutputFunction::Softmax) return (shifted.exp() / sum).cast<float>().matrix().transpose();
  return (shifted - std::log(sum)).cast<float>().matrix().transpose();
}

// Only values can tell the difference: classes and likelihoods are the same with and without.
FloatMatrix finished_outputs(OutputFunction function, FloatMatrix outputs) {
  if (function == OutputFunction::None) return outputs;
  FloatMatrix finished(outputs.rows(), function == OutputFunction::ArgMax ? 1 : outputs.cols());
  for (Eigen::Index row = 0; row < outputs.rows(); ++row)
    finished.row(row) = finished_row(function, outputs, row);
  return finished;
}

// Rows whose outputs are worked out and judged together: with 10,000 outputs a row they fill 1.3 MB as
// floats.
constexpr int kPieceRows = 32;

/// `count` rows of `integers` from `first` on.
IntegerView rows_of(const IntegerView& integers, int first, int count) {
  const auto columns = static_cast<std::size_t>(integers.columns);
  return {count, integers.columns,
          integers.values.subspan(static_cast<std::size_t>(first) * columns,
                                  static_cast<std::size_t>(count) * columns)};
}

/// The steps of `sample` that those rows answer to.
Sample steps_of(const Sample& sample, int first, int count) {
  Sample piece;
  piece.name = sample.name;
  const auto begin = sample.target.next_tokens.begin() + first;
  piece.target.next_tokens.assign(begin, begin + count);
  return piece;
}

Result<Outcome> joined(std::vector<Result<Outcome>> pieces) {
  Outcome all;
  for (Result<Outcome>& piece : pieces) {
    if (!piece) return piece;
    all.score += piece->score;
    all.decisions.insert(all.decisions.end(), piece->decisions.begin(), piece->decisions.end());
  }
  return all;
}

bool has_a_token_a_row(const MetricSpec& metric, const IntegerView& integers, const Sample& sample) {
  return !is_regression(metric) &&
         sample.target.next_tokens.size() == static_cast<std::size_t>(integers.rows);
}

}  // namespace

Result<Outcome> judge(const MetricSpec& metric, OutputFunction function, FloatMatrix outputs,
                      const Sample& sample) {
  if (is_regression(metric)) outputs = finished_outputs(function, std::move(outputs));
  Outcome outcome;
  FIXGATE_ASSIGN(outcome.score, score_sample(metric, outputs, sample.target));
  if (is_regression(metric)) {
    outcome.outputs = std::move(outputs);
    return outcome;
  }
  const Decision decision = metric.kind == MetricKind::Perplexity ? Decision::Argmax : metric.decision;
  for (Eigen::Index row = 0; row < outputs.rows(); ++row)
    outcome.decisions.push_back(decide(decision, outputs, row));
  return outcome;
}

Result<Outcome> judge(const MetricSpec& metric, OutputFunction function, const IntegerView& integers,
                      const Format& format, const Sample& sample) {
  if (integers.rows > kPieceRows && has_a_token_a_row(metric, integers, sample)) {
    std::vector<Result<Outcome>> pieces(
        static_cast<std::size_t>((integers.rows + kPieceRows - 1) / kPieceRows));
    parallel_for_each_index(pieces.size(), [&](std::size_t index) {
      const int first = static_cast<int>(index) * kPieceRows;
      const int count = std::min(kPieceRows, integers.rows - first);
      pieces[index] = judge(metric, function, real_outputs(rows_of(integers, first, count), format),
                            steps_of(sample, first, count));
    });
    if (auto outcome = joined(std::move(pieces))) return outcome;
  }
  // Errors are worded for the sample as a whole.
  return judge(metric, function, real_outputs(integers, format), sample);
}

}  // namespace fixgate
