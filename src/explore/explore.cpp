#include "explore/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "data/load.h"
#include "diagnostic/stop_after.h"
#include "explore/study.h"
#include "explore/study_runner.h"
#include "files/fingerprint.h"
#include "files/read.h"
#include "simulate/sequence_check.h"
#include "sweep/load_program.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 200ms;  // while another rank writes

std::size_t number_in_environment(const char* name, std::size_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

Result<StudySubject> subject_of(const ExploreOptions& options, const Task& task) {
  StudySubject subject;
  subject.model_name = options.model.filename().string();
  FIXGATE_ASSIGN(const std::string model, read_file(options.model));
  FIXGATE_ASSIGN(const std::string task_text, read_file(options.task));
  FIXGATE_ASSIGN(const auto data,
                 fingerprints_of_files(options.data_root.empty() ? task.folder : options.data_root,
                                       {task.data.train, task.data.validation, task.data.test,
                                        task.data.archive, task.data.vocabulary}));
  std::vector<std::string> network{model};
  for (std::string& line : lines_of(options.graph)) network.push_back(std::move(line));
  subject.model = fingerprint_of(network);
  subject.task = fingerprint_of({task_text});
  subject.data = fingerprint_of(data);
  return subject;
}

/// Everything that is read and worked out before the first trial.
struct Prepared {
  program::FloatNetwork network;
  Task task;
  DataSet calibration;
  std::optional<program::CalibratedProgram> calibrated;
  std::unique_ptr<Bench> bench;
  SearchSpace space;
};

Result<void> check_limits(const ExploreOptions& options, const Prepared& prepared) {
  const auto costs_at = [&](const Candidate& candidate) -> Result<Figures> {
    FIXGATE_ASSIGN(const program::QuantisedProgram made,
                   prepared.bench->make_network(plan_of(prepared.space, candidate), Effort::Quick));
    return prepared.bench->costs_of(made.network);
  };
  if (const auto& max_footprint = options.limits.max_footprint) {
    const auto narrow = costs_at(narrowest(prepared.space));
    if (narrow && narrow->footprint > *max_footprint)
      return fail("--max-footprint {:g}% excludes everything: the narrowest widths of the search need {}",
                  100 * *max_footprint, percent(narrow->footprint));
  }
  if (!options.bench.hardware.wanted()) return {};
  auto wide = costs_at(widest(prepared.space));
  if (!wide)
    return tl::make_unexpected(wide.error().within(
        options.bench.hardware.lanes ? "--lanes"
                                     : fmt::format("--max-cycles {}", *options.limits.max_cycles)));
  if (options.limits.max_cycles && wide->cycles > *options.limits.max_cycles)
    return fail("--max-cycles {} excludes everything: with --lanes {} a step takes {} cycles at any width",
                *options.limits.max_cycles, options.bench.hardware.lanes.value_or(0), wide->cycles);
  return {};
}

const char* subject_of(DimensionKind kind) {
  if (kind == DimensionKind::WeightWidth) return "weights that are plain integers";
  return kind == DimensionKind::SignalWidth ? "signals" : "piecewise-linear tables of free segments";
}

/// What the user has stated without effect.
Result<void> check_stated(const ExploreOptions& options, const SearchSpace& space) {
  for (const StatedRange& range : options.stated)
    if (std::ranges::find(space.dimensions, range.kind, &Dimension::kind) == space.dimensions.end())
      return fail("{}: the base plan makes no {} of this network; leave the option out", range.option,
                  subject_of(range.kind));
  return {};
}

Result<void> prepare(const ExploreOptions& options, const Supervision& supervision, Prepared& prepared) {
  const Task& task = prepared.task;
  FIXGATE_ASSIGN(lowering::LoweredProgram lowered,
                 load_program(options.model, merged(options.graph, task.graph)));
  prepared.network = std::move(lowered.network);
  const program::Program& program = prepared.network.program;
  FIXGATE_ASSIGN(prepared.calibration, load_data(task, Part::Calibration, options.data_root));
  FIXGATE_CHECK(check_data(program, prepared.calibration));
  FIXGATE_ASSIGN(prepared.calibrated,
                 program::CalibratedProgram::make(
                     prepared.network, program::recordings_of(prepared.calibration), task.metric,
                     task.calibration.seed, learning_of(program, task, options.data_root)));
  FIXGATE_ASSIGN(DataSet validation, load_data(prepared.task, Part::Validation, options.data_root));
  FIXGATE_ASSIGN(prepared.bench, Bench::prepare(prepared.network, *prepared.calibrated, prepared.task,
                                                std::move(validation), options.bench, supervision));
  FIXGATE_ASSIGN(const program::QuantisedProgram base,
                 prepared.bench->make_network(options.base, Effort::Quick, supervision));
  FIXGATE_ASSIGN(prepared.space,
                 make_search_space(options.base, base.network, options.granularity, options.ranges));
  FIXGATE_CHECK(check_stated(options, prepared.space));
  return check_limits(options, prepared);
}

/// Ends with the minutes, too, if preparing takes longer.
Result<void> prepare_in_time(const ExploreOptions& options, Prepared& prepared) {
  const StopAfter limit(60 * options.minutes);
  const auto done = prepare(options, {limit.token(), nullptr}, prepared);
  if (!done && limit.token().stop_requested())
    return fail(
        "--minutes {:g}: was over before data and network were prepared; no plan was tried: give more",
        options.minutes);
  return done;
}

Error no_time_left(const ExploreOptions& options, const SearchTimes& times) {
  return {fmt::format(
      "--minutes {:g}: was over when data and network were prepared, which took {:.1f} s; no plan was tried: "
      "give more",
      options.minutes, times.preparing)};
}

std::string bench_text(const BenchOptions& options) {
  return fmt::format("confidence {} order {} lanes {} cycles {}", options.confidence, options.seed,
                     options.hardware.lanes.value_or(0), options.hardware.cycles_per_step.value_or(0));
}

/// The choice does not depend on what the test part says: it is made before.
Result<Confirmation> confirm(const ExploreOptions& options, const Prepared& prepared,
                             const StudyRunner& runner, const FormatPlan& plan, Study& study) {
  using Json = nlohmann::json;
  const std::string name = "test " + fingerprint_of({to_toml(plan)});
  FIXGATE_ASSIGN(const auto known, study.note(name));
  if (known) {
    const Json json = Json::parse(*known, nullptr, false);
    if (!json.is_discarded() && json.is_array() && json.size() == 4)
      return Confirmation{json[0].get<std::size_t>(), json[1].get<double>(), json[2].get<double>(),
                          json[3].get<double>()};
  }
  FIXGATE_ASSIGN(const DataSet test, load_data(prepared.task, Part::Test, options.data_root));
  const MetricSpec& metric = prepared.task.metric;
  FIXGATE_ASSIGN(const FloatOutcomes reference,
                 run_float(prepared.network, test, metric, {}, runner.supervision()));
  std::optional<program::QuantisedProgram> made;
  if (runner.network_in_full(plan) == nullptr) {
    FIXGATE_ASSIGN(made, prepared.bench->make_network(plan, Effort::Full, runner.supervision()));
  }
  const program::FixedNetwork& network = made ? made->network : *runner.network_in_full(plan);
  FIXGATE_ASSIGN(const FixedOutcomes fixed,
                 run_fixed(network, test, metric, Simulator::Fast, runner.supervision()));
  std::vector<Score> scores;
  for (const Outcome& outcome : reference.samples) scores.push_back(outcome.score);
  const LossMeasure measure(metric.kind, std::move(scores));
  std::vector<double> numerators;
  for (const Outcome& outcome : fixed.samples)
    numerators.push_back(measure.numerator(numerators.size(), outcome.score));
  const Confirmation found{test.samples.size(), reference.metric, fixed.metric,
                           measure.estimate(numerators, 0, false).loss};
  FIXGATE_CHECK(study.keep_note(
      name, Json({found.samples, found.float_metric, found.fixed_metric, found.loss}).dump()));
  return found;
}

std::string command_hint(const ExploreOptions& options, std::int64_t trials) {
  return fmt::format("interrupted; {} holds {} trials, and the same command goes on from there",
                     options.study.string(), trials);
}

/// `prepared`: seconds until now.
RunnerOptions runner_options(const ExploreOptions& options, const SearchClock& clock, double prepared) {
  RunnerOptions runner;
  runner.evaluations = options.evaluations;
  runner.clock = clock;
  runner.finishes = needs_weight_statistics(options.base);
  if (options.minutes > 0)
    runner.budget = TimeBudget(60 * options.minutes, prepared, {runner.finishes, options.confirm});
  runner.seed = options.bench.seed;
  runner.rank = options.launch.rank;
  runner.ranks = options.launch.ranks;
  runner.shows_progress = options.launch.rank == 0;
  runner.bench = bench_text(options.bench);
  return runner;
}

SearchClock clock_from_now() {
  return [start = std::chrono::steady_clock::now()] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
}

Exploration summary_of(const ExploreOptions& options, const Prepared& prepared, const StudyRunner& runner) {
  Exploration found;
  found.network = prepared.network.program.name;
  found.task_name = prepared.task.name;
  found.data = prepared.task.data.kind;
  found.predicts_words = found.data == DataKind::Text && prepared.task.data.unit == TextUnit::Word;
  found.metric = prepared.task.metric.kind;
  found.samples = prepared.bench->samples();
  found.float_metric = prepared.bench->float_metric();
  found.space = prepared.space;
  found.trials = runner.seen();
  found.figures = runner.final_figures();
  found.front = pareto_front(found.figures, options.objectives);
  found.chosen = choose(options.limits, found.figures);
  if (found.chosen) found.plan = plan_of(prepared.space, found.trials[*found.chosen].candidate);
  found.unfinished = runner.unfinished();
  return found;
}

/// True in the process that is to write; false once another one has.
Result<bool> must_write(const Launch& launch, Study& study, const std::atomic<bool>& interrupted) {
  if (launch.alone()) return true;
  while (!interrupted.load()) {
    FIXGATE_ASSIGN(const bool is_writer, study.is_first("writer of " + launch.job));
    // Asked last: a writer that has ended since, and whose place is free, has left its note before.
    FIXGATE_ASSIGN(const auto written, study.note("written by " + launch.job));
    if (written) return false;
    if (is_writer) return true;
    std::this_thread::sleep_for(kPause);
    FIXGATE_CHECK(study.remove_dead_workers());
  }
  return false;
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return fail("{}: cannot be made: {}", folder.string(), error.message());
  return {};
}

void run_strategies(const ExploreOptions& options, const Prepared& prepared, StudyRunner& runner) {
  Search search{prepared.space, runner, options.objectives, options.limits, options.bench.seed};
  for (const NamedStrategy& strategy : options.strategies) {
    runner.set_strategy(std::string(strategy.name));
    strategy.run(search);
    if (runner.end() != SearchEnd::None) return;
  }
}

/// The trials, and then the networks that are to be made in full.
Result<void> search(const ExploreOptions& options, const Prepared& prepared, StudyRunner& runner,
                    const SearchClock& clock, SearchTimes& times) {
  run_strategies(options, prepared, runner);
  if (runner.end() == SearchEnd::Failed) return tl::make_unexpected(runner.error());
  times.trials = clock() - times.sum();
  if (runner.seen().empty() && runner.end() == SearchEnd::Time)
    return tl::make_unexpected(no_time_left(options, times));
  if (needs_weight_statistics(options.base)) runner.finish_front();
  if (runner.end() == SearchEnd::Failed) return tl::make_unexpected(runner.error());
  times.final_networks = clock() - times.sum();
  return {};
}

}  // namespace

