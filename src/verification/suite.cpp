#include "verification/suite.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "data/load.h"
#include "diagnostic/terminal.h"
#include "files/read.h"
#include "files/write.h"
#include "fixed/file.h"
#include "quantize/calibrated_program.h"
#include "simulate/sequence_check.h"
#include "sweep/load_program.h"
#include "sweep/suite_fields.h"
#include "sweep/suite_files.h"
#include "toml/document.h"
#include "verification/gather.h"

namespace fixgate {
namespace {

constexpr int kMostLanes = 1 << 20;
constexpr const char* kAccelerators = "accelerators";
constexpr const char* kBuild = "build";
constexpr const char* kResults = "results.json";

/// None where the key is missing.
Result<std::optional<std::int64_t>> optional_count(const toml::table& table, std::string_view key) {
  if (!table.contains(key)) return std::nullopt;
  FIXGATE_ASSIGN(const int count, integer(table, key, std::numeric_limits<int>::max()));
  return count;
}

/// layer_lanes = {LAYER = N, ...}
Result<std::vector<std::pair<std::string, int>>> layer_lanes_from(const toml::table& table) {
  std::vector<std::pair<std::string, int>> lanes;
  if (!table.contains("layer_lanes")) return lanes;
  const toml::table* layers = table["layer_lanes"].as_table();
  if (layers == nullptr) return fail("{}: 'layer_lanes' must be a table", line_of(table));
  for (const auto& [layer, node] : *layers) {
    FIXGATE_ASSIGN(const int count, integer(*layers, layer.str(), kMostLanes));
    lanes.emplace_back(layer.str(), count);
  }
  return lanes;
}

Result<VerificationEntry> verification_from(const toml::table& table, const std::filesystem::path& folder) {
  FIXGATE_CHECK(check_keys(table, {"name", "model", "task", "needs_data_root", "set", "states", "plan",
                                   "lanes", "layer_lanes", "part", "sequences", "steps"}));
  VerificationEntry entry;
  FIXGATE_ASSIGN(static_cast<SuiteEntry&>(entry), entry_from(table, folder));
  const toml::table* plan = table["plan"].as_table();
  if (plan == nullptr) return fail("{}: 'plan' must be there, a table", line_of(table));
  FIXGATE_ASSIGN(entry.plan, plan_from(*plan, folder));
  FIXGATE_ASSIGN(entry.lanes, integer(table, "lanes", kMostLanes));
  FIXGATE_ASSIGN(entry.layer_lanes, layer_lanes_from(table));
  if (table.contains("part")) {
    FIXGATE_ASSIGN(entry.part, text(table, "part"));
  }
  FIXGATE_ASSIGN(entry.limits.sequences, optional_count(table, "sequences"));
  FIXGATE_ASSIGN(entry.limits.steps, optional_count(table, "steps"));
  return entry;
}

Result<program::FixedNetwork> quantised(const VerificationEntry& entry, const std::filesystem::path& model,
                                        const Task& task, const std::filesystem::path& data_root) {
  FIXGATE_ASSIGN(const lowering::LoweredProgram lowered,
                 load_program(model, merged(entry.graph, task.graph)));
  const program::FloatNetwork& network = lowered.network;
  FIXGATE_ASSIGN(const DataSet calibration, load_data(task, Part::Calibration, data_root));
  FIXGATE_CHECK(check_data(network.program, calibration));
  FIXGATE_ASSIGN(auto calibrated, program::CalibratedProgram::make(
                                      network, program::recordings_of(calibration), task.metric,
                                      task.calibration.seed, learning_of(network.program, task, data_root)));
  FIXGATE_ASSIGN(program::QuantisedProgram quantised, calibrated.quantise(entry.plan.plan));
  return std::move(quantised.network);
}

Result<VerificationRecord> verify_entry(const VerificationEntry& entry,
                                        const SuiteVerificationOptions& options) {
  const std::filesystem::path root = entry.needs_data_root ? options.data_root : "";
  const std::filesystem::path folder = options.output / kAccelerators / entry.name;
  FIXGATE_ASSIGN(const Task task, read_task(entry.task));
  FIXGATE_ASSIGN(program::FixedNetwork network,
                 quantised(entry, entry.needs_data_root ? root / entry.model : entry.model, task, root));
  AcceleratorOptions design;
  design.lanes = entry.layer_lanes;
  design.lanes.emplace_back("", entry.lanes);
  FIXGATE_ASSIGN(const Accelerator accelerator, design_accelerator(std::move(network), design));
  FIXGATE_CHECK(write_accelerator(accelerator, folder));
  FIXGATE_ASSIGN(const auto sequences,
                 gather_sequences(task, accelerator.network.call, entry.part, root, entry.limits));
  VerificationRecord record{entry.name,
                            entry.plan.name,
                            entry.lanes,
                            to_text(options.verification.stalls),
                            options.verification.seed,
                            {}};
  FIXGATE_ASSIGN(record.result, verify_accelerator(accelerator, folder, sequences, options.verification));
  return record;
}

nlohmann::ordered_json record_json(const VerificationRecord& record) {
  const VerificationResult& result = record.result;
  nlohmann::ordered_json json{{"network", record.network},
                              {"plan", record.plan},
                              {"lanes", record.lanes},
                              {"sequences", result.sequences},
                              {"steps", result.steps},
                              {"values", result.hidden_values + result.output_values},
                              {"mismatches", result.mismatches},
                              {"cycles_predicted", result.cycles_predicted},
                              {"cycles_seen", result.cycles_seen},
                              {"cycle_differences", result.cycle_differences},
                              {"cycle_sequences", result.free_sequences},
                              {"utilisation", result.utilisation},
                              {"simulator", result.simulator},
                              {"stalls", record.stalls},
                              {"seed", record.seed}};
  if (!result.first_mismatch.empty()) json["first_mismatch"] = result.first_mismatch;
  return json;
}

}  // namespace

Result<VerificationSuite> parse_verification_suite(std::string_view toml,
                                                   const std::filesystem::path& folder) {
  VerificationSuite suite;
  FIXGATE_CHECK(read_suite_networks(toml, [&](const toml::table& table) -> Result<std::string> {
    FIXGATE_ASSIGN(VerificationEntry entry, verification_from(table, folder));
    return suite.networks.emplace_back(std::move(entry)).name;
  }));
  return suite;
}

Result<VerificationSuite> read_verification_suite(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLongestSuite));
  auto suite = parse_verification_suite(bytes, path.parent_path());
  if (!suite) return tl::make_unexpected(suite.error().within(path.string()));
  return suite;
}

