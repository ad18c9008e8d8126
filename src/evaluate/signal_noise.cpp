#include "evaluate/signal_noise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulate/float_trace.h"
#include "simulate/reference/simulator.h"

namespace fixgate {
namespace {

/// Compares the fixed values with a float trace as they arise.
class NoiseMeter : public FixedObserver {
 public:
  struct Sums {
    double signal = 0;
    double noise = 0;
    std::int64_t count = 0;
  };

  explicit NoiseMeter(const FixedNetwork& network) : sums(network.signals.size()), network_(network) {}

  void compare_with(const FloatTrace& trace) {
    trace_ = &trace;
    position_.assign(sums.size(), 0);
  }

  void observe(int signal, std::span<const std::int64_t> values) override {
    const auto index = static_cast<std::size_t>(signal);
    const Format& format = network_.signals[index].format.format;
    for (const std::int64_t q : values) {
      if (position_[index] == trace_->values[index].size()) {
        fits_ = false;
        return;
      }
      const double real = trace_->values[index][position_[index]++];
      const double difference = real - format.value(q);
      sums[index].signal += real * real;
      sums[index].noise += difference * difference;
      ++sums[index].count;
    }
  }

  /// Whether the networks gave as many values of each signal as each other.
  [[nodiscard]] bool fits() const {
    for (std::size_t s = 0; s < position_.size(); ++s)
      if (position_[s] != trace_->values[s].size()) return false;
    return fits_;
  }

  std::vector<Sums> sums;

 private:
  const FixedNetwork& network_;
  const FloatTrace* trace_ = nullptr;
  std::vector<std::size_t> position_;
  bool fits_ = true;
};

Error not_the_same(const Network& network, const FixedNetwork& fixed) {
  return {fmt::format(
      "the fixed-point network '{}' was not made from the float network '{}': their signals differ",
      fixed.name, network.name)};
}

Result<void> check_same_signals(const Network& network, const FixedNetwork& fixed, const SignalList& list) {
  const bool same = std::ranges::equal(list.signals, fixed.signals, {}, &Signal::name, &FixedSignal::name);
  if (!same) return tl::make_unexpected(not_the_same(network, fixed));
  return {};
}

std::vector<SignalNoise> summarise(const FixedNetwork& fixed, const NoiseMeter& meter) {
  std::vector<SignalNoise> noise;
  for (std::size_t s = 0; s < fixed.signals.size(); ++s) {
    const NoiseMeter::Sums& sums = meter.sums[s];
    const double count = static_cast<double>(std::max<std::int64_t>(sums.count, 1));
    noise.push_back({fixed.signals[s].name, sums.signal / count, sums.noise / count});
  }
  return noise;
}

}  // namespace

double SignalNoise::sqnr() const {
  if (noise_power == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal_power / noise_power);
}

Result<std::vector<SignalNoise>> measure_noise(const Network& network, const FixedNetwork& fixed,
                                               const DataSet& data, std::int64_t steps) {
  const FloatRunner runner(network);
  FIXGATE_CHECK(check_same_signals(network, fixed, runner.signals()));
  const ReferenceSimulator simulator(fixed);
  NoiseMeter meter(fixed);
  OverflowCounts counts = simulator.no_counts();
  FloatState float_state = runner.initial_state();
  FixedState fixed_state = simulator.initial_state();
  for (const Sample& sample : data.samples) {
    if (!data.is_stream) {
      float_state = runner.initial_state();
      fixed_state = simulator.initial_state();
    }
    FloatTrace trace(fixed.signals.size());
    FIXGATE_ASSIGN(const FloatMatrix ignored, runner.run(sample.sequence, float_state, &trace));
    meter.compare_with(trace);
    FIXGATE_ASSIGN(const IntegerMatrix also_ignored,
                   simulator.run(sample.sequence, fixed_state, counts, &meter));
    if (!meter.fits()) return tl::make_unexpected(not_the_same(network, fixed));
    steps -= static_cast<std::int64_t>(sample.sequence.steps());
    if (steps <= 0) break;
  }
  return summarise(fixed, meter);
}

}  // namespace fixgate
