#include "sweep/suite.h"

#include <algorithm>
#include <map>

#include "files/read.h"
#include "sweep/suite_fields.h"
#include "toml/document.h"

namespace fixgate {
namespace {

Result<SuiteNetwork> network_from(const toml::table& table, const std::filesystem::path& folder) {
  FIXGATE_CHECK(check_keys(table, {"name", "model", "task", "needs_data_root", "set", "states", "plans"}));
  SuiteNetwork network;
  FIXGATE_ASSIGN(static_cast<SuiteEntry&>(network), entry_from(table, folder));
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

// Names differ, but files leave some characters out.
Result<void> check_file_names(const Suite& suite) {
  std::map<std::string, std::string> taken;  // by file
  for (const SuiteNetwork& network : suite.networks)
    for (const SuitePlan& plan : network.plans) {
      const std::string words = fmt::format("'{}', plan '{}'", network.name, plan.name);
      const auto [earlier, fresh] = taken.emplace(network_file_name(network, plan), words);
      if (!fresh)
        return fail("{}, and {}, would both be written to {}: rename one of them", earlier->second, words,
                    earlier->first);
    }
  return {};
}

}  // namespace

std::string network_file_name(const SuiteEntry& entry, const SuitePlan& plan) {
  std::string name = entry.name + "-" + plan.name;
  std::ranges::replace_if(
      name, [](char c) { return c == ' ' || c == '/'; }, '-');
  std::erase_if(name, [](char c) { return c == '%' || c == '+'; });
  return name + ".fxg";
}

std::string plot_file_name(const std::string& network) {
  return network + ".svg";
}

Result<Suite> parse_suite(std::string_view toml, const std::filesystem::path& folder) {
  Suite suite;
  FIXGATE_CHECK(read_suite_networks(toml, [&](const toml::table& table) -> Result<std::string> {
    FIXGATE_ASSIGN(SuiteNetwork network, network_from(table, folder));
    return suite.networks.emplace_back(std::move(network)).name;
  }));
  FIXGATE_CHECK(check_file_names(suite));
  return suite;
}

Result<Suite> read_suite(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLongestSuite));
  auto suite = parse_suite(bytes, path.parent_path());
  if (!suite) return tl::make_unexpected(suite.error().within(path.string()));
  return suite;
}

}  // namespace fixgate
