// The work that all trials of a search share, done once, and the trial itself: from a plan to its figures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/task.h"
#include "diagnostic/supervision.h"
#include "evaluate/outcome.h"
#include "explore/figures.h"
#include "explore/race.h"
#include "program/float_network.h"
#include "quantize/calibrated_program.h"

namespace fixgate {

/// The accelerator that cycles and area are predicted for; at most one is given. None: no hardware.
struct HardwareRequest {
  std::optional<int> lanes;            // of every layer
  std::optional<int> cycles_per_step;  // at most

  [[nodiscard]] bool wanted() const { return lanes || cycles_per_step; }
};

/// How a network is made: quickly, or as `quantize` makes it. Plans that round to nearest know no difference.
enum class Effort { Quick, Full };

struct BenchOptions {
  double confidence = 0.95;  // of Figures::loss_bound
  std::uint64_t seed = 1;    // of the order in which the samples are seen
  HardwareRequest hardware;
};

struct TrialResult {
  Figures figures;
  std::vector<double> numerators;                    // of the samples seen, in the order of the bench
  std::optional<program::QuantisedProgram> network;  // where it was made in full
};

/// What a trial is raced against. Without `race` all samples are seen.
struct RaceField {
  bool race = false;
  RaceRules rules;
  std::vector<Objective> objectives;
  std::vector<Rival> rivals;
};

class Bench {
 public:
  /// `network` and `profile` outlive the bench; `validation` is the task's validation part. Runs the float
  /// network over it. Errors: samples that do not fit the network or the metric; the supervision's, that it
  /// is to stop.
  static Result<std::unique_ptr<Bench>> prepare(const program::FloatNetwork& network,
                                                program::CalibratedProgram& calibrated, const Task& task,
                                                DataSet validation, const BenchOptions& options,
                                                const Supervision& supervision = {});

  [[nodiscard]] double float_metric() const { return float_metric_; }
  [[nodiscard]] std::size_t samples() const { return measure_->size(); }
  [[nodiscard]] MetricKind metric() const { return task_.metric.kind; }

  /// The network of a plan: the one place where the search quantises. In full it is what `quantize` makes;
  /// else, where weights are rounded by statistics, by those of the float network alone. Has to be called
  /// once before several threads do.
  [[nodiscard]] Result<program::QuantisedProgram> make_network(const FormatPlan& plan, Effort effort,
                                                               const Supervision& supervision = {}) const;

  /// A plan that no network can be made of has a failure for its figures. A trial that is to stop is an
  /// error, as is a network that cannot be run.
  [[nodiscard]] Result<TrialResult> run(const FormatPlan& plan, Effort effort, const RaceField& field,
                                        const Supervision& supervision) const;

  /// The costs alone: what needs no data.
  [[nodiscard]] Result<Figures> costs_of(const program::FixedNetwork& network) const;

 private:
  Bench(const program::FloatNetwork& network, program::CalibratedProgram& calibrated, const Task& task,
        const BenchOptions& options);
  Result<void> answer_in_float(const DataSet& validation, const Supervision& supervision);
  void split_by_looks(DataSet validation);
  Result<void> run_look(FixedRunner& runner, std::size_t look, const Supervision& supervision,
                        TrialResult& result, Score& total) const;
  void estimate_loss(TrialResult& result, const Score& total) const;

  const program::FloatNetwork& network_;
  program::CalibratedProgram& calibrated_;
  Task task_;
  BenchOptions options_;
  double float_metric_ = 0;
  std::vector<std::size_t> looks_;    // samples seen after each
  std::vector<DataSet> parts_;        // the samples that each look adds
  std::vector<FloatMatrix> teacher_;  // float's outputs in the order of the bench; empty: not kept
  std::unique_ptr<LossMeasure> measure_;
  double score_ = 0;  // normal quantile of the confidence
};

/// Values of the objectives but for the loss.
std::vector<double> costs(const Figures& figures, const std::vector<Objective>& objectives);

}  // namespace fixgate
