// The search for widths from beginning to end: data and calibration once, strategies over one study, the
// front, the chosen plan and, if wanted, its confirmation on the test part.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explore/bench.h"
#include "explore/limits.h"
#include "explore/strategy.h"
#include "explore/study_runner.h"

namespace fixgate {

/// Processes that were started together (mpirun). `job` tells them from others.
struct Launch {
  std::size_t rank = 0;
  std::size_t ranks = 1;
  std::string job;

  [[nodiscard]] bool alone() const { return ranks == 1; }
};

/// From the environment that OpenMPI gives its processes. MPI itself is not called: a process that dies would
/// then take the others with it.
Launch launch_from_environment();

/// A range of values that the user has stated: there must be something that it is for.
struct StatedRange {
  DimensionKind kind = DimensionKind::WeightWidth;
  std::string option;
};

struct ExploreOptions {
  std::filesystem::path model;
  GraphSettings graph;  // of the model; what they do not say, the task does
  std::filesystem::path task;
  std::filesystem::path data_root;
  FormatPlan base;
  Granularity granularity = Granularity::PerGate;
  SearchRanges ranges;
  std::vector<NamedStrategy> strategies;
  std::vector<Objective> objectives;
  Limits limits;
  BenchOptions bench;
  std::int64_t evaluations = 0;  // 0: no limit
  double minutes = 0;            // 0: no limit
  std::filesystem::path study;
  std::filesystem::path output;  // folder of the report
  bool confirm = false;
  Launch launch;
  std::vector<StatedRange> stated;
  SearchClock clock;                    // none: the time since explore() was called
  std::function<void()> before_trials;  // called when all is prepared; may be empty
};

/// The chosen plan on the test part.
struct Confirmation {
  std::size_t samples = 0;
  double float_metric = 0;
  double fixed_metric = 0;
  double loss = 0;
};

/// Seconds.
struct SearchTimes {
  double preparing = 0;
  double trials = 0;
  double final_networks = 0;
  double confirmation = 0;

  [[nodiscard]] double sum() const { return preparing + trials + final_networks + confirmation; }
};

struct Exploration {
  std::string network;  // its name
  std::string task_name;
  DataKind data = DataKind::Npz;
  bool predicts_words = false;  // perplexity of a text by words
  MetricKind metric = MetricKind::Accuracy;
  std::size_t samples = 0;  // of the validation part
  double float_metric = 0;  // on it
  SearchSpace space;
  std::vector<SeenTrial> trials;
  std::vector<Figures> figures;    // of the trials, those incomplete that were not made as `quantize` would
  std::vector<std::size_t> front;  // places in trials
  std::optional<std::size_t> chosen;  // likewise
  std::optional<FormatPlan> plan;     // the chosen one
  std::size_t unfinished = 0;         // plans that may belong to the front, but were not made in full in time
  std::optional<Confirmation> confirmation;
  SearchTimes times;
};

/// Hands what was found to `write`: of processes that were started together in one alone, also if some of
/// them die. Errors: what cannot be read; another study; a time that was over before the first trial; limits
/// that contradict each other or that nothing in the space can keep; an interruption, with what to do; those
/// of `write`. That no plan tried keeps the limits is no error here: then `chosen` is empty.
Result<void> explore(const ExploreOptions& options, const std::atomic<bool>& interrupted,
                     const std::function<Result<void>(const Exploration&)>& write);

}  // namespace fixgate
