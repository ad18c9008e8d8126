// Checks of numbers on the command line, with messages that a person reads: CLI11 takes -1 for the greatest
// unsigned number, and writes the limits of a double out in 300 digits.
#pragma once

#include <CLI/CLI.hpp>

namespace fixgate {

/// A whole number from 0 on, of at most 64 bits.
CLI::Validator natural_number();

/// A number above 0.
CLI::Validator positive_number();

}  // namespace fixgate
