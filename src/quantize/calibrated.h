// Quantises one network under many plans with what its calibration data say, gathered once.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "calibrate/calibrate.h"
#include "calibrate/weight_statistics.h"
#include "data/metric.h"
#include "data/task.h"
#include "quantize/quantize.h"
#include "quantize/weight_cache.h"

namespace fixgate {

/// What rounding is learned from, and binary points are measured on, when a plan wants it.
struct Learning {
  std::function<Result<DataSet>()> samples;  // none: the calibration data
  double confidence = 1;                     // the float outputs count multiplied by this
};

/// What the task says; read when it is needed.
Learning learning_of(const Task& task, const std::filesystem::path& data_root);

class CalibratedNetwork {
 public:
  /// Runs the signal calibration. `network` and `data` outlive this. Errors: as calibrate().
  static Result<CalibratedNetwork> make(const Network& network, const DataSet& data, const MetricSpec& metric,
                                        std::uint64_t seed, Learning learning = {});

  [[nodiscard]] const SignalProfile& profile() const { return profile_; }
  /// The matrices that earlier plans rounded alike.
  [[nodiscard]] const WeightCache& weights() const { return *weights_; }

  /// Where a plan needs statistics of the weights' operands, the network is quantised twice: by those of the
  /// float network, then by those that this first fixed-point network's own recurrence shows. Then binary
  /// points are measured, and then rounding is learned, where the plan wants that. A plan with a greatest
  /// footprint gets its weights' bits before all this. `once`: the first of all these alone, for searches.
  /// An error, too: the supervision's, that it is to stop. Not safe to call from several threads before the
  /// first such plan is done.
  Result<Quantised> quantise(const FormatPlan& plan, bool once = false, const Supervision& supervision = {});

 private:
  /// What learning_ gives, when first needed; several threads may need it at once.
  struct LearningData {
    std::mutex mutex;
    std::optional<DataSet> samples;
  };

  CalibratedNetwork(const Network& network, const DataSet& data, const MetricSpec& metric, std::uint64_t seed,
                    SignalProfile profile, Learning learning)
      : network_(&network),
        data_(&data),
        metric_(metric),
        seed_(seed),
        profile_(std::move(profile)),
        learning_(std::move(learning)) {}

  Result<void> gather_statistics(const FormatPlan& plan, const Supervision& supervision);
  Result<Quantised> quantise_within_footprint(const FormatPlan& plan, const Supervision& supervision);
  Result<Quantised> quantise_measured(const FormatPlan& plan, const Supervision& supervision);
  Result<Quantised> quantise_by_float(const FormatPlan& plan, const Supervision& supervision);
  Result<Quantised> quantise_by_itself(const FormatPlan& plan, const Supervision& supervision);
  Result<const DataSet*> learning_samples();
  Result<Quantised> learn(const Quantised& start, const Supervision& supervision);

  const Network* network_;
  const DataSet* data_;
  MetricSpec metric_;
  std::uint64_t seed_;
  SignalProfile profile_;
  Learning learning_;
  std::unique_ptr<LearningData> learning_data_ = std::make_unique<LearningData>();
  std::optional<WeightStatistics> statistics_;  // of the float network, when first needed
  std::unique_ptr<WeightCache> weights_ = std::make_unique<WeightCache>();  // rounded by those, or to nearest
};

}  // namespace fixgate
