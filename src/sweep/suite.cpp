#include "sweep/suite.h"

#include <algorithm>

#include "files/read.h"
#include "toml/document.h"

namespace fixgate {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kLongestSuite = std::size_t{1} << 20;

Result<std::string> text(const toml::table& table, std::string_view key) {
  if (const auto value = table[key].value_exact<std::string>()) return *value;
  return fail("{}: '{}' must be there, and a text", line_of(table), key);
}

Result<int> integer(const toml::table& table, std::string_view key) {
  const auto value = table[key].value_exact<std::int64_t>();
  if (value && *value >= 1 && *value <= kMaxFormatWidth) return static_cast<int>(*value);
  return fail("{}: '{}' must be there, an integer of 1 to {}", line_of(table), key, kMaxFormatWidth);
}

/// False where the key is missing.
Result<bool> flag(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  if (const auto value = node->value_exact<bool>()) return *value;
  return fail("{}: '{}' must be true or false", line_of(*node), key);
}

Result<SuitePlan> plan_from(const toml::table& table, const std::filesystem::path& folder) {
  SuitePlan plan;
  if (table.contains("file")) {
    FIXGATE_CHECK(check_keys(table, {"file"}));
    FIXGATE_ASSIGN(const std::string file, text(table, "file"));
    plan.name = std::filesystem::path(file).stem().string();
    FIXGATE_ASSIGN(plan.plan, read_plan(folder / file));
    return plan;
  }
  FIXGATE_CHECK(check_keys(table, {"preset", "weights", "activations"}));
  FIXGATE_ASSIGN(const std::string preset, text(table, "preset"));
  FIXGATE_ASSIGN(const int weights, integer(table, "weights"));
  FIXGATE_ASSIGN(const int activations, integer(table, "activations"));
  plan.name = fmt::format("{} {}/{}", preset, weights, activations);
  FIXGATE_ASSIGN(plan.plan, preset_plan(preset, {weights, activations}));
  return plan;
}

Result<SuiteNetwork> network_from(const toml::table& table, const std::filesystem::path& folder) {
  FIXGATE_CHECK(check_keys(table, {"name", "model", "task", "needs_data_root", "plans"}));
  SuiteNetwork network;
  FIXGATE_ASSIGN(network.name, text(table, "name"));
  FIXGATE_ASSIGN(network.model, text(table, "model"));
  FIXGATE_ASSIGN(const std::string task, text(table, "task"));
  network.task = folder / task;
  FIXGATE_ASSIGN(network.needs_data_root, flag(table, "needs_data_root"));
  if (!network.needs_data_root) network.model = folder / network.model;
  FIXGATE_ASSIGN(const auto plans, tables_in(table, "plans"));
  if (plans.empty()) return fail("{}: 'plans' must be there, an array of tables", line_of(table));
  for (const toml::table* one : plans) {
    FIXGATE_ASSIGN(SuitePlan plan, plan_from(*one, folder));
    if (std::ranges::find(network.plans, plan.name, &SuitePlan::name) != network.plans.end())
      return fail("{}: two plans of '{}' are named '{}'", line_of(*one), network.name, plan.name);
    network.plans.push_back(std::move(plan));
  }
  return network;
}

Result<Suite> suite_from(const toml::table& root, const std::filesystem::path& folder) {
  FIXGATE_CHECK(check_keys(root, {"version", "network"}));
  if (root["version"].value_exact<std::int64_t>() != kVersion) return fail("'version' must be {}", kVersion);
  FIXGATE_ASSIGN(const auto networks, tables_in(root, "network"));
  if (!root.contains("network")) return fail("'network' must be there, an array of tables: [[network]]");
  Suite suite;
  for (const toml::table* one : networks) {
    FIXGATE_ASSIGN(SuiteNetwork network, network_from(*one, folder));
    if (std::ranges::find(suite.networks, network.name, &SuiteNetwork::name) != suite.networks.end())
      return fail("{}: two networks are named '{}'", line_of(*one), network.name);
    suite.networks.push_back(std::move(network));
  }
  return suite;
}

}  // namespace

Result<Suite> parse_suite(std::string_view toml, const std::filesystem::path& folder) {
  FIXGATE_ASSIGN(const toml::table root, parse_toml(toml));
  return suite_from(root, folder);
}

Result<Suite> read_suite(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLongestSuite));
  auto suite = parse_suite(bytes, path.parent_path());
  if (!suite) return tl::make_unexpected(suite.error().within(path.string()));
  return suite;
}

}  // namespace fixgate
