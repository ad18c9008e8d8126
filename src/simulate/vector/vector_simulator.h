// The vector interpreter of programs: the integers of docs/numerics.md, bit for bit those of
// ProgramSimulator, for any verified program and many sequences at a time.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "simulate/fast/machine_settings.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate::program {

class VectorSimulator {
 public:
  /// `network` is verified and outlives the simulator. Chooses among the targets that Highway finds.
  explicit VectorSimulator(const FixedNetwork& network) : VectorSimulator(network, {}) {}
  VectorSimulator(const FixedNetwork& network, const fast::MachineSettings& machine);
  ~VectorSimulator();
  VectorSimulator(const VectorSimulator&) = delete;
  VectorSimulator& operator=(const VectorSimulator&) = delete;

  [[nodiscard]] Memory initial_memory() const;
  [[nodiscard]] ValueCounts no_counts() const { return ValueCounts(network_.program.values.size()); }

  /// As ProgramSimulator::run, for each element of `sequences`, which has one sequence for every input of the
  /// program; `memories` are in the same order. What is found does not depend on what is run together. Safe
  /// to call from several threads. Error: of the first element that does not fit the program; then nothing
  /// has been run.
  Result<std::vector<std::vector<IntegerMatrix>>> run(std::span<const std::vector<Sequence>> sequences,
                                                      std::span<Memory> memories, ValueCounts& counts) const;

 private:
  struct Prepared;  // what is derived once from the network

  const FixedNetwork& network_;
  std::unique_ptr<Prepared> prepared_;
};

}  // namespace fixgate::program
