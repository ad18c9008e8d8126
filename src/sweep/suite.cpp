#include "sweep/suite.h"

#include <algorithm>

#include "files/read.h"
#include "sweep/suite_fields.h"

namespace fixgate {
namespace {

Result<SuiteNetwork> network_from(const toml::table& table, const std::filesystem::path& folder) {
  FIXGATE_CHECK(check_keys(table, {"name", "model", "task", "needs_data_root", "plans"}));
  SuiteNetwork network;
  FIXGATE_ASSIGN(static_cast<SuiteEntry&>(network), entry_from(table, folder));
  const toml::array* plans = table["plans"].as_array();
  if (plans == nullptr || plans->empty())
    return fail("{}: 'plans' must be there, an array of tables", place(table));
  for (const toml::node& node : *plans) {
    if (!node.is_table()) return fail("{}: 'plans' must be an array of tables", place(node));
    FIXGATE_ASSIGN(SuitePlan plan, plan_from(*node.as_table(), folder));
    if (std::ranges::find(network.plans, plan.name, &SuitePlan::name) != network.plans.end())
      return fail("{}: two plans of '{}' are named '{}'", place(node), network.name, plan.name);
    network.plans.push_back(std::move(plan));
  }
  return network;
}

}  // namespace

Result<Suite> parse_suite(std::string_view toml, const std::filesystem::path& folder) {
  Suite suite;
  FIXGATE_CHECK(read_suite_networks(toml, [&](const toml::table& table) -> Result<std::string> {
    FIXGATE_ASSIGN(SuiteNetwork network, network_from(table, folder));
    return suite.networks.emplace_back(std::move(network)).name;
  }));
  return suite;
}

Result<Suite> read_suite(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLongestSuite));
  auto suite = parse_suite(bytes, path.parent_path());
  if (!suite) return tl::make_unexpected(suite.error().within(path.string()));
  return suite;
}

}  // namespace fixgate
