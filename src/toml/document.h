// What the readers of TOML files (tasks, plans, suites) share. Every error names the line.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// Error: not TOML, or a file of another kind.
Result<toml::table> parse_toml(std::string_view text);

/// "line 3".
std::string line_of(const toml::node& node);

/// Error: a key that is not one of `known`.
Result<void> check_keys(const toml::table& table, const std::vector<std::string_view>& known);

/// A number above 0, at most 1. Error: anything else.
Result<double> share_in(const toml::table& table, std::string_view key);

/// The tables of an array, [[key]] or key = [{...}]; none where the key is missing. Error: it is something
/// else.
Result<std::vector<const toml::table*>> tables_in(const toml::table& table, std::string_view key);

}  // namespace fixgate
