// RTL against the reference simulator, bit for bit, and cycles against the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "synthesis/target.h"
#include "verification/simulation.h"
#include "verification/test_sequences.h"

namespace fixgate {

struct VerificationOptions {
  SimulatorKind simulator = SimulatorKind::Verilator;
  Stalls stalls = Stalls::Mixed;
  std::uint64_t seed = 1;                       // of the stalls
  std::filesystem::path build;                  // folder; empty: sim/build in the accelerator's
  std::filesystem::path waveform;               // of the stalled run; empty: none
  std::optional<SynthesisTarget> netlist;       // the synthesised design instead; outputs only
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

  // The free run: input always offered, output always taken.
  std::int64_t free_sequences = 0;
  std::int64_t cycles_predicted = 0;  // until the last output beat
  std::int64_t cycles_seen = 0;
  std::int64_t cycle_differences = 0;  // sequences that end in another cycle than predicted
  double utilisation = 0;              // useful products / (multipliers * cycles) of the free run

  [[nodiscard]] bool is_right() const { return mismatches == 0 && cycle_differences == 0; }
};

/// Builds the design in `folder`, which `accelerator` was read from, and runs the sequences through it: all
/// under stalls, and the first ones, up to options.most_free_cycles, without. A design that differs is a
/// result, not an error. Errors: a tool that is missing or fails, a damaged folder, a sequence that does not
/// fit the network.
Result<VerificationResult> verify_accelerator(const Accelerator& accelerator,
                                              const std::filesystem::path& folder,
                                              const std::vector<TestSequence>& sequences,
                                              const VerificationOptions& options);

/// Error: the design differs, with the first mismatch in words. `name` is the design's.
Result<void> check(const VerificationResult& result, const std::string& name);

}  // namespace fixgate
