// Quantises and evaluates every network of a suite under every plan, on the test part of its task.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweep/records.h"
#include "sweep/suite.h"

namespace fixgate {

struct SweepOptions {
  std::filesystem::path data_root;  // empty: networks that need it are skipped, by name
  std::filesystem::path output;     // folder: results.json, table.md, NETWORK-PLAN.fxg and NETWORK.svg
};

// What a sweep writes into its folder.
inline constexpr const char* kResultsName = "results.json";
inline constexpr const char* kTableName = "table.md";

struct SweepResult {
  std::vector<SweepRecord> records;  // of this suite, in its order
  std::vector<std::string> skipped;  // names of networks
};

/// Results already in output/results.json with the same fingerprint are kept, not computed again; each new
/// one is written at once. Errors name the network and the plan.
Result<SweepResult> run_sweep(const Suite& suite, const SweepOptions& options);

}  // namespace fixgate
