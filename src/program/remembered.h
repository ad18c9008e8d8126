// What the states of a program remember after a run: docs/numerics.md, "States".
#pragma once

#include <vector>

#include "program/read_path.h"

namespace fixgate::program {

/// Where the ticks that the state remembers after a run are found, the latest one first: a tick of the run
/// (Tick), what was remembered before it (Before), or, where the state begins anew at each tick of the
/// parent, its beginning (Initial).
std::vector<Place> remembered_after(const Program& program, StateId state, const TickCounts& counts);

}  // namespace fixgate::program
