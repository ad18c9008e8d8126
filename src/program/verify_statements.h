// The part of verify() that looks at statements.
#pragma once

#include "diagnostic/error.h"
#include "program/program.h"

namespace fixgate::program {

/// Errors: unknown ids, reads that check_read refuses, values read before they are made, sizes that do not
/// fit.
Result<void> check_statement(const Program& program, const Layer& layer, const Statement& statement);

/// Errors: axes, channels or groups that are not positive or do not divide; more than 2^24 elements or
/// weights.
Result<void> check_slide(const Slide& slide);

}  // namespace fixgate::program
