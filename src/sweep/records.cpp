#include "sweep/records.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "files/read.h"

namespace fixgate {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kShortFrom = 1e9;

Json to_object(const SweepRecord& record) {
  return {{"network", record.network},
          {"plan", record.plan},
          {"metric", metric_name(record.metric)},
          {"float", record.float_metric},
          {"fixed", record.fixed_metric},
          {"footprint_whole", record.footprint_whole},
          {"footprint_recurrent", record.footprint_recurrent},
          {"entropy", record.entropy},
          {"agreement", record.agreement},
          {"saturated", record.saturated},
          {"seconds", record.seconds},
          {"fingerprint", record.fingerprint}};
}

MetricKind metric_from(const std::string& name) {
  for (const MetricKind kind :
       {MetricKind::Accuracy, MetricKind::Perplexity, MetricKind::Rmse, MetricKind::Mae})
    if (name == metric_name(kind)) return kind;
  throw Json::other_error::create(599, "unknown metric '" + name + "'", nullptr);
}

SweepRecord from_object(const Json& object) {
  SweepRecord record;
  object.at("network").get_to(record.network);
  object.at("plan").get_to(record.plan);
  record.metric = metric_from(object.at("metric").get<std::string>());
  object.at("float").get_to(record.float_metric);
  object.at("fixed").get_to(record.fixed_metric);
  object.at("footprint_whole").get_to(record.footprint_whole);
  object.at("footprint_recurrent").get_to(record.footprint_recurrent);
  object.at("entropy").get_to(record.entropy);
  object.at("agreement").get_to(record.agreement);
  object.at("saturated").get_to(record.saturated);
  object.at("seconds").get_to(record.seconds);
  object.at("fingerprint").get_to(record.fingerprint);
  return record;
}

}  // namespace

std::string to_json(const std::vector<SweepRecord>& records) {
  Json list = Json::array();
  for (const SweepRecord& record : records) list.push_back(to_object(record));
  return list.dump(1) + "\n";
}

Result<std::vector<SweepRecord>> parse_records(std::string_view json) {
  try {
    std::vector<SweepRecord> records;
    for (const Json& object : Json::parse(json)) records.push_back(from_object(object));
    return records;
  } catch (const Json::parse_error& error) {
    return fail("is no list of results of fixgate sweep: no JSON at byte {}", error.byte);
  } catch (const Json::exception&) {
    return fail("is JSON, but no list of results of fixgate sweep");
  }
}

Result<std::vector<SweepRecord>> read_records(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::vector<SweepRecord>{};
  FIXGATE_ASSIGN(const std::string bytes, read_file(path));
  auto records = parse_records(bytes);
  if (!records) return fail("{}: {}; move it away to begin anew", path.string(), records.error().message);
  return records;
}

std::string with_places(double value, int places) {
  return std::abs(value) < kShortFrom ? fmt::format("{:.{}f}", value, places)
                                      : fmt::format("{:.{}g}", value, places + 1);
}

std::string percent(double share) {
  return with_places(100 * share, 2) + " %";
}

std::string format_metric(MetricKind kind, double value) {
  switch (kind) {
    case MetricKind::Accuracy:
      return percent(value);
    case MetricKind::Perplexity:
      return with_places(value, 3);
    case MetricKind::Rmse:
    case MetricKind::Mae:
      break;
  }
  return with_places(value, 5);
}

std::string to_table(const std::vector<SweepRecord>& records) {
  const char* row = "| {:<12} | {:<14} | {:<10} | {:>9} | {:>9} | {:>9} | {:>9} | {:>9} | {:>9} | {:>9} |\n";
  std::string text = fmt::format(fmt::runtime(row), "network", "plan w/a", "metric", "float", "fixed",
                                 "agreement", "whole", "recurrent", "entropy", "seconds");
  text += "|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const SweepRecord& record : records) {
    const bool shares = record.metric == MetricKind::Accuracy || record.metric == MetricKind::Perplexity;
    text += fmt::format(fmt::runtime(row), record.network, record.plan, metric_name(record.metric),
                        format_metric(record.metric, record.float_metric),
                        format_metric(record.metric, record.fixed_metric),
                        shares ? percent(record.agreement) : with_places(record.agreement, 5),
                        percent(record.footprint_whole), percent(record.footprint_recurrent),
                        percent(record.entropy), fmt::format("{:.1f}", record.seconds));
  }
  return text;
}

}  // namespace fixgate
