#include "evaluate/signal_noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "simulate/float/float_runner.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

using program::FixedNetwork;
using program::FloatNetwork;
using program::ValueId;

/// By value of the fixed network, the one of that name in the float network.
using Counterparts = program::IdVector<ValueId, std::optional<ValueId>>;

Error not_the_same(const FloatNetwork& network, const FixedNetwork& fixed) {
  return {fmt::format(
      "the fixed-point network '{}' was not made from the float network '{}': their signals differ",
      fixed.program.name, network.program.name)};
}

Result<Counterparts> counterparts_of(const FloatNetwork& network, const FixedNetwork& fixed) {
  std::map<std::string, ValueId> by_name;
  for (const ValueId id : network.program.values.ids())
    by_name.emplace(full_name(network.program, network.program.values[id]), id);
  Counterparts counterparts(fixed.program.values.size(), std::nullopt);
  const std::vector<ValueId> written = written_values(fixed.program);
  for (const ValueId id : written) {
    const program::Value& value = fixed.program.values[id];
    const auto found = by_name.find(full_name(fixed.program, value));
    if (found == by_name.end() || network.program.values[found->second].size != value.size)
      return tl::make_unexpected(not_the_same(network, fixed));
    counterparts[id] = found->second;
  }
  if (written.size() != written_values(network.program).size())
    return tl::make_unexpected(not_the_same(network, fixed));
  return counterparts;
}

/// Keeps every tick of every value of a run in real numbers.
class FloatTicks : public program::FloatValueObserver {
 public:
  explicit FloatTicks(std::size_t values) : ticks_(values, Ticks()) {}

  void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) override {
    for (Eigen::Index row = 0; row < rows.rows(); ++row) ticks_[value][first_tick + row] = rows.row(row);
  }

  /// nullptr: there is no such tick.
  [[nodiscard]] const Eigen::RowVectorXf* find(ValueId value, std::int64_t tick) const {
    const auto found = ticks_[value].find(tick);
    return found == ticks_[value].end() ? nullptr : &found->second;
  }

 private:
  using Ticks = std::map<std::int64_t, Eigen::RowVectorXf>;
  program::IdVector<ValueId, Ticks> ticks_;
};

/// Compares the fixed values with those of a run in real numbers as they arise.
class NoiseMeter : public program::ValueObserver {
 public:
  struct Sums {
    double signal = 0;
    double noise = 0;
    std::int64_t count = 0;
  };

  NoiseMeter(const FixedNetwork& network, const Counterparts& counterparts)
      : sums(network.formats.size(), Sums()), network_(network), counterparts_(counterparts) {}

  void compare_with(const FloatTicks& ticks) { ticks_ = &ticks; }

  void observe(ValueId value, std::int64_t tick, std::span<const std::int64_t> integers) override {
    if (!counterparts_[value]) return;
    const Eigen::RowVectorXf* const reals = ticks_->find(*counterparts_[value], tick);
    if (reals == nullptr) {
      fits_ = false;
      return;
    }
    const Format& format = network_.formats[value].format;
    for (std::size_t element = 0; element < integers.size(); ++element) {
      const double real = (*reals)[static_cast<Eigen::Index>(element)];
      const double difference = real - format.value(integers[element]);
      sums[value].signal += real * real;
      sums[value].noise += difference * difference;
      ++sums[value].count;
    }
  }

  /// Whether the float network had every tick that the fixed one has.
  [[nodiscard]] bool fits() const { return fits_; }

  program::IdVector<ValueId, Sums> sums;

 private:
  const FixedNetwork& network_;
  const Counterparts& counterparts_;
  const FloatTicks* ticks_ = nullptr;
  bool fits_ = true;
};

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

Result<std::vector<SignalNoise>> measure_noise(const FloatNetwork& network, const FixedNetwork& fixed,
                                               const DataSet& data, std::int64_t steps) {
  const program::FloatRunner runner(network);
  FIXGATE_ASSIGN(const Counterparts counterparts, counterparts_of(network, fixed));
  const program::ProgramSimulator simulator(fixed);
  NoiseMeter meter(fixed, counterparts);
  program::ValueCounts counts = simulator.no_counts();
  program::FloatMemory float_memory = runner.initial_memory();
  program::Memory memory = simulator.initial_memory();
  for (const Sample& sample : data.samples) {
    FIXGATE_CHECK(check_sequence(sample.sequence, network.program));
    if (!data.is_stream) {
      float_memory = runner.initial_memory();
      memory = simulator.initial_memory();
    }
    FloatTicks ticks(network.program.values.size());
    FIXGATE_ASSIGN(const auto ignored, runner.run({&sample.sequence, 1}, float_memory, &ticks));
    meter.compare_with(ticks);
    FIXGATE_ASSIGN(const auto also_ignored, simulator.run({&sample.sequence, 1}, memory, counts, &meter));
    if (!meter.fits()) return tl::make_unexpected(not_the_same(network, fixed));
    steps -= static_cast<std::int64_t>(sample.sequence.steps());
    if (steps <= 0) break;
  }
  return summarise(fixed, meter);
}

}  // namespace fixgate
