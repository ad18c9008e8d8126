#include "data/task.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>

#include "data/graph_settings.h"
#include "files/read.h"
#include "toml/document.h"

namespace fixgate {
namespace {

constexpr std::uintmax_t kFileLimit = std::uintmax_t{1} << 20;
constexpr std::int64_t kMost = 1'000'000'000;
constexpr std::size_t kLongestString = 4096;

// One table of the file, read key by key; a message is "line 3: table.key ...".
class Table {
 public:
  Table(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }

  // An error about `key`, at its line, or at the table's where the key is missing.
  [[nodiscard]] Error wrong(std::string_view key, const std::string& what) const {
    const toml::node* const node = table_.get(key);
    return {fmt::format("{}: {}{} {}", line_of(node != nullptr ? *node : table_), prefix(), key, what)};
  }

  [[nodiscard]] Result<void> only(const std::vector<std::string_view>& known) const {
    return check_keys(table_, known);
  }

  [[nodiscard]] Result<Table> table(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) return tl::make_unexpected(wrong(key, fmt::format("is missing: add [{}]", key)));
    if (!node->is_table()) return tl::make_unexpected(wrong(key, "must be a table"));
    return Table(*node->as_table(), std::string(key));
  }

  [[nodiscard]] Result<GraphSettings> settings() const { return graph_settings_in(table_); }

  [[nodiscard]] Result<std::string> string(std::string_view key) const {
    if (!has(key)) return tl::make_unexpected(wrong(key, "is missing"));
    return optional_string(key);
  }

  // Empty where the key is missing.
  [[nodiscard]] Result<std::string> optional_string(std::string_view key) const {
    if (!has(key)) return std::string();
    const auto value = table_.get(key)->value_exact<std::string>();
    if (!value) return tl::make_unexpected(wrong(key, "must be a string"));
    const bool has_control =
        std::any_of(value->begin(), value->end(), [](char c) { return c >= 0 && c < ' '; });
    if (has_control) return tl::make_unexpected(wrong(key, "holds a control character"));
    if (value->empty()) return tl::make_unexpected(wrong(key, "is empty"));
    if (value->size() > kLongestString)
      return tl::make_unexpected(wrong(key, fmt::format("is longer than {} bytes", kLongestString)));
    return *value;
  }

  [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most,
                                             std::optional<std::int64_t> otherwise = std::nullopt) const {
    if (!has(key) && otherwise) return *otherwise;
    if (!has(key)) return tl::make_unexpected(wrong(key, "is missing"));
    const auto value = table_.get(key)->value_exact<std::int64_t>();
    if (!value) return tl::make_unexpected(wrong(key, "must be an integer"));
    if (*value < least || *value > most)
      return tl::make_unexpected(
          wrong(key, fmt::format("is {}; {} to {} are possible", *value, least, most)));
    return *value;
  }

  [[nodiscard]] Result<double> share(std::string_view key, double otherwise) const {
    if (!has(key)) return otherwise;
    const auto value = table_.get(key)->value_exact<double>();
    if (!value) return tl::make_unexpected(wrong(key, "must be a number with a decimal point"));
    if (!(*value > 0 && *value < 1))
      return tl::make_unexpected(wrong(key, fmt::format("is {}; it must be above 0 and below 1", *value)));
    return *value;
  }

  // The position of the key's value among `names`.
  [[nodiscard]] Result<std::size_t> choice(std::string_view key,
                                           std::initializer_list<std::string_view> names) const {
    FIXGATE_ASSIGN(const std::string value, string(key));
    const auto* const found = std::find(names.begin(), names.end(), value);
    if (found == names.end())
      return tl::make_unexpected(
          wrong(key, fmt::format("is '{}'; possible: {}", value, fmt::join(names, ", "))));
    return static_cast<std::size_t>(found - names.begin());
  }

 private:
  [[nodiscard]] std::string prefix() const { return name_.empty() ? "" : name_ + "."; }

