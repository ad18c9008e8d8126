#include "bench/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/markdown.h"
#include "files/write.h"

namespace fixgate::bench {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Measurements::section(const std::string& title, Shown shown) {
  fmt::print("\n{}\n{:<36} {:<24} {:>7} {:>6} {:>14} {:>8}\n", title, "workload", "contestant", "threads",
             "batch", "tokens/s", "ratio");
  std::fflush(stdout);
  const auto found = std::ranges::find(sections_, title, &Section::title);
  current_ = static_cast<std::size_t>(found - sections_.begin());
  if (found == sections_.end()) sections_.push_back({title, shown, {}});
}

void Measurements::add(Record record) {
  fmt::print("{:<36} {:<24} {:>7} {:>6} {:>14.0f} {:>8.2f}\n", record.workload, record.contestant,
             record.threads, record.batch, record.tokens_per_second, record.ratio);
  std::fflush(stdout);
  sections_[current_].records.push_back(std::move(record));
}

void Measurements::skip(const std::string& what, const std::string& why) {
  skipped_.push_back(fmt::format("{}: {}", what, why));
  fmt::print("SKIPPED {}\n", skipped_.back());
  std::fflush(stdout);
}

Result<void> Measurements::write(const std::filesystem::path& path, int rounds) const {
  nlohmann::ordered_json json{{"version", 1}, {"rounds", rounds}, {"records", nlohmann::json::array()}};
  for (const Section& section : sections_)
    for (const Record& record : section.records)
      json["records"].push_back(nlohmann::ordered_json{{"workload", record.workload},
                                                       {"contestant", record.contestant},
                                                       {"threads", record.threads},
                                                       {"batch", record.batch},
                                                       {"tokens_per_second", record.tokens_per_second},
                                                       {"ratio", record.ratio}});
  json["skipped"] = skipped_;
  FIXGATE_CHECK(write_file(path, json.dump(1) + "\n"));
  return write_file(std::filesystem::path(path).replace_extension(".md"), to_markdown(sections_));
}

}  // namespace fixgate::bench
