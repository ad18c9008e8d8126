#include "quantize/rule_keys.h"

#include <algorithm>
#include <array>

namespace fixgate {
namespace {

bool is_piecewise_linear(const TableMethod& table) {
  return table.kind == TableKind::PiecewiseLinear;
}

// The PLAN approximation's segments and slopes are given.
bool has_free_segments(const TableMethod& table) {
  return is_piecewise_linear(table) && table.placement != TablePlacement::Plan;
}

bool is_lookup(const TableMethod& table) {
  return table.kind == TableKind::Lookup;
}

/// A key of a table rule, and which tables read it.
struct TableKey {
  const char* name;
  bool (*is_stated)(const TableRule& rule);
  bool (*is_read)(const TableMethod& table);
  const char* readers;
};

constexpr const char* kFreeSegments = "kind = \"piecewise_linear\" whose placement is not \"plan\"";
constexpr std::array kTableKeys = {
    TableKey{"placement", [](const TableRule& rule) { return rule.placement.has_value(); },
             is_piecewise_linear, "kind = \"piecewise_linear\""},
    TableKey{"segments", [](const TableRule& rule) { return rule.segments.has_value(); }, has_free_segments,
             kFreeSegments},
    TableKey{"slope_bits", [](const TableRule& rule) { return rule.slope_bits.has_value(); },
             has_free_segments, kFreeSegments},
    TableKey{"address_bits", [](const TableRule& rule) { return rule.address_bits.has_value(); }, is_lookup,
             "kind = \"lookup\""}};

}  // namespace

Result<void> check_keys(const WeightRule& rule, const std::vector<WeightEncoding>& encodings) {
  const auto is_integer = [](WeightEncoding encoding) { return encoding == WeightEncoding::Integer; };
  if (!rule.mixed_rows.value_or(false) || encodings.empty() || std::ranges::any_of(encodings, is_integer))
    return {};
  return fail("'mixed_rows' is for encoding = \"integer\", not for {}; drop it", to_text(encodings.front()));
}

Result<void> check_keys(const TableRule& rule, const std::vector<TableMethod>& tables) {
  if (tables.empty()) return {};
  for (const TableKey& key : kTableKeys)
    if (key.is_stated(rule) && std::ranges::none_of(tables, key.is_read))
      return fail("'{}' is for {}; say so, or drop it", key.name, key.readers);
  return {};
}

Result<void> check_keys(const WeightRule& rule) {
  return rule.encoding ? check_keys(rule, {*rule.encoding}) : Result<void>();
}

Result<void> check_keys(const TableRule& rule) {
  std::vector<TableMethod> possible;
  for (const TableKind kind : {TableKind::PiecewiseLinear, TableKind::Lookup})
    for (const TablePlacement placement : {TablePlacement::Adaptive, TablePlacement::Plan})
      possible.push_back({rule.kind.value_or(kind), rule.placement.value_or(placement)});
  return check_keys(rule, possible);
}

}  // namespace fixgate
