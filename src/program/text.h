// The text form of a program: prints, and parses back. docs/formats.md, "Text form", has the grammar.
#pragma once

#include <string>
#include <string_view>

#include "diagnostic/error.h"
#include "program/fixed_network.h"

namespace fixgate::program {

/// The network as text. With `full` every integer is in it, and parsing gives an equal network; without,
/// parsing gives without_integers(network).
std::string write_text(const FixedNetwork& network, bool full);

/// The inverse. Errors: what the grammar does not allow, a name that is not known or known twice, a number
/// outside its range; by line. What is parsed is not yet verified.
Result<FixedNetwork> parse_text(std::string_view text);

/// A name as the text writes it: bare where it is made of letters, digits, _ and /, and is no keyword; quoted
/// otherwise.
std::string quoted_name(std::string_view name);

}  // namespace fixgate::program
