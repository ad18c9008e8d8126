// The lines of the text form that say where a program comes from.
#pragma once

#include <string>

#include "diagnostic/error.h"
#include "program/origin.h"
#include "program/text_lexer.h"

namespace fixgate::program {

/// A line for each setting, stated state and constant output.
std::string origin_text(const Origin& origin);

/// Reads the rest of a line that begins with the word "origin". Errors: an unknown kind of line; a number that
/// is none; numbers of a constant output that its shape does not have.
Result<void> parse_origin(LineCursor& line, Origin& origin);

}  // namespace fixgate::program