Result<SuiteVerification> run_verification_suite(const VerificationSuite& suite,
                                                 const SuiteVerificationOptions& options) {
  SuiteVerification done;
  std::error_code error;
  const std::filesystem::path accelerators = options.output / kAccelerators;
  std::filesystem::create_directories(accelerators, error);
  if (error) return fail("{}: cannot be made: {}", accelerators.string(), error.message());
  for (const VerificationEntry& entry : suite.networks) {
    if (entry.needs_data_root && options.data_root.empty()) {
      done.skipped.push_back(entry.name);
      continue;
    }
    auto record = verify_entry(entry, options);
    if (!record) return tl::make_unexpected(record.error().within(entry.name));
    notice(fmt::format("{}: {} mismatches, cycles {} predicted, {} seen", entry.name,
                       record->result.mismatches, record->result.cycles_predicted,
                       record->result.cycles_seen));
    done.records.push_back(std::move(*record));
    FIXGATE_CHECK(write_file(options.output / kResults, to_json(done.records)));
  }
  return done;
}

void add_verification_files(const std::filesystem::path& path, const SuiteVerificationOptions& options,
                            FileUse& use) {
  constexpr const char* kOutput = "--output";
  use.reads(path, "the suite");
  use.rewrites(options.output / kResults, kOutput, [](std::string_view bytes) {
    return bytes.starts_with("[]") || bytes.starts_with("[\n {\n  \"network\": ");
  });
  const auto suite = read_verification_suite(path);
  if (!suite) return;
  for (const VerificationEntry& entry : suite->networks) {
    add_entry_files(entry, options.data_root, use);
    use.reads(entry.plan.file, "a plan of the suite");
    use.replaces(options.output / kAccelerators / entry.name, kOutput);
    use.replaces(options.output / kBuild / entry.name, kOutput);
  }
}

std::string to_json(const std::vector<VerificationRecord>& records) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const VerificationRecord& record : records) json.push_back(record_json(record));
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string to_table(const std::vector<VerificationRecord>& records) {
  const char* row = "{:<14} {:<12} {:>6} {:>10} {:>8} {:>10} {:>11} {:>12} {:>12} {:>11}\n";
  std::string table = fmt::format(fmt::runtime(row), "network", "plan", "lanes", "sequences", "steps",
                                  "values", "mismatches", "predicted", "seen", "utilisation");
  for (const VerificationRecord& record : records) {
    const VerificationResult& result = record.result;
    table += fmt::format(fmt::runtime(row), record.network, record.plan, record.lanes, result.sequences,
                         result.steps, result.hidden_values + result.output_values, result.mismatches,
                         result.cycles_predicted, result.cycles_seen,
                         fmt::format("{:.2f} %", 100 * result.utilisation));
  }
  return table;
}

Result<void> check(const std::vector<VerificationRecord>& records) {
  for (const VerificationRecord& record : records) FIXGATE_CHECK(check(record.result, record.network));
  return {};
}

}  // namespace fixgate
