#include "toml/document.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <exception>

#include "files/kind.h"

namespace fixgate {

Result<toml::table> parse_toml(std::string_view text) {
  if (const std::string kind = kind_of(text); !kind.empty())
    return fail("is {}; a text file (TOML) is expected", kind);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail("line {}: {}", error.source().begin.line, error.description());
  } catch (const std::exception& error) {
    return fail("is not TOML: {}", error.what());
  }
}

std::string line_of(const toml::node& node) {
  return fmt::format("line {}", std::max<std::uint32_t>(node.source().begin.line, 1));
}

Result<void> check_keys(const toml::table& table, const std::vector<std::string_view>& known) {
  for (const auto& [key, node] : table)
    if (std::ranges::find(known, key.str()) == known.end())
      return fail("{}: unknown key '{}'; known here: {}", line_of(node), key.str(), fmt::join(known, ", "));
  return {};
}

Result<double> share_in(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  const auto value = node != nullptr && node->is_number() ? node->value<double>() : std::nullopt;
  if (value && *value > 0 && *value <= 1) return *value;
  return fail("{}: '{}' must be a number above 0, at most 1", line_of(node == nullptr ? table : *node), key);
}

Result<std::vector<const toml::table*>> tables_in(const toml::table& table, std::string_view key) {
  std::vector<const toml::table*> tables;
  const toml::node* node = table.get(key);
  if (node == nullptr) return tables;
  const toml::array* list = node->as_array();
  if (list == nullptr) return fail("{}: '{}' must be an array of tables: [[{}]]", line_of(*node), key, key);
  for (const toml::node& entry : *list) {
    if (!entry.is_table())
      return fail("{}: '{}' must be an array of tables: [[{}]]", line_of(entry), key, key);
    tables.push_back(entry.as_table());
  }
  return tables;
}

}  // namespace fixgate
