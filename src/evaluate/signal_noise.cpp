#include "evaluate/signal_noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "simulate/float_trace.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate {
namespace {

using program::FixedNetwork;
using program::ValueId;

/// Which signal of the float network a value stands for. The directions of a bidirectional layer share the
/// float network's signal h.
class SignalOfValue {
 public:
  SignalOfValue(const FixedNetwork& fixed, const SignalList& list)
      : signals_(fixed.program.values.size(), std::nullopt) {
    for (std::size_t s = 0; s < list.signals.size(); ++s)
      by_name_.emplace(list.signals[s].name, static_cast<int>(s));
    for (const ValueId id : written_values(fixed.program))
      signals_[id] = find(full_name(fixed.program, fixed.program.values[id]));
    for (const program::Layer& layer : fixed.program.layers) share(fixed.program, layer);
  }

  [[nodiscard]] std::optional<int> at(ValueId id) const { return signals_[id]; }

 private:
  [[nodiscard]] std::optional<int> find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional<int>(found->second);
  }

  /// What is joined to a signal is that signal.
  void share(const program::Program& program, const program::Layer& layer) {
    for (const program::Statement& statement : layer.statements) {
      const auto* concat = std::get_if<program::Concat>(&statement);
      if (concat == nullptr) continue;
      const auto signal = find(full_name(program, program.values[concat->target]));
      for (const program::Read& operand : concat->operands)
        if (signal && !signals_[operand.value]) signals_[operand.value] = signal;
    }
  }

  std::map<std::string, int> by_name_;
  program::IdVector<ValueId, std::optional<int>> signals_;
};

/// Compares the fixed values with a float trace as they arise.
class NoiseMeter : public program::ValueObserver {
 public:
  struct Sums {
    double signal = 0;
    double noise = 0;
    std::int64_t count = 0;
  };

  NoiseMeter(const FixedNetwork& network, const SignalOfValue& signals)
      : sums(network.formats.size(), Sums()), network_(network), signals_(signals) {}

  void compare_with(const FloatTrace& trace) {
    trace_ = &trace;
    position_.assign(trace.values.size(), 0);
  }

  void observe(ValueId value, std::int64_t, std::span<const std::int64_t> integers) override {
    const auto signal = signals_.at(value);
    if (!signal) return;
    const auto index = static_cast<std::size_t>(*signal);
    const Format& format = network_.formats[value].format;
    for (const std::int64_t q : integers) {
      if (position_[index] == trace_->values[index].size()) {
        fits_ = false;
        return;
      }
      const double real = trace_->values[index][position_[index]++];
      const double difference = real - format.value(q);
      sums[value].signal += real * real;
      sums[value].noise += difference * difference;
      ++sums[value].count;
    }
  }

  /// Whether the networks gave as many values of each signal as each other.
  [[nodiscard]] bool fits() const {
    for (std::size_t s = 0; s < position_.size(); ++s)
      if (position_[s] != trace_->values[s].size()) return false;
    return fits_;
  }

  program::IdVector<ValueId, Sums> sums;

 private:
  const FixedNetwork& network_;
  const SignalOfValue& signals_;
  const FloatTrace* trace_ = nullptr;
  std::vector<std::size_t> position_;  // by signal
  bool fits_ = true;
};

Error not_the_same(const Network& network, const FixedNetwork& fixed) {
  return {fmt::format(
      "the fixed-point network '{}' was not made from the float network '{}': their signals differ",
      fixed.program.name, network.name)};
}

Result<void> check_same_signals(const Network& network, const FixedNetwork& fixed,
                                const SignalOfValue& signals, std::size_t count) {
  std::set<int> seen;
  for (const ValueId id : written_values(fixed.program)) {
    if (!signals.at(id)) return tl::make_unexpected(not_the_same(network, fixed));
    seen.insert(*signals.at(id));
  }
  if (seen.size() != count) return tl::make_unexpected(not_the_same(network, fixed));
  return {};
}

std::vector<SignalNoise> summarise(const FixedNetwork& fixed, const NoiseMeter& meter) {
  std::vector<SignalNoise> noise;
  for (const ValueId id : written_values(fixed.program)) {
    const NoiseMeter::Sums& sums = meter.sums[id];
    const double count = static_cast<double>(std::max<std::int64_t>(sums.count, 1));
    noise.push_back(
        {full_name(fixed.program, fixed.program.values[id]), sums.signal / count, sums.noise / count});
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
  const SignalOfValue signals(fixed, runner.signals());
  FIXGATE_CHECK(check_same_signals(network, fixed, signals, runner.signals().signals.size()));
  const program::ProgramSimulator simulator(fixed);
  NoiseMeter meter(fixed, signals);
  program::ValueCounts counts = simulator.no_counts();
  FloatState float_state = runner.initial_state();
  program::Memory memory = simulator.initial_memory();
  for (const Sample& sample : data.samples) {
    if (!data.is_stream) {
      float_state = runner.initial_state();
      memory = simulator.initial_memory();
    }
    FloatTrace trace(runner.signals().signals.size());
    FIXGATE_ASSIGN(const FloatMatrix ignored, runner.run(sample.sequence, float_state, &trace));
    meter.compare_with(trace);
    FIXGATE_ASSIGN(const auto also_ignored, simulator.run({&sample.sequence, 1}, memory, counts, &meter));
    if (!meter.fits()) return tl::make_unexpected(not_the_same(network, fixed));
    steps -= static_cast<std::int64_t>(sample.sequence.steps());
    if (steps <= 0) break;
  }
  return summarise(fixed, meter);
}

}  // namespace fixgate
