#include "calibrate/calibrate.h"

#include <tbb/enumerable_thread_specific.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "parallel/for_each_index.h"
#include "simulate/float_runner.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

class HistogramObserver : public FloatObserver {
 public:
  explicit HistogramObserver(std::size_t signals) : histograms(signals) {}

  void observe(int signal, float* values, Eigen::Index count) override {
    Histogram& histogram = histograms[static_cast<std::size_t>(signal)];
    for (Eigen::Index k = 0; k < count; ++k) {
      if (std::isfinite(values[k]))
        histogram.add(values[k]);
      else if (not_finite < 0)
        not_finite = signal;
    }
  }

  std::vector<Histogram> histograms;
  int not_finite = -1;  // the first such signal of this sample
};

Result<void> check_observer(const HistogramObserver& observer, const FloatRunner& runner,
                            const Sample& sample) {
  if (observer.not_finite < 0) return {};
  return fail("{}: signal '{}' is not finite on the calibration data", sample.name,
              runner.signals().signals[static_cast<std::size_t>(observer.not_finite)].name);
}

// A sequence's first step reads the constants of the file: formats must hold them too. Zeros fit any.
void observe_constants(FloatVector constants, int signal, HistogramObserver& observer) {
  if (!constants.isZero(0)) observer.observe(signal, constants.data(), constants.size());
}

FloatState started(const FloatRunner& runner, HistogramObserver& observer) {
  FloatState state = runner.initial_state();
  for (std::size_t layer = 0; layer < state.layers.size(); ++layer) {
    for (std::size_t cell = 0; cell < state.layers[layer].size(); ++cell) {
      const CellSignals& signals = runner.signals().layers[layer].cells[cell];
      observe_constants(state.layers[layer][cell].hidden, signals.hidden, observer);
      observe_constants(state.layers[layer][cell].cell, signals.cell, observer);
    }
  }
  return state;
}

Result<void> observe_sample(const FloatRunner& runner, const Sample& sample, FloatState& state,
                            HistogramObserver& observer) {
  observer.not_finite = -1;  // a thread's observer sees one sample after the other
  if (auto outputs = runner.run(sample.sequence, state, &observer); !outputs)
    return tl::make_unexpected(outputs.error().within(sample.name));
  return check_observer(observer, runner, sample);
}

Result<std::vector<Histogram>> observe_stream(const FloatRunner& runner, const DataSet& samples) {
  HistogramObserver observer(runner.signals().signals.size());
  FloatState state = started(runner, observer);
  for (const Sample& sample : samples.samples) FIXGATE_CHECK(observe_sample(runner, sample, state, observer));
  return std::move(observer.histograms);
}

Result<std::vector<Histogram>> observe_separately(const FloatRunner& runner, const DataSet& samples) {
  const std::size_t signals = runner.signals().signals.size();
  tbb::enumerable_thread_specific<HistogramObserver> observers(
      [signals] { return HistogramObserver(signals); });
  std::vector<Result<void>> results(samples.samples.size());
  parallel_for_each_index(samples.samples.size(), [&](std::size_t index) {
    HistogramObserver& observer = observers.local();
    FloatState state = started(runner, observer);
    results[index] = observe_sample(runner, samples.samples[index], state, observer);
  });
  for (const auto& result : results) FIXGATE_CHECK(result);
  std::vector<Histogram> histograms(signals);
  for (const HistogramObserver& observer : observers)
    for (std::size_t signal = 0; signal < signals; ++signal)
      histograms[signal].merge(observer.histograms[signal]);
  return histograms;
}

}  // namespace

Result<SignalProfile> calibrate(const Network& network, const DataSet& samples) {
  if (samples.samples.empty()) return fail("there is no calibration data");
  FIXGATE_CHECK(check_vocabulary(samples, network.takes_tokens, network.inputs));
  const FloatRunner runner(network);
  SignalProfile profile{runner.signals().signals, {}};
  FIXGATE_ASSIGN(profile.histograms,
                 samples.is_stream ? observe_stream(runner, samples) : observe_separately(runner, samples));
  return profile;
}

std::string to_json(const SignalProfile& profile) {
  nlohmann::ordered_json signals = nlohmann::ordered_json::array();
  for (std::size_t signal = 0; signal < profile.signals.size(); ++signal) {
    const Histogram& histogram = profile.histograms[signal];
    nlohmann::ordered_json bins = nlohmann::ordered_json::array();
    for (int bin = 0; bin < Histogram::kBins; ++bin)
      if (histogram.bin_count(bin) != 0)
        bins.push_back({histogram.bin_center(bin), histogram.bin_count(bin)});
    signals.push_back({{"name", profile.signals[signal].name},
                       {"role", to_text(profile.signals[signal].role)},
                       {"count", histogram.count()},
                       {"min", histogram.min()},
                       {"max", histogram.max()},
                       {"range_exponent", histogram.exponent()},
                       {"bins", bins}});
  }
  return nlohmann::ordered_json{{"version", 1}, {"signals", signals}}.dump(1) + "\n";
}

}  // namespace fixgate
