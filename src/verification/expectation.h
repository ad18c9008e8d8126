// What an accelerator must show for given sequences, from the reference simulator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hardware/accelerator.h"
#include "verification/test_sequences.h"

namespace fixgate {

struct ExpectedSequence {
  std::string name;
  bool keeps_state = false;
  int steps = 0;
  std::vector<std::int64_t> inputs;               // a beat each, in order
  std::vector<std::vector<std::int64_t>> hidden;  // by engine: [steps, units]; empty: the engine shows none
  std::vector<std::int64_t> outputs;              // a beat each, in order
};

/// Errors: a sequence that does not fit the network.
Result<std::vector<ExpectedSequence>> expect_sequences(const Accelerator& accelerator,
                                                       const std::vector<TestSequence>& sequences);

/// The input beats as the testbench reads them: "tdata tlast tuser" a line.
std::string beats_text(const Accelerator& accelerator, const std::vector<ExpectedSequence>& sequences);

std::int64_t count_outputs(const std::vector<ExpectedSequence>& sequences);

/// The signal of an engine's hidden values; -1: it shows none.
int hidden_signal(const Accelerator& accelerator, const Engine& engine);

}  // namespace fixgate
