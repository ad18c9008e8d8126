#include "quantize/calibrated.h"

#include <algorithm>

#include "data/load.h"
#include "quantize/learned.h"
#include "quantize/measured_formats.h"
#include "quantize/resolve.h"

namespace fixgate {

bool needs_weight_statistics(const FormatPlan& plan) {
  return std::ranges::any_of(plan.weights, [](const WeightRule& rule) {
    return rule.rounding.value_or(WeightRounding::Nearest) != WeightRounding::Nearest ||
           rule.correct_bias.value_or(false);
  });
}

namespace {

bool learns_rounding(const FormatPlan& plan) {
  return std::ranges::any_of(plan.weights,
                             [](const WeightRule& rule) { return rule.rounding == WeightRounding::Learned; });
}

Result<LearningScope> learning_scope(const FormatPlan& plan, const FixedNetwork& network) {
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
  FIXGATE_ASSIGN(SignalProfile profile, calibrate(network, data));
  return CalibratedNetwork(network, data, metric, seed, std::move(profile), std::move(learning));
}

Result<Quantised> CalibratedNetwork::quantise(const FormatPlan& plan, bool once) {
  if (needs_weight_statistics(plan) && !statistics_) {
    FIXGATE_ASSIGN(statistics_, gather_weight_statistics(*network_, nullptr, *data_, metric_, seed_));
  }
  FIXGATE_ASSIGN(Quantised first, quantise_by_float(plan));
  if (once) return first;
  if (!measures_formats(plan)) return finish(plan, std::move(first));
  FIXGATE_ASSIGN(const DataSet* const samples, learning_samples());
  FIXGATE_ASSIGN(const FormatPlan measured, measure_formats(*network_, plan, first, *samples, metric_));
  FIXGATE_ASSIGN(first, quantise_by_float(measured));
  return finish(measured, std::move(first));
}

Result<Quantised> CalibratedNetwork::quantise_by_float(const FormatPlan& plan) {
  const WeightStatistics* statistics = needs_weight_statistics(plan) ? &*statistics_ : nullptr;
  return fixgate::quantise(*network_, plan, &profile_, statistics, weights_.get());
}

Result<Quantised> CalibratedNetwork::finish(const FormatPlan& plan, Quantised first) {
  if (!needs_weight_statistics(plan)) return first;
  FIXGATE_ASSIGN(const WeightStatistics own,
                 gather_weight_statistics(*network_, &first.network, *data_, metric_, seed_));
  FIXGATE_ASSIGN(Quantised second, fixgate::quantise(*network_, plan, &profile_, &own));
  return learns_rounding(plan) ? learn(plan, second.network) : Result<Quantised>(std::move(second));
}

Result<const DataSet*> CalibratedNetwork::learning_samples() {
  if (!learning_.samples) return data_;
  if (!more_) {
    FIXGATE_ASSIGN(more_, learning_.samples());
  }
  return &*more_;
}

Result<Quantised> CalibratedNetwork::learn(const FormatPlan& plan, const FixedNetwork& start) {
  FIXGATE_ASSIGN(LearningScope scope, learning_scope(plan, start));
  scope.confidence = static_cast<float>(learning_.confidence);
  FIXGATE_ASSIGN(const DataSet* const samples, learning_samples());
  FIXGATE_ASSIGN(const LearnedParameters learned,
                 learn_rounding(*network_, start, scope, metric_, *samples, *data_));
  return fixgate::quantise(learned.network, plan, &profile_, learned.weights);
}

}  // namespace fixgate
