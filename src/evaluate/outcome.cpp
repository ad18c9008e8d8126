#include "evaluate/outcome.h"

#include <tbb/enumerable_thread_specific.h>

#include <cmath>

#include "diagnostic/progress.h"
#include "parallel/for_each_index.h"
#include "simulate/float_runner.h"

namespace fixgate {
namespace {

bool is_regression(const MetricSpec& metric) {
  return metric.kind == MetricKind::Rmse || metric.kind == MetricKind::Mae;
}

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

Result<Outcome> judge(const MetricSpec& metric, OutputFunction function, FloatMatrix outputs,
                      const Sample& sample) {
  if (is_regression(metric)) outputs = finished_outputs(function, std::move(outputs));
  Outcome outcome;
  FIXGATE_ASSIGN(outcome.score, score_sample(metric, outputs, sample));
  if (is_regression(metric)) {
    outcome.outputs = std::move(outputs);
    return outcome;
  }
  const Decision decision = metric.kind == MetricKind::Perplexity ? Decision::Argmax : metric.decision;
  for (Eigen::Index row = 0; row < outputs.rows(); ++row)
    outcome.decisions.push_back(decide(decision, outputs, row));
  return outcome;
}

FloatMatrix real_outputs(const IntegerMatrix& integers, const Format& format) {
  FloatMatrix outputs(integers.rows, integers.columns);
  for (std::size_t k = 0; k < integers.values.size(); ++k)
    outputs.data()[k] = static_cast<float>(format.value(integers.values[k]));
  return outputs;
}

double total_metric(const MetricSpec& metric, const std::vector<Outcome>& samples) {
  Score total;
  for (const Outcome& outcome : samples) total += outcome.score;
  return finish(metric.kind, total);
}

/// Runs `answer(sample, state)` on every sample: in parallel, each from `initial()`, or through one state for
/// a stream.
template <typename Initial, typename Answer>
Result<std::vector<Outcome>> run_samples(const DataSet& data, const char* title, Initial initial,
                                         Answer answer) {
  std::vector<Result<Outcome>> results(data.samples.size());
  Progress progress(title, count_steps(data), "steps");
  const auto run_one = [&](std::size_t index, auto& state) {
    const Sample& sample = data.samples[index];
    results[index] = answer(sample, state);
    if (!results[index]) results[index] = tl::make_unexpected(results[index].error().within(sample.name));
    progress.advance(static_cast<std::int64_t>(sample.sequence.steps()));
  };
  if (data.is_stream) {
    auto state = initial();
    for (std::size_t index = 0; index < results.size(); ++index) run_one(index, state);
  } else {
    parallel_for_each_index(results.size(), [&](std::size_t index) {
      auto state = initial();
      run_one(index, state);
    });
  }
  std::vector<Outcome> outcomes;
  for (auto& result : results) {
    FIXGATE_ASSIGN(Outcome outcome, std::move(result));
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace

std::int64_t count_steps(const DataSet& data) {
  std::int64_t steps = 0;
  for (const Sample& sample : data.samples) steps += static_cast<std::int64_t>(sample.sequence.steps());
  return steps;
}

Result<FloatOutcomes> run_float(const Network& network, const DataSet& data, const MetricSpec& metric) {
  const FloatRunner runner(network);
  const auto answer = [&](const Sample& sample, FloatState& state) -> Result<Outcome> {
    FIXGATE_ASSIGN(FloatMatrix outputs, runner.run(sample.sequence, state));
    return judge(metric, network.output_function, std::move(outputs), sample);
  };
  FloatOutcomes outcomes;
  FIXGATE_ASSIGN(outcomes.samples, run_samples(
                                       data, "float", [&] { return runner.initial_state(); }, answer));
  outcomes.metric = total_metric(metric, outcomes.samples);
  return outcomes;
}

Result<FixedOutcomes> run_fixed(const FixedNetwork& network, const DataSet& data, const MetricSpec& metric) {
  const ReferenceSimulator simulator(network);
  const Format& format = network.signals[static_cast<std::size_t>(output_signal(network))].format.format;
  tbb::enumerable_thread_specific<OverflowCounts> counts([&] { return simulator.no_counts(); });
  const auto answer = [&](const Sample& sample, FixedState& state) -> Result<Outcome> {
    FIXGATE_ASSIGN(const IntegerMatrix outputs, simulator.run(sample.sequence, state, counts.local()));
    return judge(metric, network.output_function, real_outputs(outputs, format), sample);
  };
  FixedOutcomes outcomes;
  FIXGATE_ASSIGN(outcomes.samples, run_samples(
                                       data, "fixed", [&] { return simulator.initial_state(); }, answer));
  outcomes.metric = total_metric(metric, outcomes.samples);
  outcomes.counts = simulator.no_counts();
  for (const OverflowCounts& part : counts) outcomes.counts.add(part);
  return outcomes;
}

double agreement(const MetricSpec& metric, const std::vector<Outcome>& a, const std::vector<Outcome>& b) {
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t sample = 0; sample < a.size(); ++sample) {
    if (is_regression(metric)) {
      sum += (a[sample].outputs - b[sample].outputs).cast<double>().squaredNorm();
      count += a[sample].outputs.size();
      continue;
    }
    for (std::size_t row = 0; row < a[sample].decisions.size(); ++row)
      sum += a[sample].decisions[row] == b[sample].decisions[row] ? 1 : 0;
    count += static_cast<std::int64_t>(a[sample].decisions.size());
  }
  const double mean = sum / static_cast<double>(count);
  return is_regression(metric) ? std::sqrt(mean) : mean;
}

}  // namespace fixgate
