// The reference simulator of programs: docs/numerics.md in code. Integers only between the quantised inputs
// and the outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "simulate/reference/tick_reader.h"
#include "simulate/value_counts.h"

namespace fixgate::program {

/// Sees the integers of values as they arise, tick by tick in the order in which their layer runs.
class ValueObserver {
 public:
  virtual ~ValueObserver() = default;
  virtual void observe(ValueId value, std::int64_t tick, std::span<const std::int64_t> integers) = 0;
};

class ProgramSimulator {
 public:
  /// `network` is verified and outlives the simulator.
  explicit ProgramSimulator(const FixedNetwork& network);
  ~ProgramSimulator();
  ProgramSimulator(const ProgramSimulator&) = delete;
  ProgramSimulator& operator=(const ProgramSimulator&) = delete;

  [[nodiscard]] Memory initial_memory() const;
  [[nodiscard]] ValueCounts no_counts() const { return ValueCounts(network_.program.values.size()); }

  /// The outputs [ticks, size], in the order of Program::outputs and the formats of their values. `inputs`
  /// are in the order of inputs_of(program). `memory` goes from before the run to after it. Safe to call from
  /// several threads. Errors: inputs of the wrong kind, number or length; too few ticks for what is read at
  /// an end.
  Result<std::vector<IntegerMatrix>> run(std::span<const Sequence> inputs, Memory& memory,
                                         ValueCounts& counts, ValueObserver* observer = nullptr) const;

 private:
  struct Prepared;  // what is derived once from the network

  const FixedNetwork& network_;
  std::unique_ptr<const Prepared> prepared_;
};

}  // namespace fixgate::program