  const toml::table& table_;
  std::string name_;  // empty: the root
};

Result<void> parse_files(const Table& table, DataSpec& data) {
  FIXGATE_ASSIGN(data.train, table.string("train"));
  FIXGATE_ASSIGN(data.validation, table.string("validation"));
  FIXGATE_ASSIGN(data.test, table.string("test"));
  return {};
}

Result<void> parse_npz(const Table& table, DataSpec& data) {
  FIXGATE_CHECK(table.only({"kind", "train", "validation", "test"}));
  return parse_files(table, data);
}

Result<void> parse_imdb(const Table& table, DataSpec& data) {
  FIXGATE_CHECK(table.only({"kind", "archive", "vocabulary", "last_tokens", "validation_fraction"}));
  FIXGATE_ASSIGN(data.archive, table.string("archive"));
  FIXGATE_ASSIGN(data.vocabulary, table.string("vocabulary"));
  FIXGATE_ASSIGN(const std::int64_t last_tokens, table.integer("last_tokens", 0, kMost, 0));
  data.last_tokens = static_cast<std::size_t>(last_tokens);
  FIXGATE_ASSIGN(data.validation_fraction, table.share("validation_fraction", data.validation_fraction));
  return {};
}

Result<void> parse_text(const Table& table, DataSpec& data) {
  FIXGATE_CHECK(
      table.only({"kind", "train", "validation", "test", "vocabulary", "unit", "end_of_line", "unknown"}));
  FIXGATE_CHECK(parse_files(table, data));
  FIXGATE_ASSIGN(data.vocabulary, table.string("vocabulary"));
  FIXGATE_ASSIGN(const std::size_t unit, table.choice("unit", {"word", "character"}));
  data.unit = unit == 0 ? TextUnit::Word : TextUnit::Character;
  FIXGATE_ASSIGN(data.end_of_line, table.optional_string("end_of_line"));
  FIXGATE_ASSIGN(data.unknown, table.optional_string("unknown"));
  if (data.unit == TextUnit::Character && !data.end_of_line.empty())
    return tl::make_unexpected(
        table.wrong("end_of_line", "is for unit = \"word\"; by characters the line end is a character"));
  return {};
}

Result<DataSpec> parse_data(const Table& table) {
  DataSpec data;
  FIXGATE_ASSIGN(const std::size_t kind, table.choice("kind", {"npz", "imdb", "text"}));
  data.kind = std::array{DataKind::Npz, DataKind::Imdb, DataKind::Text}[kind];
  constexpr std::array kParsers{parse_npz, parse_imdb, parse_text};
  FIXGATE_CHECK(kParsers[kind](table, data));
  return data;
}

Result<CalibrationSpec> parse_calibration(const Table& table, DataKind kind) {
  const bool is_text = kind == DataKind::Text;
  const std::string_view count_key = is_text ? "tokens" : "sequences";
  FIXGATE_CHECK(table.only({count_key, "learning", "confidence", "seed"}));
  FIXGATE_ASSIGN(const std::int64_t count, table.integer(count_key, 1, kMost));
  FIXGATE_ASSIGN(const std::int64_t seed,
                 table.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 1));
  CalibrationSpec calibration;
  (is_text ? calibration.tokens : calibration.sequences) = static_cast<std::size_t>(count);
  FIXGATE_ASSIGN(const std::int64_t learning, table.integer("learning", 1, kMost, count));
  calibration.learning = static_cast<std::size_t>(learning);
  FIXGATE_ASSIGN(calibration.confidence, table.share("confidence", 1));
  calibration.seed = static_cast<std::uint64_t>(seed);
  return calibration;
}

// The metrics each kind of data has targets for.
bool has_targets(DataKind data, MetricKind metric) {
  if (metric == MetricKind::Accuracy) return true;
  return data == (metric == MetricKind::Perplexity ? DataKind::Text : DataKind::Npz);
}

Result<MetricSpec> parse_metric(const Table& table, DataKind data) {
  FIXGATE_CHECK(table.only({"kind", "decision"}));
  FIXGATE_ASSIGN(const std::size_t kind, table.choice("kind", {"accuracy", "perplexity", "rmse", "mae"}));
  MetricSpec metric;
  metric.kind =
      std::array{MetricKind::Accuracy, MetricKind::Perplexity, MetricKind::Rmse, MetricKind::Mae}[kind];
  if (!has_targets(data, metric.kind))
    return tl::make_unexpected(
        table.wrong("kind", "does not fit data.kind: perplexity is for text, rmse and mae for npz"));
  if (!table.has("decision")) return metric;
  if (metric.kind != MetricKind::Accuracy)
    return tl::make_unexpected(table.wrong("decision", "is for the metric accuracy only"));
  FIXGATE_ASSIGN(const std::size_t decision, table.choice("decision", {"argmax", "positive"}));
  metric.decision = decision == 0 ? Decision::Argmax : Decision::Positive;
  if (metric.decision == Decision::Positive && data == DataKind::Text)
    return tl::make_unexpected(table.wrong("decision", "'positive' tells two classes apart, not tokens"));
  return metric;
}

bool is_regression(MetricKind kind) {
  return kind == MetricKind::Rmse || kind == MetricKind::Mae;
}

Result<Task> parse_root(const Table& root) {
  FIXGATE_CHECK(root.integer("version", 1, 1));
  FIXGATE_CHECK(root.only({"version", "name", "data", "calibration", "metric", "graph"}));
  Task task;
  FIXGATE_ASSIGN(task.name, root.string("name"));
  FIXGATE_ASSIGN(const Table data, root.table("data"));
  FIXGATE_ASSIGN(task.data, parse_data(data));
  FIXGATE_ASSIGN(const Table calibration, root.table("calibration"));
  FIXGATE_ASSIGN(task.calibration, parse_calibration(calibration, task.data.kind));
  FIXGATE_ASSIGN(const Table metric, root.table("metric"));
  FIXGATE_ASSIGN(task.metric, parse_metric(metric, task.data.kind));
  if (root.has("graph")) {
    FIXGATE_ASSIGN(const Table graph, root.table("graph"));
    FIXGATE_CHECK(graph.only({"set", "states"}));
    FIXGATE_ASSIGN(task.graph, graph.settings());
  }
  if (calibration.has("confidence") && is_regression(task.metric.kind))
    return tl::make_unexpected(calibration.wrong("confidence", "is for the metrics accuracy and perplexity"));
  return task;
}

Result<Task> parse_document(std::string_view toml) {
  FIXGATE_ASSIGN(const toml::table table, parse_toml(toml));
  return parse_root(Table(table, ""));
}

}  // namespace

Result<Task> parse_task(std::string_view toml, const std::string& name) {
  auto task = parse_document(toml);
  if (!task) return tl::make_unexpected(task.error().within(name));
  task->folder = std::filesystem::path(name).parent_path();
  return task;
}

Result<Task> read_task(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string text, read_file(path, kFileLimit));
  return parse_task(text, path.string());
}

}  // namespace fixgate
