// How long a simulation may take.
#pragma once

#include "hardware/accelerator.h"
#include "verification/expectation.h"
#include "verification/simulation.h"

namespace fixgate {

/// Seconds that are many times what the simulator needs for the sequences, of which the last ends in cycle
/// `predicted` without stalls.
double simulation_time_limit(const Accelerator& accelerator, const std::vector<ExpectedSequence>& sequences,
                             std::int64_t predicted, const SimulationSpec& spec);

}  // namespace fixgate
