// RTL against the reference simulator, bit for bit, and cycles against the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hardware/memory_difference.h"
#include "synthesis/target.h"
#include "verification/simulation.h"
#include "verification/test_sequences.h"

namespace fixgate {

struct VerificationOptions {
  SimulatorKind simulator = SimulatorKind::Verilator;
  Stalls stalls = Stalls::Mixed;
  std::uint64_t seed = 1;                  // of the stalls
  std::filesystem::path waveform;          // of the stalled run; empty: none
  bool as_it_is = false;                   // run what the folder holds, whatever that is
  std::optional<double> time_limit;        // seconds a program may take; none: what its work needs at most
  std::optional<SynthesisTarget> netlist;  // the synthesised design instead; outputs only
  std::int64_t most_free_cycles = 100'000'000;  // predicted cycles of the free run; at least one sequence
  bool shows_progress = true;                   // on standard error
};

struct VerificationResult {
  std::string simulator;
  std::int64_t sequences = 0;
  std::int64_t steps = 0;
  std::int64_t hidden_values = 0;  // compared under stalls
  std::int64_t output_values = 0;
  std::int64_t mismatches = 0;  // of both runs
  std::string first_mismatch;
  MemoryDifference memories;  // of the folder's memories, from the network's

  // The free run: input always offered, output always taken.
  std::int64_t free_sequences = 0;
  std::int64_t cycles_predicted = 0;  // until the last output beat
  std::int64_t cycles_seen = 0;
  std::int64_t cycle_differences = 0;  // sequences that end in another cycle than predicted
  double utilisation = 0;              // useful products / (multipliers * cycles) of the free run

  [[nodiscard]] bool is_right() const {
    return mismatches == 0 && cycle_differences == 0 && memories.words == 0;
  }
};

/// Compares the design in `folder`, which `accelerator` was read from, with what fixgate rtl writes, builds
/// it in a folder of its own, and runs the sequences through it: all under stalls, and the first ones, up to
/// options.most_free_cycles, without. A design that differs from the simulator is a result, not an error.
/// Errors: a folder that was changed (not with options.as_it_is); a tool that is missing, fails or takes too
/// long; a waveform that cannot be written; a sequence that does not fit the network.
Result<VerificationResult> verify_accelerator(const Accelerator& accelerator,
                                              const std::filesystem::path& folder,
                                              const std::vector<TestSequence>& sequences,
                                              const VerificationOptions& options);

/// Error: the design differs, with the first mismatch in words. `name` is the design's.
Result<void> check(const VerificationResult& result, const std::string& name);

}  // namespace fixgate
