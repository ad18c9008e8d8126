#include "explore/bench.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "data/draw.h"
#include "explore/hardware_figures.h"
#include "fixed/footprint.h"
#include "program/layer_costs.h"

namespace fixgate {
namespace {

constexpr std::size_t kFewestSamples = 100;  // a race is looked at after; a normal distribution is assumed
constexpr std::size_t kFewestChunks = 8;     // likewise of a stream: each is a mean over many steps
constexpr std::int64_t kMostTeacherValues = std::int64_t{1} << 25;  // 128 MiB of float outputs

/// The order in which samples are seen: drawn, so that every part is a random sample. A stream stays as it
/// is.
std::vector<std::size_t> order_of(const DataSet& data, std::uint64_t seed) {
  std::vector<std::size_t> order(data.samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (data.is_stream) return order;
  SplitMix64 random(seed);
  return draw(order.size(), order.size(), random);
}

std::int64_t output_values(const program::Program& program, const DataSet& data) {
  const program::Value& output = program.values[program.outputs.front().value];
  const auto ticks = ticks_per_step(program, output.clock);
  const double rows =
      ticks ? *ticks * static_cast<double>(count_steps(data)) : static_cast<double>(data.samples.size());
  return static_cast<std::int64_t>(rows * output.size);
}

}  // namespace

std::vector<double> costs(const Figures& figures, const std::vector<Objective>& objectives) {
  std::vector<double> values;
  for (const Objective objective : objectives)
    if (objective != Objective::Loss) values.push_back(objective_value(figures, objective));
  return values;
}

Bench::Bench(const program::FloatNetwork& network, program::CalibratedProgram& calibrated, const Task& task,
             const BenchOptions& options)
    : network_(network),
      calibrated_(calibrated),
      task_(task),
      options_(options),
      score_(normal_quantile(options.confidence)) {}

Result<std::unique_ptr<Bench>> Bench::prepare(const program::FloatNetwork& network,
                                              program::CalibratedProgram& calibrated, const Task& task,
                                              DataSet validation, const BenchOptions& options,
                                              const Supervision& supervision) {
  std::unique_ptr<Bench> bench(new Bench(network, calibrated, task, options));
  const std::vector<std::size_t> order = order_of(validation, options.seed);
  DataSet ordered;
  ordered.is_stream = validation.is_stream;
  for (const std::size_t index : order) ordered.samples.push_back(std::move(validation.samples[index]));
  FIXGATE_CHECK(bench->answer_in_float(ordered, supervision));
  bench->split_by_looks(std::move(ordered));
  return bench;
}

Result<void> Bench::answer_in_float(const DataSet& validation, const Supervision& supervision) {
  OutputObserver keep;
  if (output_values(network_.program, validation) <= kMostTeacherValues) {
    teacher_.resize(validation.samples.size());
    keep = [this](std::size_t sample, const FloatMatrix& outputs) { teacher_[sample] = outputs; };
  }
  FIXGATE_ASSIGN(const FloatOutcomes outcomes,
                 run_float(network_, validation, task_.metric, keep, supervision));
  std::vector<Score> scores;
  for (const Outcome& outcome : outcomes.samples) scores.push_back(outcome.score);
  measure_ = std::make_unique<LossMeasure>(task_.metric.kind, std::move(scores));
  float_metric_ = outcomes.metric;
  return {};
}

void Bench::split_by_looks(DataSet validation) {
  looks_ = race_looks(validation.samples.size(), validation.is_stream ? kFewestChunks : kFewestSamples);
  std::size_t first = 0;
  for (const std::size_t end : looks_) {
    DataSet part;
    part.is_stream = validation.is_stream;
    for (; first < end; ++first) part.samples.push_back(std::move(validation.samples[first]));
    parts_.push_back(std::move(part));
  }
}

Result<program::QuantisedProgram> Bench::make_network(const FormatPlan& plan, Effort effort,
                                                      const Supervision& supervision) const {
  return calibrated_.quantise(plan, effort == Effort::Quick, supervision);
}

Result<Figures> Bench::costs_of(const program::FixedNetwork& network) const {
  Figures figures;
  const Footprint footprint = measure_footprint(network);
  figures.footprint = footprint.whole;
  figures.footprint_recurrent = footprint.recurrent;
  figures.bit_operations = bit_operations(network);
  if (options_.hardware.wanted()) FIXGATE_CHECK(predict_hardware(network, options_.hardware, figures));
  return figures;
}

Result<void> Bench::run_look(FixedRunner& runner, std::size_t look, const Supervision& supervision,
                             TrialResult& result, Score& total) const {
  const DataSet& part = parts_[look];
  const std::size_t first = result.numerators.size();
  std::vector<double> distances(teacher_.empty() ? 0 : part.samples.size());
  OutputObserver compare;
  if (!teacher_.empty())
    compare = [&](std::size_t sample, const FloatMatrix& outputs) {
      distances[sample] = (outputs - teacher_[first + sample]).cast<double>().squaredNorm() /
                          static_cast<double>(outputs.size());
    };
  FIXGATE_ASSIGN(const FixedOutcomes outcomes, runner.run(part, task_.metric, compare, supervision));
  for (const Outcome& outcome : outcomes.samples) {
    result.numerators.push_back(measure_->numerator(result.numerators.size(), outcome.score));
    total += outcome.score;
  }
  result.figures.distance += std::accumulate(distances.begin(), distances.end(), 0.0);
  return {};
}

void Bench::estimate_loss(TrialResult& result, const Score& total) const {
  Figures& figures = result.figures;
  const std::size_t seen = result.numerators.size();
  const LossEstimate estimate = measure_->estimate(result.numerators, score_, false);
  figures.samples = static_cast<std::int64_t>(seen);
  figures.complete = seen == samples();
  figures.metric = finish(task_.metric.kind, total);
  figures.loss = estimate.loss;
  figures.loss_bound = estimate.high;
  figures.distance /= static_cast<double>(seen);
}

Result<TrialResult> Bench::run(const FormatPlan& plan, Effort effort, const RaceField& field,
                               const Supervision& supervision) const {
  const auto start = std::chrono::steady_clock::now();
  TrialResult result;
  auto quantised = make_network(plan, effort, supervision);
  FIXGATE_CHECK(supervision.check());  // else its error would be taken for the plan's
  const auto priced = quantised ? costs_of(quantised->network) : tl::make_unexpected(quantised.error());
  if (!priced) {
    result.figures.failure = priced.error().message;
    return result;
  }
  result.figures = *priced;
  const Rival* rival = strongest_rival(field.rivals, costs(result.figures, field.objectives));
  FixedRunner runner(quantised->network);
  Score total;
  for (std::size_t look = 0; look < looks_.size(); ++look) {
    FIXGATE_CHECK(run_look(runner, look, supervision, result, total));
    if (!field.race || look + 1 == looks_.size()) continue;
    if (judge_race(field.rules, *measure_, result.numerators, looks_.size(), rival) != Verdict::GoesOn) break;
  }
  estimate_loss(result, total);
  result.figures.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (effort == Effort::Full) result.network = std::move(*quantised);
  return result;
}

}  // namespace fixgate