Launch launch_from_environment() {
  Launch launch;
  launch.rank = number_in_environment("OMPI_COMM_WORLD_RANK", 0);
  launch.ranks = std::max<std::size_t>(number_in_environment("OMPI_COMM_WORLD_SIZE", 1), 1);
  if (const char* const job = std::getenv("PMIX_NAMESPACE")) launch.job = job;
  if (launch.rank >= launch.ranks) return {};
  return launch;
}

Result<void> explore(const ExploreOptions& options, const std::atomic<bool>& interrupted,
                     const std::function<Result<void>(const Exploration&)>& write) {
  const SearchClock clock = options.clock ? options.clock : clock_from_now();
  SearchTimes times;
  Prepared prepared;
  FIXGATE_ASSIGN(prepared.task, read_task(options.task));
  FIXGATE_ASSIGN(const StudySubject subject, subject_of(options, prepared.task));
  FIXGATE_CHECK(prepare_in_time(options, prepared));
  times.preparing = clock();
  if (options.minutes > 0 && times.preparing >= 60 * options.minutes)
    return tl::make_unexpected(no_time_left(options, times));
  if (options.before_trials) options.before_trials();
  FIXGATE_CHECK(make_folder(options.output));
  FIXGATE_CHECK(make_folder(options.study.parent_path()));
  FIXGATE_ASSIGN(const std::unique_ptr<Study> study, Study::open(options.study, subject));
  StudyRunner runner(prepared.space, *prepared.bench, *study, options.limits, options.objectives,
                     runner_options(options, clock, times.preparing), interrupted);
  FIXGATE_CHECK(search(options, prepared, runner, clock, times));
  FIXGATE_ASSIGN(const std::int64_t done, study->trials_done());
  if (runner.end() == SearchEnd::Interrupted) return fail("{}", command_hint(options, done));
  FIXGATE_ASSIGN(const bool writes, must_write(options.launch, *study, interrupted));
  if (interrupted.load()) return fail("{}", command_hint(options, done));
  if (!writes) return {};
  Exploration found = summary_of(options, prepared, runner);
  if (found.plan && options.confirm) {
    auto confirmed = confirm(options, prepared, runner, *found.plan, *study);
    if (!confirmed && interrupted.load()) return fail("{}", command_hint(options, done));
    FIXGATE_ASSIGN(found.confirmation, std::move(confirmed));
    times.confirmation = clock() - times.sum();
  }
  found.times = times;
  FIXGATE_CHECK(write(found));
  return study->keep_note("written by " + options.launch.job, "yes");
}

}  // namespace fixgate
