#include "sweep/suite_fields.h"

#include <algorithm>

#include "data/graph_settings.h"
#include "quantize/row_widths.h"
#include "toml/document.h"

namespace fixgate {
namespace {

constexpr std::int64_t kVersion = 1;

Result<void> read_network_tables(const toml::table& root, const NetworkReader& read) {
  FIXGATE_CHECK(check_keys(root, {"version", "network"}));
  if (root["version"].value_exact<std::int64_t>() != kVersion) return fail("'version' must be {}", kVersion);
  FIXGATE_ASSIGN(const auto networks, tables_in(root, "network"));
  if (!root.contains("network")) return fail("'network' must be there, an array of tables: [[network]]");
  std::vector<std::string> names;
  for (const toml::table* one : networks) {
    FIXGATE_ASSIGN(std::string name, read(*one));
    if (std::ranges::find(names, name) != names.end())
      return fail("{}: two networks are named '{}'", line_of(*one), name);
    names.push_back(std::move(name));
  }
  return {};
}

}  // namespace

Result<void> read_suite_networks(std::string_view toml, const NetworkReader& read) {
  FIXGATE_ASSIGN(const toml::table root, parse_toml(toml));
  return read_network_tables(root, read);
}

Result<std::string> text(const toml::table& table, std::string_view key) {
  const auto value = table[key].value_exact<std::string>();
  if (!value) return fail("{}: '{}' must be there, and a text", line_of(table), key);
  if (value->empty()) return fail("{}: '{}' is empty", line_of(*table.get(key)), key);
  return *value;
}

Result<int> integer(const toml::table& table, std::string_view key, int most) {
  const auto value = table[key].value_exact<std::int64_t>();
  if (value && *value >= 1 && *value <= most) return static_cast<int>(*value);
  return fail("{}: '{}' must be there, an integer of 1 to {}", line_of(table), key, most);
}

Result<bool> flag(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  if (const auto value = node->value_exact<bool>()) return *value;
  return fail("{}: '{}' must be true or false", line_of(*node), key);
}

namespace {

/// The word at `key`, which `parse` knows; the plan's name gets it.
template <typename T>
Result<void> read_change(const toml::table& table, std::string_view key, Result<T> (*parse)(std::string_view),
                         std::optional<T>& target, std::string& name) {
  if (!table.contains(key)) return {};
  FIXGATE_ASSIGN(const std::string word, text(table, key));
  auto value = parse(word);
  if (!value) return tl::make_unexpected(value.error().within(fmt::format("{}: '{}'", line_of(table), key)));
  target = *value;
  name += " +" + word;
  return {};
}

/// What the table changes of a preset: rules behind those of the plan, and words behind its name.
Result<void> change_preset(const toml::table& table, SuitePlan& plan) {
  WeightRule weights;
  FIXGATE_CHECK(read_change(table, "rounding", parse_weight_rounding, weights.rounding, plan.name));
  FIXGATE_CHECK(read_change(table, "binary_point", parse_binary_point, weights.per_row, plan.name));
  FIXGATE_ASSIGN(const bool corrects_bias, flag(table, "correct_bias"));
  if (table.contains("correct_bias")) {
    weights.correct_bias = corrects_bias;
    plan.name += corrects_bias ? " +correct_bias" : " -correct_bias";
  }
  FIXGATE_ASSIGN(const bool mixes_rows, flag(table, "mixed_rows"));
  if (mixes_rows) {
    weights.mixed_rows = true;
    plan.name += " +mixed_rows";
  }
  if (weights.rounding || weights.per_row || weights.correct_bias || weights.mixed_rows)
    plan.plan.weights.push_back(std::move(weights));
  SignalRule signals;
  FIXGATE_CHECK(read_change(table, "range", parse_range_method, signals.range, plan.name));
  if (signals.range) plan.plan.signals.push_back(std::move(signals));
  return {};
}

/// A greatest footprint makes weights narrower, so that their rows may differ after all.
Result<void> check_mixed_rows(const toml::table& table, int width) {
  FIXGATE_ASSIGN(const bool mixes_rows, flag(table, "mixed_rows"));
  if (!mixes_rows || table.contains("max_footprint") || can_mix_rows(width)) return {};
  return fail(
      "{}: 'mixed_rows' does nothing with weights = {}: give 3 to 7 bits or a max_footprint, or drop it",
      line_of(table), width);
}

}  // namespace

Result<SuitePlan> plan_from(const toml::table& table, const std::filesystem::path& folder) {
  SuitePlan plan;
  if (table.contains("file")) {
    FIXGATE_CHECK(check_keys(table, {"file"}));
    FIXGATE_ASSIGN(const std::string file, text(table, "file"));
    plan.name = std::filesystem::path(file).stem().string();
    plan.file = folder / file;
    FIXGATE_ASSIGN(plan.plan, read_plan(plan.file));
    return plan;
  }
  FIXGATE_CHECK(check_keys(table, {"preset", "weights", "activations", "max_footprint", "binary_point",
                                   "range", "rounding", "correct_bias", "mixed_rows"}));
  FIXGATE_ASSIGN(const std::string preset, text(table, "preset"));
  FIXGATE_ASSIGN(const int weights, integer(table, "weights", kMaxFormatWidth));
  FIXGATE_ASSIGN(const int activations, integer(table, "activations", kMaxFormatWidth));
  plan.name = fmt::format("{} {}/{}", preset, weights, activations);
  FIXGATE_ASSIGN(plan.plan, preset_plan(preset, {weights, activations}));
  FIXGATE_CHECK(change_preset(table, plan));
  FIXGATE_CHECK(check_mixed_rows(table, weights));
  if (!table.contains("max_footprint")) return plan;
  FIXGATE_ASSIGN(plan.plan.max_footprint, share_in(table, "max_footprint"));
  plan.name += fmt::format(" in {:g}%", 100 * *plan.plan.max_footprint);
  return plan;
}

namespace {

constexpr std::size_t kLongestName = 100;  // bytes

/// A name that files can begin with: it stays in its folder and in its line.
Result<std::string> network_name(const toml::table& table) {
  FIXGATE_ASSIGN(std::string name, text(table, "name"));
  const bool is_plain =
      std::ranges::none_of(name, [](char c) { return c == '/' || (c >= 0 && c < ' ') || c == '\x7f'; });
  if (is_plain && !name.empty() && name.front() != '.' && name.size() <= kLongestName) return name;
  return fail(
      "{}: 'name': files are named after it: give at most {} bytes without '/', control characters or a "
      "leading '.'",
      line_of(*table.get("name")), kLongestName);
}

}  // namespace

Result<SuiteEntry> entry_from(const toml::table& table, const std::filesystem::path& folder) {
  SuiteEntry entry;
  FIXGATE_ASSIGN(entry.name, network_name(table));
  FIXGATE_ASSIGN(entry.model, text(table, "model"));
  FIXGATE_ASSIGN(const std::string task, text(table, "task"));
  entry.task = folder / task;
  FIXGATE_ASSIGN(entry.needs_data_root, flag(table, "needs_data_root"));
  FIXGATE_ASSIGN(entry.graph, graph_settings_in(table));
  if (!entry.needs_data_root) entry.model = folder / entry.model;
  return entry;
}

}  // namespace fixgate
