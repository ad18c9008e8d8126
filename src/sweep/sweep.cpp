#include "sweep/sweep.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include "data/load.h"
#include "data/task.h"
#include "diagnostic/terminal.h"
#include "evaluate/outcome.h"
#include "files/fingerprint.h"
#include "files/read.h"
#include "files/write.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "quantize/calibrated_program.h"
#include "simulate/sequence_check.h"
#include "sweep/load_program.h"
#include "sweep/results_plot.h"

namespace fixgate {
namespace {

// Raised whenever a figure could change with the same inputs.
constexpr int kFigureVersion = 3;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What all plans of one network share, made when the first of them needs it.
struct Loaded {
  program::FloatNetwork network;
  Task task;
  DataSet calibration;
  std::optional<program::CalibratedProgram> calibrated;
  DataSet test;
  FloatOutcomes reference;
};

// Stays where it is: the calibrated network refers to the network and its data.
Result<void> load(const SuiteNetwork& entry, const std::filesystem::path& root, Loaded& loaded) {
  FIXGATE_ASSIGN(loaded.task, read_task(entry.task));
  FIXGATE_ASSIGN(lowering::LoweredProgram lowered,
                 load_program(entry.model, merged(entry.graph, loaded.task.graph)));
  loaded.network = std::move(lowered.network);
  FIXGATE_ASSIGN(loaded.calibration, load_data(loaded.task, Part::Calibration, root));
  FIXGATE_CHECK(check_data(loaded.network.program, loaded.calibration));
  FIXGATE_ASSIGN(loaded.calibrated,
                 program::CalibratedProgram::make(loaded.network, program::recordings_of(loaded.calibration),
                                                  loaded.task.metric, loaded.task.calibration.seed,
                                                  learning_of(loaded.network.program, loaded.task, root)));
  FIXGATE_ASSIGN(loaded.test, load_data(loaded.task, Part::Test, root));
  FIXGATE_ASSIGN(loaded.reference, run_float(loaded.network, loaded.test, loaded.task.metric));
  return {};
}

/// Of all values that are rounded to a format.
double saturated_share(const program::FixedNetwork& network, const program::ValueCounts& counts) {
  std::int64_t written = 0;
  std::int64_t overflows = 0;
  for (const program::ValueId id : written_values(network.program)) {
    written += counts.written[id];
    overflows += counts.overflows[id];
  }
  return static_cast<double>(overflows) / static_cast<double>(std::max<std::int64_t>(written, 1));
}

Result<SweepRecord> evaluate_plan(Loaded& loaded, const SuitePlan& plan, const std::filesystem::path& file) {
  FIXGATE_ASSIGN(const program::QuantisedProgram quantised, loaded.calibrated->quantise(plan.plan));
  const program::FixedNetwork& network = quantised.network;
  FIXGATE_CHECK(write_fixed_network(network, file));
  const auto start = std::chrono::steady_clock::now();
  FIXGATE_ASSIGN(const FixedOutcomes outcomes, run_fixed(network, loaded.test, loaded.task.metric));
  const Footprint footprint = measure_footprint(network);
  SweepRecord record;
  record.plan = plan.name;
  record.metric = loaded.task.metric.kind;
  record.float_metric = loaded.reference.metric;
  record.fixed_metric = outcomes.metric;
  record.footprint_whole = footprint.whole;
  record.footprint_recurrent = footprint.recurrent;
  record.entropy = footprint.entropy;
  record.agreement = agreement(loaded.task.metric, loaded.reference.samples, outcomes.samples);
  record.saturated = saturated_share(network, outcomes.counts);
  record.seconds = seconds_since(start);
  return record;
}

// A fingerprint of the model, the task and every data file that the figures depend on.
Result<std::string> input_fingerprint(const SuiteNetwork& entry, const std::filesystem::path& root) {
  FIXGATE_ASSIGN(const std::string model, read_file(entry.model));
  FIXGATE_ASSIGN(const std::string task_text, read_file(entry.task));
  FIXGATE_ASSIGN(const Task task, read_task(entry.task));
  std::vector<std::string> contents = {model, task_text};
  for (std::string& line : lines_of(entry.graph)) contents.push_back(std::move(line));
  const std::filesystem::path folder = root.empty() ? task.folder : root;
  FIXGATE_ASSIGN(const auto data, fingerprints_of_files(folder, {task.data.train, task.data.test,
                                                                 task.data.archive, task.data.vocabulary}));
  contents.insert(contents.end(), data.begin(), data.end());
  return fingerprint_of(contents);
}

// The records so far, then those of an earlier run that are still to be met: an interruption loses none.
std::vector<SweepRecord> with_remaining(std::vector<SweepRecord> records,
                                        const std::vector<SweepRecord>& known) {
  for (const SweepRecord& record : known)
    if (std::ranges::find(records, record.fingerprint, &SweepRecord::fingerprint) == records.end())
      records.push_back(record);
  return records;
}

/// The sweep over one network.
class NetworkSweep {
 public:
  NetworkSweep(const SuiteNetwork& entry, const SweepOptions& options, const std::vector<SweepRecord>& known)
      : entry_(entry),
        options_(options),
        known_(known),
        root_(entry.needs_data_root ? options.data_root : "") {
    if (entry.needs_data_root) entry_.model = options.data_root / entry.model;
  }

