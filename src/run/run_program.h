// Runs a float or fixed-point program on data and hands out its outputs and any value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diagnostic/supervision.h"
#include "program/fixed_network.h"
#include "program/float_network.h"
#include "run/run_data.h"
#include "run/run_outputs.h"
#include "simulate/simulator.h"

namespace fixgate {

struct RunOptions {
  std::vector<std::string> signals;  // patterns (* and ?) of values, layer.value; each tick of them is kept
  Simulator simulator = Simulator::Fast;
  bool integers = false;              // of a fixed-point network: integers instead of real numbers
  std::optional<Arrays> state_input;  // go on from there; of one sequence
};

struct RunResult {
  Arrays outputs;  // under the names of the file's outputs, constant ones too; chosen values under theirs
  Arrays states;   // after the last sequence
};

/// Sequences each begin with the initial states, or with the state that is given. Errors: data that does not
/// fit the program; a pattern that matches no value; a state for several sequences.
Result<RunResult> run_program(const program::FixedNetwork& network, const RunData& data,
                              const RunOptions& options, const Supervision& supervision = {});
Result<RunResult> run_program(const program::FloatNetwork& network, const RunData& data,
                              const RunOptions& options, const Supervision& supervision = {});

}  // namespace fixgate
