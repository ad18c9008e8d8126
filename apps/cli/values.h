// Values on the command line that are most likely variables of the shell that were never set.
#pragma once

#include <CLI/CLI.hpp>
#include <span>

#include "diagnostic/error.h"

namespace fixgate {

/// Before the arguments are parsed. Error: "--option=" without a value; CLI11 would take the next argument.
Result<void> check_arguments(std::span<const char* const> arguments);

/// After they are parsed, with success or not. Error: a value of any option or argument of `app` or the
/// chosen command that is empty, or that is the name of another option. Nothing that is given counts as not
/// given.
Result<void> check_values(const CLI::App& app);

}  // namespace fixgate
