#include "evaluate/outcome.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "diagnostic/progress.h"
#include "evaluate/judge.h"
#include "parallel/for_each_index.h"
#include "simulate/fast/real_outputs.h"
#include "simulate/fast/simulator.h"
#include "simulate/float/float_runner.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

/// How far a run is, and whether it is to go on.
struct Watched {
  const char* title;  // of the progress; empty: none
  const Supervision& supervision;
};

double total_metric(const MetricSpec& metric, const std::vector<Outcome>& samples) {
  Score total;
  for (const Outcome& outcome : samples) total += outcome.score;
  return finish(metric.kind, total);
}

/// The answers by sample, or the error of the first that has one.
Result<std::vector<Outcome>> all_answers(std::vector<Result<Outcome>> results, const DataSet& data) {
  std::vector<Outcome> outcomes;
  for (std::size_t index = 0; index < results.size(); ++index) {
    if (!results[index]) return tl::make_unexpected(results[index].error().within(data.samples[index].name));
    outcomes.push_back(std::move(*results[index]));
  }
  return outcomes;
}

/// Runs `answer(sample, state)` on every sample: in parallel, each from `initial()`, or through one state for
/// a stream.
template <typename Initial, typename Answer>
Result<std::vector<Outcome>> run_samples(const DataSet& data, const Watched& watched, Initial initial,
                                         Answer answer) {
  std::vector<Result<Outcome>> results(data.samples.size());
  Progress progress(watched.title, count_steps(data), "steps", watched.supervision.progress);
  const auto run_one = [&](std::size_t index, auto& state) {
    if (watched.supervision.stop.stop_requested()) return;
    const Sample& sample = data.samples[index];
    results[index] = answer(sample, state);
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
  FIXGATE_CHECK(watched.supervision.check());
  return all_answers(std::move(results), data);
}

// More sequences at a time are not faster, and take more memory.
constexpr std::size_t kBatchSequences = 16;
constexpr std::size_t kBatchSteps = 1 << 14;

using Indices = std::vector<std::size_t>;

/// Samples of about the same length together, the longest first.
std::vector<Indices> batches_of(const DataSet& data) {
  Indices order(data.samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto steps = [&](std::size_t index) { return data.samples[index].sequence.steps(); };
  std::ranges::stable_sort(order, std::ranges::greater{}, steps);
  // Few samples are still shared out among the threads.
  const auto threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  const std::size_t most = std::clamp(order.size() / (4 * threads), std::size_t{1}, kBatchSequences);
  std::vector<Indices> batches;
  std::size_t steps_left = 0;
  for (const std::size_t index : order) {
    if (batches.empty() || batches.back().size() == most || steps(index) > steps_left) {
      batches.emplace_back();
      steps_left = std::max(kBatchSteps, steps(index));
    }
    batches.back().push_back(index);
    steps_left -= steps(index);
  }
  return batches;
}

/// What becomes of one sample's outputs.
using Judge = std::function<Result<Outcome>(const IntegerView& outputs, const Sample& sample)>;

/// Samples that do not fit the network have their error for an answer, the others run together.
void run_batch(const program::FixedNetwork& network, const FastSimulator& simulator, const DataSet& data,
               const Indices& batch, const Judge& judge_one, program::ValueCounts& counts,
               std::vector<Result<Outcome>>& results) {
  Indices fitting;
  std::vector<const Sequence*> sequences;
  for (const std::size_t index : batch) {
    const Sequence& sequence = data.samples[index].sequence;
    const auto fits = check_sequence(sequence, network.program);
    if (!fits) {
      results[index] = tl::make_unexpected(fits.error());
      continue;
    }
    fitting.push_back(index);
    sequences.push_back(&sequence);
  }
  const auto outputs = simulator.run(sequences, counts);
  for (std::size_t k = 0; k < fitting.size(); ++k)
    results[fitting[k]] = outputs ? judge_one((*outputs)[k], data.samples[fitting[k]])
                                  : Result<Outcome>(tl::make_unexpected(outputs.error()));
}

using ThreadCounts = tbb::enumerable_thread_specific<program::ValueCounts>;

Result<std::vector<Outcome>> run_batches(const program::FixedNetwork& network, const FastSimulator& simulator,
                                         const DataSet& data, const Watched& watched, const Judge& judge_one,
                                         ThreadCounts& counts) {
  std::vector<Result<Outcome>> results(data.samples.size());
  Progress progress(watched.title, count_steps(data), "steps", watched.supervision.progress);
  const std::vector<Indices> batches = batches_of(data);
  parallel_for_each_index(batches.size(), [&](std::size_t index) {
    if (watched.supervision.stop.stop_requested()) return;
    run_batch(network, simulator, data, batches[index], judge_one, counts.local(), results);
    std::size_t steps = 0;
    for (const std::size_t sample : batches[index]) steps += data.samples[sample].sequence.steps();
    progress.advance(static_cast<std::int64_t>(steps));
  });
  FIXGATE_CHECK(watched.supervision.check());
  return all_answers(std::move(results), data);
}

Result<IntegerMatrix> run_one(const program::ProgramSimulator& simulator, const Sequence& sequence,
                              program::Memory& memory, program::ValueCounts& counts) {
  FIXGATE_ASSIGN(auto outputs, simulator.run({&sequence, 1}, memory, counts));
  return std::move(outputs.front());
}

Result<BatchOutputs> run_one(const FastSimulator& simulator, const Sequence& sequence,
                             program::Memory& memory, program::ValueCounts& counts) {
  const Sequence* one = &sequence;
  return simulator.run({&one, 1}, {&memory, 1}, counts);
}

IntegerView only(const IntegerMatrix& outputs) {
  return outputs;
}

IntegerView only(const BatchOutputs& outputs) {
  return outputs[0];
}

/// One sequence at a time, with either simulator; a stream goes on from `state`.
template <typename AnySimulator>
Result<std::vector<Outcome>> run_singly(const AnySimulator& simulator, const DataSet& data,
                                        const Watched& watched, const Judge& judge_one,
                                        program::Memory& carried, ThreadCounts& counts) {
  return run_samples(
      data, watched, [&] { return data.is_stream ? carried : simulator.initial_memory(); },
      [&](const Sample& sample, program::Memory& memory) -> Result<Outcome> {
        FIXGATE_ASSIGN(const auto outputs, run_one(simulator, sample.sequence, memory, counts.local()));
        if (data.is_stream) carried = memory;
        return judge_one(only(outputs), sample);
      });
}

/// What becomes of the outputs of one network, sample by sample, and how its signals overflow.
class FixedJudge {
 public:
  FixedJudge(const program::FixedNetwork& network, const DataSet& data, const MetricSpec& metric,
             const OutputObserver& observer)
      : network_(network),
        metric_(metric),
        counts_([&network] { return program::ValueCounts(network.formats.size()); }) {
    const program::Output& output = network.program.outputs.front();
    judge_ = [&, observer, function = output.function, format = network.formats[output.value].format](
                 const IntegerView& integers, const Sample& sample) {
      if (!observer) return judge(metric, function, integers, format, sample);
      FloatMatrix outputs = real_outputs(integers, format);
      observer(static_cast<std::size_t>(&sample - data.samples.data()), outputs);
      return judge(metric, function, std::move(outputs), sample);
    };
  }

  [[nodiscard]] const Judge& each() const { return judge_; }
  ThreadCounts& counts() { return counts_; }

  FixedOutcomes finish(std::vector<Outcome> samples) {
    FixedOutcomes outcomes;
    outcomes.metric = total_metric(metric_, samples);
    outcomes.samples = std::move(samples);
    outcomes.counts = program::ValueCounts(network_.formats.size());
    for (const program::ValueCounts& part : counts_) outcomes.counts.add(part);
    return outcomes;
  }

 private:
  const program::FixedNetwork& network_;
  const MetricSpec& metric_;
  ThreadCounts counts_;
  Judge judge_;
};

Result<FixedOutcomes> run_fast(const program::FixedNetwork& network, const FastSimulator& simulator,
                               const DataSet& data, const Watched& watched, program::Memory& carried,
                               FixedJudge& judged) {
  FIXGATE_ASSIGN(auto samples,
                 data.is_stream
                     ? run_singly(simulator, data, watched, judged.each(), carried, judged.counts())
                     : run_batches(network, simulator, data, watched, judged.each(), judged.counts()));
  return judged.finish(std::move(samples));
}

/// What a task has data for.
Result<void> check_ends(const program::Program& program) {
  const std::size_t inputs = inputs_of(program).size();
  if (inputs == 1 && program.outputs.size() == 1) return {};
  return fail("the network has {} inputs and {} outputs; a task has data for one of each", inputs,
              program.outputs.size());
}

/// Perplexity takes the softmax of the outputs; of probabilities that would be another number.
Result<void> check_likelihoods(const GraphRunner& runner, const FloatMatrix& outputs) {
  constexpr float kTolerance = 1e-3F;
  const auto is_share = [&](Eigen::Index row) {
    return outputs.row(row).minCoeff() >= 0 && std::abs(outputs.row(row).sum() - 1) < kTolerance;
  };
  if (runner.output_function() != OutputFunction::None) return {};
  for (Eigen::Index row = 0; row < outputs.rows(); ++row)
    if (!is_share(row)) return {};
  return fail("the outputs are probabilities already; perplexity needs what is before the softmax");
}

}  // namespace

std::int64_t count_steps(const DataSet& data) {
  std::int64_t steps = 0;
  for (const Sample& sample : data.samples) steps += static_cast<std::int64_t>(sample.sequence.steps());
  return steps;
}

Result<FloatOutcomes> run_float(const program::FloatNetwork& network, const DataSet& data,
                                const MetricSpec& metric, const OutputObserver& observer,
                                const Supervision& supervision) {
  FIXGATE_CHECK(check_ends(network.program));
  FIXGATE_CHECK(check_data(network.program, data));
  const program::FloatRunner runner(network);
  const OutputFunction function = network.program.outputs.front().function;
  const auto answer = [&](const Sample& sample, program::FloatMemory& memory) -> Result<Outcome> {
    FIXGATE_CHECK(check_sequence(sample.sequence, network.program));
    FIXGATE_ASSIGN(std::vector<FloatMatrix> outputs, runner.run({&sample.sequence, 1}, memory));
    if (observer) observer(static_cast<std::size_t>(&sample - data.samples.data()), outputs.front());
    return judge(metric, function, std::move(outputs.front()), sample);
  };
  FloatOutcomes outcomes;
  FIXGATE_ASSIGN(outcomes.samples,
                 run_samples(
                     data, {"float", supervision}, [&] { return runner.initial_memory(); }, answer));
  outcomes.metric = total_metric(metric, outcomes.samples);
  return outcomes;
}

Result<FloatOutcomes> run_float(const GraphRunner& runner, const DataSet& data, const MetricSpec& metric) {
  FIXGATE_CHECK(check_steps(runner.call(), data));
  if (data.is_stream && data.samples.size() > 1 && !runner.carries_state())
    return fail("the data are one text, but the graph does not take its states and give them back");
  const auto answer = [&](const Sample& sample, GraphRunner::State& state) -> Result<Outcome> {
    FIXGATE_ASSIGN(FloatMatrix outputs, runner.run(sample.sequence, state));
    if (metric.kind == MetricKind::Perplexity) FIXGATE_CHECK(check_likelihoods(runner, outputs));
    return judge(metric, runner.output_function(), std::move(outputs), sample);
  };
  FloatOutcomes outcomes;
  FIXGATE_ASSIGN(outcomes.samples, run_samples(
                                       data, {"float", {}}, [&] { return runner.initial_state(); }, answer));
  outcomes.metric = total_metric(metric, outcomes.samples);
  return outcomes;
}

Result<FixedOutcomes> run_fixed(const program::FixedNetwork& network, const DataSet& data,
                                const MetricSpec& metric, Simulator simulator,
                                const Supervision& supervision) {
  FIXGATE_CHECK(check_ends(network.program));
  FIXGATE_CHECK(check_data(network.program, data));
  const Watched watched{"fixed", supervision};
  FixedJudge judged(network, data, metric, {});
  if (simulator == Simulator::Fast) {
    const FastSimulator fast(network);
    program::Memory memory = fast.initial_memory();
    return run_fast(network, fast, data, watched, memory, judged);
  }
  const program::ProgramSimulator reference(network);
  program::Memory memory = reference.initial_memory();
  FIXGATE_ASSIGN(auto samples, run_singly(reference, data, watched, judged.each(), memory, judged.counts()));
  return judged.finish(std::move(samples));
}

struct FixedRunner::Parts {
  explicit Parts(program::FixedNetwork from)
      : network(std::move(from)), simulator(network), carried(simulator.initial_memory()) {}

  program::FixedNetwork network;
  FastSimulator simulator;
  program::Memory carried;  // of a stream
};

FixedRunner::FixedRunner(program::FixedNetwork network)
    : parts_(std::make_unique<Parts>(std::move(network))) {}
FixedRunner::~FixedRunner() = default;

Result<FixedOutcomes> FixedRunner::run(const DataSet& data, const MetricSpec& metric,
                                       const OutputObserver& observer, const Supervision& supervision) {
  FixedJudge judged(parts_->network, data, metric, observer);
  return run_fast(parts_->network, parts_->simulator, data, {"", supervision}, parts_->carried, judged);
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
