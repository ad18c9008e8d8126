// Everything that a run of the reference simulator shows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulate/reference/simulator.h"

namespace fixgate::testing_support {

/// By signal, all its values in the order in which they arose.
class FixedTrace : public FixedObserver {
 public:
  explicit FixedTrace(std::size_t signals) : values(signals) {}
  void observe(int signal, std::span<const std::int64_t> more) override {
    auto& to = values[static_cast<std::size_t>(signal)];
    to.insert(to.end(), more.begin(), more.end());
  }
  std::vector<std::vector<std::int64_t>> values;
};

struct FixedRun {
  std::vector<std::int64_t> outputs;
  int rows = 0;
  std::vector<std::vector<std::int64_t>> signals;
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> overflows;

  friend bool operator==(const FixedRun&, const FixedRun&) = default;
};

/// `sequence` fits the network.
inline FixedRun run_traced(const ReferenceSimulator& simulator, const Sequence& sequence, FixedState& state) {
  OverflowCounts counts = simulator.no_counts();
  FixedTrace trace(counts.values.size());
  const auto outputs = simulator.run(sequence, state, counts, &trace);
  if (!outputs) return {};
  return {outputs->values, outputs->rows, std::move(trace.values), counts.values, counts.overflows};
}

inline FixedRun run_traced(const FixedNetwork& network, const Sequence& sequence) {
  const ReferenceSimulator simulator(network);
  FixedState state = simulator.initial_state();
  return run_traced(simulator, sequence, state);
}

}  // namespace fixgate::testing_support