  Result<SweepRecord> record(const SuitePlan& plan) {
    if (inputs_.empty()) {
      FIXGATE_ASSIGN(inputs_, input_fingerprint(entry_, root_));
    }
    const std::string fingerprint =
        fingerprint_of({std::to_string(kFigureVersion), entry_.name, inputs_, plan.name, to_toml(plan.plan)});
    const std::filesystem::path file = options_.output / network_file_name(entry_, plan);
    const auto same = std::ranges::find(known_, fingerprint, &SweepRecord::fingerprint);
    if (same != known_.end() && std::filesystem::exists(file)) return *same;
    if (!loaded_) {
      auto loaded = std::make_unique<Loaded>();
      FIXGATE_CHECK(load(entry_, root_, *loaded));
      loaded_ = std::move(loaded);
    }
    FIXGATE_ASSIGN(SweepRecord record, evaluate_plan(*loaded_, plan, file));
    record.network = entry_.name;
    record.fingerprint = fingerprint;
    notice(fmt::format("{} {}: float {}, fixed {}", record.network, record.plan,
                       format_metric(record.metric, record.float_metric),
                       format_metric(record.metric, record.fixed_metric)));
    return record;
  }

 private:
  SuiteNetwork entry_;
  const SweepOptions& options_;
  const std::vector<SweepRecord>& known_;
  std::filesystem::path root_;
  std::string inputs_;  // fingerprint of the files read
  std::unique_ptr<Loaded> loaded_;
};

Result<void> write_plots(const std::vector<SweepRecord>& records, const std::filesystem::path& folder) {
  std::map<std::string, std::vector<SweepRecord>> networks;
  for (const SweepRecord& record : records) networks[record.network].push_back(record);
  for (const auto& [network, results] : networks)
    FIXGATE_CHECK(write_file(folder / plot_file_name(network), plot_results(results)));
  return {};
}

}  // namespace

Result<SweepResult> run_sweep(const Suite& suite, const SweepOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.output, error);
  if (error) return fail("{}: cannot be made: {}", options.output.string(), error.message());
  const std::filesystem::path results = options.output / kResultsName;
  FIXGATE_ASSIGN(const std::vector<SweepRecord> known, read_records(results));
  SweepResult sweep;
  for (const SuiteNetwork& entry : suite.networks) {
    if (entry.needs_data_root && options.data_root.empty()) {
      sweep.skipped.push_back(entry.name);
      continue;
    }
    NetworkSweep network(entry, options, known);
    for (const SuitePlan& plan : entry.plans) {
      auto record = network.record(plan);
      if (!record)
        return tl::make_unexpected(record.error().within(fmt::format("{}, plan {}", entry.name, plan.name)));
      sweep.records.push_back(std::move(*record));
      FIXGATE_CHECK(write_file(results, to_json(with_remaining(sweep.records, known))));
    }
  }
  FIXGATE_CHECK(write_file(results, to_json(sweep.records)));
  FIXGATE_CHECK(write_file(options.output / kTableName, to_table(sweep.records)));
  FIXGATE_CHECK(write_plots(sweep.records, options.output));
  return sweep;
}

}  // namespace fixgate
