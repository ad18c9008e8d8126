// The fast simulator: the integers of docs/numerics.md, bit for bit those of the reference simulator, for
// many sequences at a time and in narrow lanes wherever a proof of width allows. A network that its kernels do
// not cover is run by the vector interpreter.
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
#include "simulate/program_inputs.h"
#include "simulate/value_counts.h"
#include "simulate/vector/vector_simulator.h"

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

  /// Why the vector interpreter runs this network; empty when it is covered.
  [[nodiscard]] const std::string& not_covered() const { return not_covered_; }
  /// How many cells work in 16-bit lanes.
  [[nodiscard]] int narrow_cells() const;

  [[nodiscard]] program::Memory initial_memory() const { return program::initial_memory_of(network_); }
  [[nodiscard]] program::ValueCounts no_counts() const {
    return program::ValueCounts(network_.program.values.size());
  }

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

  Result<BatchOutputs> interpret(std::span<const Sequence* const> sequences,
                                 std::span<program::Memory> memories, program::ValueCounts& counts) const;
  BatchOutputs run_engines(std::span<const Sequence* const> sequences, std::span<fast::ChainState> states,
                           fast::SignalCounts& counts) const;
  void count(std::span<const Sequence* const> sequences, const fast::SignalCounts& overflows,
             program::ValueCounts& counts) const;

  const program::FixedNetwork& network_;
  std::unique_ptr<const Prepared> prepared_;                // null: not covered
  std::unique_ptr<const program::VectorSimulator> vector_;  // null: covered
  std::string not_covered_;
};

}  // namespace fixgate
