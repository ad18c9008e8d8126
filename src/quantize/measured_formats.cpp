#include "quantize/measured_formats.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "network/signals.h"
#include "quantize/output_distance.h"
#include "quantize/real_network.h"
#include "quantize/resolve.h"

namespace fixgate {
namespace {

constexpr int kPasses = 2;
constexpr int kFarthest = 4;  // bits that a binary point moves in one pass

GivenWeights weights_of(const FixedChain& fixed) {
  GivenWeights all;
  for (const WeightMatrix& matrix : fixed.weights) all[matrix.name] = matrix;
  return all;
}

/// The networks that differ from one in their signals' formats, and how far their outputs are off.
class FormatSearch {
 public:
  FormatSearch(const Network& network, const Quantised& start, const OutputDistance& distance)
      : real_(network, start.network),
        weights_(weights_of(start.network)),
        distance_(distance),
        plan_(start.resolved) {}

  Result<void> begin() {
    FIXGATE_ASSIGN(auto least, distance_with(plan_));
    if (!least) return fail("the network cannot be made again with its own formats");
    least_ = std::move(*least);
    return {};
  }

  /// Moves the binary point of a signal as long as that helps; whether it has.
  Result<bool> move(std::size_t signal) {
    FIXGATE_ASSIGN(const bool finer, move(signal, 1));
    if (finer) return true;
    return move(signal, -1);
  }

  [[nodiscard]] Result<Quantised> finish() const { return made(plan_); }

 private:
  using Divergences = std::vector<double>;

  Result<bool> move(std::size_t signal, int bits) {
    bool moved = false;
    for (int far = 0; far < kFarthest; ++far) {
      FormatPlan plan = plan_;
      plan.signals[signal].format->fraction += bits;
      FIXGATE_ASSIGN(auto distance, distance_with(plan));
      if (!distance || !is_clearly_less(*distance, least_)) break;
      least_ = std::move(*distance);
      plan_ = std::move(plan);
      moved = true;
    }
    return moved;
  }

  [[nodiscard]] Result<Quantised> made(const FormatPlan& plan) const {
    return quantise(real_.network(), plan, nullptr, weights_);
  }

  /// None: there is no such network, for want of a table or an accumulator.
  Result<std::optional<Divergences>> distance_with(const FormatPlan& plan) const {
    const auto candidate = made(plan);
    if (!candidate) return std::nullopt;
    FIXGATE_ASSIGN(Divergences distance, distance_.of(candidate->network));
    return distance;
  }

  RealNetwork real_;  // the float network with the biases that go with the weights
  GivenWeights weights_;
  const OutputDistance& distance_;
  FormatPlan plan_;  // a rule a signal, with its format in full
  Divergences least_;
};

}  // namespace

bool measures_formats(const FormatPlan& plan) {
  return std::ranges::any_of(plan.signals,
                             [](const SignalRule& rule) { return rule.range == RangeMethod::Measured; });
}

Result<Quantised> measure_formats(const Network& network, const FormatPlan& plan, const Quantised& start,
                                  const DataSet& data, const MetricSpec& metric,
                                  const Supervision& supervision) {
  FIXGATE_ASSIGN(const OutputDistance distance, OutputDistance::make(network, data, metric));
  FormatSearch search(network, start, distance);
  FIXGATE_CHECK(search.begin());
  const std::vector<bool> measured = measured_signals(plan, list_signals(network).signals);
  const auto count = std::ranges::count(measured, true);
  Progress progress("measured binary points", kPasses * count, "signals", supervision.progress);
  bool moved = true;
  for (int pass = 0; pass < kPasses && moved; ++pass) {
    moved = false;
    for (std::size_t signal = 0; signal < measured.size(); ++signal) {
      if (!measured[signal]) continue;
      FIXGATE_CHECK(supervision.check());
      FIXGATE_ASSIGN(const bool one_moved, search.move(signal));
      moved = moved || one_moved;
      progress.advance();
    }
  }
  return search.finish();
}

}  // namespace fixgate
