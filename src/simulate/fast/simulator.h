// The fast simulator: the integers of docs/numerics.md, bit for bit those of the reference simulator, for
// many sequences at a time and in narrow lanes wherever a proof of width allows. A network that is not
// covered is run by the reference simulator.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "simulate/fast/batch_outputs.h"
#include "simulate/fast/chain_state.h"
#include "simulate/fast/machine_settings.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate {

class FastSimulator {
 public:
  using Settings = fast::MachineSettings;

  /// `network` is verified, has one input and one output, and outlives the simulator. Chooses among the
  /// targets that Highway finds.
  explicit FastSimulator(const program::FixedNetwork& network) : FastSimulator(network, Settings()) {}
  FastSimulator(const program::FixedNetwork& network, const Settings& settings);
  ~FastSimulator();
  FastSimulator(const FastSimulator&) = delete;
  FastSimulator& operator=(const FastSimulator&) = delete;

  /// Why the reference simulator runs this network; empty when it is covered.
  [[nodiscard]] const std::string& not_covered() const { return not_covered_; }
  /// How many cells work in 16-bit lanes.
  [[nodiscard]] int narrow_cells() const;

  [[nodiscard]] program::Memory initial_memory() const { return reference_.initial_memory(); }
  [[nodiscard]] program::ValueCounts no_counts() const { return reference_.no_counts(); }

  /// As ProgramSimulator::run, for each sequence: outputs [ticks, outputs] in the order of the sequences,
  /// `memories` advanced in the same order, `counts` added up over all. Best for sequences of about the same
  /// length. Safe to call from several threads. Error: of the first sequence that does not fit the network;
  /// then nothing has been run.
  Result<BatchOutputs> run(std::span<const Sequence* const> sequences, std::span<program::Memory> memories,
                           program::ValueCounts& counts) const;
  /// Each from the initial states.
  Result<BatchOutputs> run(std::span<const Sequence* const> sequences, program::ValueCounts& counts) const;

 private:
  struct Prepared;

  Result<BatchOutputs> run_reference(std::span<const Sequence* const> sequences,
                                     std::span<program::Memory> memories, program::ValueCounts& counts) const;
  BatchOutputs run_engines(std::span<const Sequence* const> sequences, std::span<fast::ChainState> states,
                           fast::SignalCounts& counts) const;
  void count(std::span<const Sequence* const> sequences, const fast::SignalCounts& overflows,
             program::ValueCounts& counts) const;

  const program::FixedNetwork& network_;
  program::ProgramSimulator reference_;
  std::unique_ptr<const Prepared> prepared_;  // null: not covered
  std::string not_covered_;
};

}  // namespace fixgate
