// Whether a program, or a network with its integers, is one that can be run.
#pragma once

#include "diagnostic/error.h"
#include "program/fixed_network.h"

namespace fixgate::program {

/// Errors: ids, sizes, clocks, orders or geometries that do not fit together; by layer and value.
Result<void> verify(const Program& program);

/// The same, and: integers outside their codes or of the wrong number, tables that do not fit the statements
/// that read them, moves between formats, sums of more than 64 bits.
Result<void> verify(const FixedNetwork& network);

}  // namespace fixgate::program
