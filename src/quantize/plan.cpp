#include "quantize/plan.h"

#include <fmt/format.h>

#include "files/read.h"
#include "quantize/rule_keys.h"
#include "toml/document.h"

namespace fixgate {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kLongestPlan = std::size_t{64} << 20;

/// Reads the keys of one table and refuses those that nobody asked for.
class KeyReader {
 public:
  explicit KeyReader(const toml::table& table) : table_(table) {}

  template <typename T, typename Parse>
  void read(const char* key, std::optional<T>& target, Parse parse) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr || error_) return;
    Result<T> value = parse(*node);
    if (value)
      target = *value;
    else
      error_ = value.error().within(fmt::format("{}: '{}'", line_of(*node), key));
  }

  Result<void> finish() {
    if (error_) return tl::make_unexpected(*error_);
    return check_keys(table_, known_);
  }

 private:
  const toml::table& table_;
  std::vector<std::string_view> known_;
  std::optional<Error> error_;
};

Result<std::string> text(const toml::node& node) {
  const auto value = node.value_exact<std::string>();
  if (!value) return fail("must be a text");
  if (value->empty()) return fail("is empty");
  return *value;
}

Result<bool> flag(const toml::node& node) {
  if (const auto value = node.value_exact<bool>()) return *value;
  return fail("must be true or false");
}

/// A parser for integers of low..high.
auto integer(std::int64_t low, std::int64_t high) {
  return [low, high](const toml::node& node) -> Result<int> {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) return fail("must be an integer of {} to {}", low, high);
    return static_cast<int>(*value);
  };
}

Result<double> percentile(const toml::node& node) {
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value || !(*value > 0 && *value <= 100)) return fail("must be a number above 0, at most 100");
  return *value;
}

/// A parser for a word that `parse` knows.
template <typename T>
auto word(Result<T> (*parse)(std::string_view)) {
  return [parse](const toml::node& node) -> Result<T> {
    FIXGATE_ASSIGN(const std::string value, text(node));
    return parse(value);
  };
}

Result<TablePlacement> parse_placement(std::string_view text) {
  for (const TablePlacement placement :
       {TablePlacement::Uniform, TablePlacement::Adaptive, TablePlacement::Plan})
    if (text == to_text(placement)) return placement;
  return fail("'{}' is no placement: expected uniform, adaptive or plan", text);
}

void read_match(KeyReader& reader, std::string& match) {
  std::optional<std::string> stated;
  reader.read("match", stated, text);
  if (stated) match = *stated;
}

Result<SignalRule> signal_rule(const toml::table& table) {
  SignalRule rule;
  KeyReader reader(table);
  read_match(reader, rule.match);
  reader.read("role", rule.role, word(parse_signal_role));
  reader.read("format", rule.format, word(parse_format));
  reader.read("width", rule.width, integer(1, kMaxFormatWidth));
  reader.read("range", rule.range, word(parse_range_method));
  reader.read("percentile", rule.percentile, percentile);
  reader.read("rounding", rule.rounding, word(parse_rounding));
  reader.read("overflow", rule.overflow, word(parse_overflow));
  FIXGATE_CHECK(reader.finish());
  if (rule.format && (rule.width || rule.range))
    return fail("{}: 'format' says it all; drop 'width' and 'range'", line_of(table));
  if (rule.percentile && rule.range != RangeMethod::Percentile)
    return fail("{}: 'percentile' is for range = \"percentile\"; say so, or drop it", line_of(table));
  return rule;
}

Result<WeightRule> weight_rule(const toml::table& table) {
  WeightRule rule;
  KeyReader reader(table);
  read_match(reader, rule.match);
  reader.read("width", rule.width, integer(1, kMaxFormatWidth));
  reader.read("encoding", rule.encoding, word(parse_weight_encoding));
  reader.read("binary_point", rule.per_row, word(parse_binary_point));
  reader.read("fraction", rule.fraction, integer(-kMaxFraction, kMaxFraction));
  reader.read("rounding", rule.rounding, word(parse_weight_rounding));
  reader.read("correct_bias", rule.correct_bias, flag);
  reader.read("mixed_rows", rule.mixed_rows, flag);
  FIXGATE_CHECK(reader.finish());
  if (auto checked = check_keys(rule); !checked)
    return tl::make_unexpected(checked.error().within(line_of(table)));
  if (rule.encoding && rule.width)
    if (auto checked = check_weight_code({*rule.encoding, *rule.width}); !checked)
      return tl::make_unexpected(checked.error().within(line_of(table)));
  if (rule.fraction && rule.per_row.value_or(false))
    return fail("{}: 'fraction' is one for the matrix; drop it or say binary_point = \"per_matrix\"",
                line_of(table));
  return rule;
}

Result<TableRule> table_rule(const toml::table& table) {
  TableRule rule;
  KeyReader reader(table);
  read_match(reader, rule.match);
  reader.read("kind", rule.kind, word(parse_table_kind));
  reader.read("placement", rule.placement, word(parse_placement));
  reader.read("segments", rule.segments, integer(1, 4096));
  reader.read("slope_bits", rule.slope_bits, integer(0, 32));
  reader.read("address_bits", rule.address_bits, integer(0, kMaxTableInputWidth));
  FIXGATE_CHECK(reader.finish());
  if (rule.kind == TableKind::Rectifier)
    return fail("{}: a rectifier is chosen by the network (Relu), not by the plan", line_of(table));
  if (auto checked = check_keys(rule); !checked)
    return tl::make_unexpected(checked.error().within(line_of(table)));
  return rule;
}

