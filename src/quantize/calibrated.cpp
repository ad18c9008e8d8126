#include "quantize/calibrated.h"

#include <algorithm>

#include "data/load.h"
#include "fixed/footprint.h"
#include "fixed/program_of.h"
#include "quantize/allocated_bits.h"
#include "quantize/learned.h"
#include "quantize/measured_formats.h"
#include "quantize/resolve.h"
#include "simulate/sequence_check.h"

namespace fixgate {

namespace {

constexpr int kFootprintTries = 4;

bool learns_rounding(const FormatPlan& plan) {
  return std::ranges::any_of(plan.weights,
                             [](const WeightRule& rule) { return rule.rounding == WeightRounding::Learned; });
}

Result<LearningScope> learning_scope(const FormatPlan& plan, const FixedChain& network) {
  std::vector<std::string> names;
  for (const WeightMatrix& matrix : network.weights) names.push_back(matrix.name);
  FIXGATE_ASSIGN(const auto options, resolve_weights(plan, names));
  LearningScope scope;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (options[k].rounding != WeightRounding::Learned) continue;
    scope.matrices.push_back(names[k]);
    if (options[k].correct_bias) scope.biased.push_back(names[k]);
  }
  return scope;
}

}  // namespace

Learning learning_of(const Task& task, const std::filesystem::path& data_root) {
  return {[task, data_root] { return load_data(task, Part::Learning, data_root); },
          task.calibration.confidence};
}

Result<CalibratedNetwork> CalibratedNetwork::make(const Network& network, const DataSet& data,
                                                  const MetricSpec& metric, std::uint64_t seed,
                                                  Learning learning) {
  FIXGATE_CHECK(check_steps(network.call, data));
  FIXGATE_ASSIGN(SignalProfile profile, calibrate(network, data));
  return CalibratedNetwork(network, data, metric, seed, std::move(profile), std::move(learning));
}

Result<Quantised> CalibratedNetwork::quantise(const FormatPlan& plan, bool once,
                                              const Supervision& supervision) {
  FIXGATE_CHECK(gather_statistics(plan, supervision));
  if (once) return quantise_by_float(plan, supervision);
  FIXGATE_ASSIGN(Quantised rounded, plan.max_footprint ? quantise_within_footprint(plan, supervision)
                                                       : quantise_measured(plan, supervision));
  return learns_rounding(rounded.resolved) ? learn(rounded, supervision)
                                           : Result<Quantised>(std::move(rounded));
}

Result<void> CalibratedNetwork::gather_statistics(const FormatPlan& plan, const Supervision& supervision) {
  if (!needs_weight_statistics(plan) || statistics_) return {};
  FIXGATE_ASSIGN(statistics_,
                 gather_weight_statistics(*network_, nullptr, *data_, metric_, seed_, supervision));
  return {};
}

Result<Quantised> CalibratedNetwork::quantise_within_footprint(const FormatPlan& plan,
                                                               const Supervision& supervision) {
  FIXGATE_ASSIGN(const DataSet* const samples, learning_samples());
  FIXGATE_ASSIGN(const OutputDistance distance, OutputDistance::make(*network_, *samples, metric_));
  FormatPlan widest = plan;
  widest.max_footprint.reset();
  const auto make = [&](const FormatPlan& one) { return quantise_by_float(one, supervision); };
  double allowed = *plan.max_footprint;
  for (int k = 0; k < kFootprintTries; ++k) {
    const auto allocated = allocate_bits(widest, allowed, make, distance);
    if (!allocated && k == 0) return tl::make_unexpected(allocated.error());
    if (!allocated) break;
    FIXGATE_ASSIGN(Quantised rounded, quantise_measured(*allocated, supervision));
    const double excess = measure_footprint(program_of(rounded.network)).whole - *plan.max_footprint;
    if (excess <= 0) return rounded;
    allowed -= excess;  // measured binary points may need more tables
  }
  return fail(
      "max_footprint: {:.2f} % is not kept once binary points are measured, which may take more tables: "
      "allow more",
      100 * *plan.max_footprint);
}

Result<Quantised> CalibratedNetwork::quantise_measured(const FormatPlan& plan,
                                                       const Supervision& supervision) {
  FIXGATE_ASSIGN(Quantised rounded, quantise_by_itself(plan, supervision));
  if (!measures_formats(plan)) return rounded;
  FIXGATE_ASSIGN(const DataSet* const samples, learning_samples());
  return measure_formats(*network_, plan, rounded, *samples, metric_, supervision);
}

Result<Quantised> CalibratedNetwork::quantise_by_float(const FormatPlan& plan,
                                                       const Supervision& supervision) {
  const WeightStatistics* statistics = needs_weight_statistics(plan) ? &*statistics_ : nullptr;
  return fixgate::quantise(*network_, plan, &profile_, statistics, weights_.get(), supervision);
}

Result<Quantised> CalibratedNetwork::quantise_by_itself(const FormatPlan& plan,
                                                        const Supervision& supervision) {
  FIXGATE_ASSIGN(Quantised first, quantise_by_float(plan, supervision));
  if (!needs_weight_statistics(plan)) return first;
  FIXGATE_ASSIGN(const WeightStatistics own,
                 gather_weight_statistics(*network_, &first.network, *data_, metric_, seed_, supervision));
  return fixgate::quantise(*network_, plan, &profile_, &own, nullptr, supervision);
}

Result<const DataSet*> CalibratedNetwork::learning_samples() {
  if (!learning_.samples) return data_;
  const std::lock_guard lock(learning_data_->mutex);
  if (!learning_data_->samples) {
    FIXGATE_ASSIGN(DataSet samples, learning_.samples());
    FIXGATE_CHECK(check_steps(network_->call, samples));
    learning_data_->samples = std::move(samples);
  }
  return &*learning_data_->samples;
}

Result<Quantised> CalibratedNetwork::learn(const Quantised& start, const Supervision& supervision) {
  FIXGATE_ASSIGN(LearningScope scope, learning_scope(start.resolved, start.network));
  scope.confidence = static_cast<float>(learning_.confidence);
  FIXGATE_ASSIGN(const DataSet* const samples, learning_samples());
  FIXGATE_ASSIGN(const LearnedParameters learned,
                 learn_rounding(*network_, start.network, scope, metric_, *samples, *data_, supervision));
  FIXGATE_ASSIGN(Quantised quantised,
                 fixgate::quantise(learned.network, start.resolved, &profile_, learned.weights));
  quantised.learning = learned.outcome;
  return quantised;
}

}  // namespace fixgate
