#include "quantize/calibrated.h"

#include <algorithm>

namespace fixgate {

bool needs_weight_statistics(const FormatPlan& plan) {
  return std::ranges::any_of(plan.weights, [](const WeightRule& rule) {
    return rule.rounding.value_or(WeightRounding::Nearest) != WeightRounding::Nearest ||
           rule.correct_bias.value_or(false);
  });
}

Result<CalibratedNetwork> CalibratedNetwork::make(const Network& network, const DataSet& data,
                                                  const MetricSpec& metric, std::uint64_t seed) {
  FIXGATE_ASSIGN(SignalProfile profile, calibrate(network, data));
  return CalibratedNetwork(network, data, metric, seed, std::move(profile));
}

Result<Quantised> CalibratedNetwork::quantise(const FormatPlan& plan, bool once) {
  if (!needs_weight_statistics(plan))
    return fixgate::quantise(*network_, plan, &profile_, nullptr, weights_.get());
  if (!statistics_) {
    FIXGATE_ASSIGN(statistics_, gather_weight_statistics(*network_, nullptr, *data_, metric_, seed_));
  }
  FIXGATE_ASSIGN(Quantised first,
                 fixgate::quantise(*network_, plan, &profile_, &*statistics_, weights_.get()));
  if (once) return first;
  FIXGATE_ASSIGN(const WeightStatistics own,
                 gather_weight_statistics(*network_, &first.network, *data_, metric_, seed_));
  return fixgate::quantise(*network_, plan, &profile_, &own);
}

}  // namespace fixgate
