// What a program's states remember, as arrays: one for each state, named layer.value, [depth, size], the
// latest tick first.
#pragma once

#include "data/npz_arrays.h"
#include "program/fixed_network.h"
#include "simulate/float/float_values.h"
#include "simulate/reference/tick_reader.h"

namespace fixgate {

/// Integers in the formats of the values.
Arrays state_arrays(const program::FixedNetwork& network, const program::Memory& memory);
/// Real numbers.
Arrays state_arrays(const program::Program& program, const program::FloatMemory& memory);

/// Errors name the array: missing, surplus, of another kind or shape; an integer outside the value's format,
/// a number that is not finite.
Result<program::Memory> memory_of(const Arrays& arrays, const program::FixedNetwork& network);
Result<program::FloatMemory> memory_of(const Arrays& arrays, const program::Program& program);

}  // namespace fixgate
