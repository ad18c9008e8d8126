// Everything that a run of the reference simulator shows, in the numbering of a chain's signals.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fixed/program_of.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate::testing_support {

struct FixedRun {
  std::vector<std::int64_t> outputs;
  int rows = 0;
  std::vector<std::vector<std::int64_t>> signals;  // all values, in the order in which they arose
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> overflows;

  friend bool operator==(const FixedRun&, const FixedRun&) = default;
};

/// A chain, ready to run as the program that it is.
class TracedChain {
 public:
  explicit TracedChain(const FixedChain& chain)
      : signals_(chain.signals.size()), program_(chain_program_of(chain)), simulator_(program_.network) {}
  TracedChain(const TracedChain&) = delete;
  TracedChain& operator=(const TracedChain&) = delete;

  [[nodiscard]] const ChainProgram& program() const { return program_; }
  [[nodiscard]] const program::ProgramSimulator& simulator() const { return simulator_; }
  [[nodiscard]] program::Memory initial_memory() const { return simulator_.initial_memory(); }

  /// `sequence` fits the network.
  [[nodiscard]] FixedRun run(const Sequence& sequence, program::Memory& memory) const {
    Trace trace(program_.signals, signals_);
    program::ValueCounts counts = simulator_.no_counts();
    auto outputs = simulator_.run({&sequence, 1}, memory, counts, &trace);
    if (!outputs) return {};
    FixedRun run{std::move(outputs->front().values), outputs->front().rows, std::move(trace.values),
                 std::vector<std::int64_t>(signals_), std::vector<std::int64_t>(signals_)};
    for (const program::ValueId id : program_.network.program.values.ids()) {
      const std::optional<int> signal = program_.signals[id];
      if (!signal) continue;
      run.counts[static_cast<std::size_t>(*signal)] += counts.written[id];
      run.overflows[static_cast<std::size_t>(*signal)] += counts.overflows[id];
    }
    return run;
  }

 private:
  class Trace : public program::ValueObserver {
   public:
    Trace(const program::IdVector<program::ValueId, std::optional<int>>& signal_of, std::size_t signals)
        : values(signals), signal_of_(signal_of) {}
    void observe(program::ValueId value, std::int64_t, std::span<const std::int64_t> more) override {
      if (!signal_of_[value]) return;
      auto& to = values[static_cast<std::size_t>(*signal_of_[value])];
      to.insert(to.end(), more.begin(), more.end());
    }

    std::vector<std::vector<std::int64_t>> values;

   private:
    const program::IdVector<program::ValueId, std::optional<int>>& signal_of_;
  };

  std::size_t signals_;
  ChainProgram program_;
  program::ProgramSimulator simulator_;
};

inline FixedRun run_traced(const FixedChain& network, const Sequence& sequence) {
  const TracedChain traced(network);
  program::Memory memory = traced.initial_memory();
  return traced.run(sequence, memory);
}

}  // namespace fixgate::testing_support