template <typename Rule>
Result<void> read_rules(const toml::table& root, const char* key, Result<Rule> (*parse)(const toml::table&),
                        std::vector<Rule>& rules) {
  FIXGATE_ASSIGN(const auto tables, tables_in(root, key));
  for (const toml::table* table : tables) {
    FIXGATE_ASSIGN(Rule rule, parse(*table));
    rules.push_back(std::move(rule));
  }
  return {};
}

Result<FormatPlan> plan_from(const toml::table& root) {
  FIXGATE_CHECK(check_keys(root, {"version", "preset", "max_footprint", "signal", "weight", "table"}));
  if (root["version"].value_exact<std::int64_t>() != kVersion) return fail("'version' must be {}", kVersion);
  FormatPlan plan;
  if (const toml::node* preset = root.get("preset")) {
    FIXGATE_ASSIGN(plan.preset, text(*preset));
  }
  if (root.contains("max_footprint")) {
    FIXGATE_ASSIGN(plan.max_footprint, share_in(root, "max_footprint"));
  }
  FIXGATE_CHECK(read_rules(root, "signal", signal_rule, plan.signals));
  FIXGATE_CHECK(read_rules(root, "weight", weight_rule, plan.weights));
  FIXGATE_CHECK(read_rules(root, "table", table_rule, plan.tables));
  return plan;
}

/// Writes the keys of one rule.
class RuleWriter {
 public:
  RuleWriter(std::string& text, const char* kind, const std::string& match) : text_(text) {
    text_ += fmt::format("\n[[{}]]\n", kind);
    add_text("match", std::optional<std::string>(match));
  }
  void add_text(const char* key, const std::optional<std::string>& value) {
    if (value) text_ += fmt::format("{} = {}\n", key, quoted(*value));
  }
  template <typename T>
  void add_word(const char* key, const std::optional<T>& value) {
    if (value) add_text(key, to_text(*value));
  }
  template <typename T>
  void add(const char* key, const std::optional<T>& value) {
    if (value) text_ += fmt::format("{} = {}\n", key, *value);
  }

  static std::string quoted(const std::string& value) {
    std::string text = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        text += fmt::format("\\u{:04X}", static_cast<int>(c));
      else
        text += c;
    }
    return text + '"';
  }

 private:
  std::string& text_;
};

}  // namespace

std::string to_text(TablePlacement placement) {
  switch (placement) {
    case TablePlacement::Uniform:
      return "uniform";
    case TablePlacement::Adaptive:
      return "adaptive";
    case TablePlacement::Plan:
      break;
  }
  return "plan";
}

Result<bool> parse_binary_point(std::string_view text) {
  if (text == "per_row") return true;
  if (text == "per_matrix") return false;
  return fail("'{}' is no binary point: expected per_row or per_matrix", text);
}

Result<FormatPlan> parse_plan(std::string_view toml) {
  FIXGATE_ASSIGN(const toml::table root, parse_toml(toml));
  return plan_from(root);
}

Result<FormatPlan> read_plan(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLongestPlan));
  auto plan = parse_plan(bytes);
  if (!plan) return tl::make_unexpected(plan.error().within(path.string()));
  return plan;
}

std::string to_toml(const FormatPlan& plan) {
  std::string text = fmt::format("version = {}\n", kVersion);
  if (!plan.preset.empty()) text += fmt::format("preset = {}\n", RuleWriter::quoted(plan.preset));
  if (plan.max_footprint) text += fmt::format("max_footprint = {}\n", *plan.max_footprint);
  for (const SignalRule& rule : plan.signals) {
    RuleWriter writer(text, "signal", rule.match);
    writer.add_word("role", rule.role);
    writer.add_word("format", rule.format);
    writer.add("width", rule.width);
    writer.add_word("range", rule.range);
    writer.add("percentile", rule.percentile);
    writer.add_word("rounding", rule.rounding);
    writer.add_word("overflow", rule.overflow);
  }
  for (const WeightRule& rule : plan.weights) {
    RuleWriter writer(text, "weight", rule.match);
    writer.add("width", rule.width);
    writer.add_word("encoding", rule.encoding);
    if (rule.per_row) writer.add_text("binary_point", std::string(*rule.per_row ? "per_row" : "per_matrix"));
    writer.add("fraction", rule.fraction);
    writer.add_word("rounding", rule.rounding);
    writer.add("correct_bias", rule.correct_bias);
    writer.add("mixed_rows", rule.mixed_rows);
  }
  for (const TableRule& rule : plan.tables) {
    RuleWriter writer(text, "table", rule.match);
    writer.add_word("kind", rule.kind);
    writer.add_word("placement", rule.placement);
    writer.add("segments", rule.segments);
    writer.add("slope_bits", rule.slope_bits);
    writer.add("address_bits", rule.address_bits);
  }
  return text;
}

bool matches(std::string_view pattern, std::string_view name) {
  // The last star seen and where it began to match: enough to backtrack in linear memory and quadratic time.
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n]) && pattern[p] != '*') {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool needs_weight_statistics(const FormatPlan& plan) {
  return std::ranges::any_of(plan.weights, [](const WeightRule& rule) {
    return rule.rounding.value_or(WeightRounding::Nearest) != WeightRounding::Nearest ||
           rule.correct_bias.value_or(false);
  });
}

}  // namespace fixgate
