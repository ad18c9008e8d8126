// The lines of the text form that hold a network's integers.
#pragma once

#include "program/fixed_network.h"
#include "program/text_lexer.h"
#include "program/text_scope.h"

namespace fixgate::program {

/// Reads a line that begins with weights, values, entries, segment, initial, parameters or plan into the
/// network, whose program is complete. Errors: unknown names, rows out of order, integers of the wrong number
/// or range.
Result<void> parse_integers(LineCursor& line, const TextScope& scope, FixedNetwork& network);

/// True if the line begins with such a word.
bool begins_integers(const LineCursor& line);

}  // namespace fixgate::program
