// A list of networks to generate and verify (TOML), and what came of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "files/file_use.h"
#include "sweep/suite.h"
#include "verification/verification.h"

namespace fixgate {

struct VerificationEntry : SuiteEntry {
  SuitePlan plan;
  int lanes = 1;                                         // multipliers of each layer
  std::vector<std::pair<std::string, int>> layer_lanes;  // of those that have another number
  std::string part = "test";                             // as gather_sequences() takes it
  TestLimits limits;
};

struct VerificationSuite {
  std::vector<VerificationEntry> networks;
};

/// [[network]] tables: name, model, task, needs_data_root, plan, lanes, and optionally layer_lanes, part,
/// sequences, steps. Errors: not TOML, an unknown or missing key, a wrong type, an impossible value.
Result<VerificationSuite> parse_verification_suite(std::string_view toml,
                                                   const std::filesystem::path& folder);
Result<VerificationSuite> read_verification_suite(const std::filesystem::path& path);

struct VerificationRecord {
  std::string network;
  std::string plan;
  int lanes = 0;
  std::string stalls;
  std::uint64_t seed = 0;
  VerificationResult result;
};

struct SuiteVerificationOptions {
  std::filesystem::path data_root;  // empty: networks that need it are skipped, by name
  std::filesystem::path output;     // folder: results.json, accelerators/NETWORK/
  VerificationOptions verification;
};

/// Tells `use` of the suite file at `path`, of all that its networks and plans are read from, and of what is
/// written for them. A suite that cannot be read names nothing: whoever reads it says why.
void add_verification_files(const std::filesystem::path& path, const SuiteVerificationOptions& options,
                            FileUse& use);

struct SuiteVerification {
  std::vector<VerificationRecord> records;
  std::vector<std::string> skipped;  // names of networks
};

/// Quantises, generates and verifies every network; results.json grows record by record. A network that is
/// wrong is a record, not an error.
Result<SuiteVerification> run_verification_suite(const VerificationSuite& suite,
                                                 const SuiteVerificationOptions& options);

std::string to_json(const std::vector<VerificationRecord>& records);
std::string to_table(const std::vector<VerificationRecord>& records);

/// Error: one is wrong; names the first.
Result<void> check(const std::vector<VerificationRecord>& records);

}  // namespace fixgate
