#include "data/graph_settings.h"

#include <cmath>

#include "toml/document.h"

namespace fixgate {
namespace {

/// nullptr where the key is missing.
Result<const toml::table*> table_at(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) return fail("{}: '{}' must be a table", line_of(*node), key);
  return node->as_table();
}

}  // namespace

Result<GraphSettings> graph_settings_in(const toml::table& table) {
  GraphSettings settings;
  FIXGATE_ASSIGN(const toml::table* const set, table_at(table, "set"));
  FIXGATE_ASSIGN(const toml::table* const states, table_at(table, "states"));
  if (set != nullptr)
    for (const auto& [name, node] : *set) {
      const auto number = node.value<double>();
      if (!number || node.is_boolean() || !std::isfinite(*number) || name.str().empty())
        return fail("{}: set: '{}' must be a number", line_of(node), name.str());
      settings.set.emplace(name.str(), *number);
    }
  if (states != nullptr)
    for (const auto& [input, node] : *states) {
      const auto output = node.value_exact<std::string>();
      if (!output || output->empty() || input.str().empty())
        return fail("{}: states: '{}' must be the name of a graph output", line_of(node), input.str());
      settings.states.emplace_back(input.str(), *output);
    }
  return settings;
}

}  // namespace fixgate
