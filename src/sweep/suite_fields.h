// The fields of suite files (TOML), read with the line's number in every error.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "sweep/suite.h"

namespace fixgate {

inline constexpr std::size_t kLongestSuite = std::size_t{1} << 20;  // bytes

/// Reads one [[network]] and returns its name.
using NetworkReader = std::function<Result<std::string>(const toml::table&)>;

/// Hands every [[network]] of a suite to `read`. Errors: not TOML, another version, an unknown key, two
/// networks of one name, those of `read`.
Result<void> read_suite_networks(std::string_view toml, const NetworkReader& read);

/// Errors: missing, empty, or of another type.
Result<std::string> text(const toml::table& table, std::string_view key);
/// Errors: missing, or no integer of 1..most.
Result<int> integer(const toml::table& table, std::string_view key, int most);
/// False where the key is missing. Error: of another type.
Result<bool> flag(const toml::table& table, std::string_view key);

/// {file = ...} or {preset = ..., weights = ..., activations = ...}, with what changes the preset: rounding,
/// binary_point, correct_bias, range, max_footprint. Errors: those of the fields, of the plan.
Result<SuitePlan> plan_from(const toml::table& table, const std::filesystem::path& folder);

/// name, model, task, needs_data_root, set, states.
Result<SuiteEntry> entry_from(const toml::table& table, const std::filesystem::path& folder);

}  // namespace fixgate
