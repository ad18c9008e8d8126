// Quantises one program under many plans with what its calibration data say, gathered once.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "calibrate/program_profile.h"
#include "calibrate/program_statistics.h"
#include "data/metric.h"
#include "data/task.h"
#include "quantize/quantise_program.h"
#include "quantize/weight_cache.h"

namespace fixgate::program {

/// What rounding is learned from, and binary points are measured on, when a plan wants it.
struct ProgramLearning {
  std::function<Result<Recordings>()> recordings;  // what they refer to is kept; none: the calibration data
  double confidence = 1;                           // the float outputs count multiplied by this
};

/// What the task says, for a program with one input; read when it is needed, and kept. `program` outlives it.
ProgramLearning learning_of(const Program& program, const Task& task, const std::filesystem::path& data_root);

class CalibratedProgram {
 public:
  /// Runs the calibration of formats. `network` and what `data` refer to outlive this. Errors: as calibrate().
  static Result<CalibratedProgram> make(const FloatNetwork& network, Recordings data,
                                        const MetricSpec& metric, std::uint64_t seed,
                                        ProgramLearning learning = {});

  [[nodiscard]] const GroupProfile& profile() const { return profile_; }
  /// The matrices that earlier plans rounded alike.
  [[nodiscard]] const WeightCache& weights() const { return *weights_; }

  /// As CalibratedNetwork::quantise(): statistics of the weights' operands by the float network and then by the
  /// fixed-point network's own recurrence, measured binary points, learned rounding, bits allocated under a
  /// greatest footprint, each where the plan wants it. `once`: the first of all these alone, for searches. Not
  /// safe to call from several threads before the first such plan is done.
  Result<QuantisedProgram> quantise(const FormatPlan& plan, bool once = false,
                                    const Supervision& supervision = {});

 private:
  /// What learning_ gives, when first needed; several threads may need it at once.
  struct LearningData {
    std::mutex mutex;
    std::optional<Recordings> recordings;
  };

  CalibratedProgram(const FloatNetwork& network, Recordings data, const MetricSpec& metric,
                    std::uint64_t seed, GroupProfile profile, ProgramLearning learning)
      : network_(&network),
        data_(std::move(data)),
        metric_(metric),
        seed_(seed),
        profile_(std::move(profile)),
        learning_(std::move(learning)) {}

  Result<void> gather_statistics(const FormatPlan& plan, const Supervision& supervision);
  Result<QuantisedProgram> quantise_within_footprint(const FormatPlan& plan, const Supervision& supervision);
  Result<QuantisedProgram> quantise_measured(const FormatPlan& plan, const Supervision& supervision);
  Result<QuantisedProgram> quantise_by_float(const FormatPlan& plan, const Supervision& supervision);
  Result<QuantisedProgram> quantise_by_itself(const FormatPlan& plan, const Supervision& supervision);
  Result<const Recordings*> learning_data();
  Result<QuantisedProgram> learn(const QuantisedProgram& start, const Supervision& supervision);

  const FloatNetwork* network_;
  Recordings data_;
  MetricSpec metric_;
  std::uint64_t seed_;
  GroupProfile profile_;
  ProgramLearning learning_;
  std::unique_ptr<LearningData> learning_data_ = std::make_unique<LearningData>();
  std::optional<WeightStatistics> statistics_;  // of the float network, when first needed
  std::unique_ptr<WeightCache> weights_ = std::make_unique<WeightCache>();  // rounded by those, or to nearest
};

}  // namespace fixgate::program
