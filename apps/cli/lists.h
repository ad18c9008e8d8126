// Lists on the command line: elements with commas between.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// Refuses a list with an empty element ("8,,16"), most likely a variable of the shell that was not set. The
/// help calls such an option's value LIST.
CLI::Validator comma_list();

/// The integers of "8,16,32", of `least` to `most` each. Error: another element; it names the option.
Result<std::vector<int>> parse_integers(const char* option, std::string_view list, int least, int most);

}  // namespace fixgate
