// What every simulator of programs asks of its inputs, and what states begin with.
#pragma once

#include <span>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "program/reading.h"
#include "simulate/reference/tick_reader.h"

namespace fixgate::program {

/// The ticks of every clock for one sequence of each input, in the order of inputs_of(program). Errors:
/// inputs of the wrong kind, number or length; too few ticks for what is read at an end.
Result<TickCounts> check_inputs(const Program& program, std::span<const Sequence> inputs);

/// What every state remembers at the beginning of a sequence.
Memory initial_memory_of(const FixedNetwork& network);

}  // namespace fixgate::program
