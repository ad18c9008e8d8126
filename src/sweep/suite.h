// A suite file (TOML): networks, their tasks, and the plans to try on each (docs/formats.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph_settings.h"
#include "quantize/plan.h"

namespace fixgate {

struct SuitePlan {
  std::string name;  // "default 4/8", "paper 8/8", or the plan file's stem
  FormatPlan plan;
  std::filesystem::path file = {};  // that the plan was read from; empty: a preset
};

/// A network and its data.
struct SuiteEntry {
  std::string name;
  std::filesystem::path model;
  std::filesystem::path task;
  bool needs_data_root = false;  // model and data lie in the data root, not beside the suite
  GraphSettings graph = {};      // `set` and `states`; what they do not say, the task does
};

struct SuiteNetwork : SuiteEntry {
  std::vector<SuitePlan> plans;
};

struct Suite {
  std::vector<SuiteNetwork> networks;
};

/// Names in a sweep's folder: NETWORK-PLAN.fxg and NETWORK.svg.
std::string network_file_name(const SuiteEntry& entry, const SuitePlan& plan);
std::string plot_file_name(const std::string& network);

/// Errors: not TOML, an unknown or missing key, a wrong type, an impossible width, a plan file that cannot be
/// read, two plans whose networks would be one file.
Result<Suite> parse_suite(std::string_view toml, const std::filesystem::path& folder);
Result<Suite> read_suite(const std::filesystem::path& path);

}  // namespace fixgate
