#include "bench/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "files/write.h"

namespace fixgate::bench {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Measurements::section(const std::string& title) const {
  fmt::print("\n{}\n{:<36} {:<24} {:>7} {:>6} {:>14} {:>8}\n", title, "workload", "contestant", "threads",
             "batch", "tokens/s", "ratio");
  std::fflush(stdout);
}

void Measurements::add(Record record) {
  fmt::print("{:<36} {:<24} {:>7} {:>6} {:>14.0f} {:>8.2f}\n", record.workload, record.contestant,
             record.threads, record.batch, record.tokens_per_second, record.ratio);
  std::fflush(stdout);
  records_.push_back(std::move(record));
}

void Measurements::skip(const std::string& what, const std::string& why) {
  skipped_.push_back(fmt::format("{}: {}", what, why));
  fmt::print("SKIPPED {}\n", skipped_.back());
  std::fflush(stdout);
}

Result<void> Measurements::write(const std::filesystem::path& path, int rounds) const {
  nlohmann::ordered_json json{{"version", 1}, {"rounds", rounds}, {"records", nlohmann::json::array()}};
  for (const Record& record : records_)
    json["records"].push_back(nlohmann::ordered_json{{"workload", record.workload},
                                                     {"contestant", record.contestant},
                                                     {"threads", record.threads},
                                                     {"batch", record.batch},
                                                     {"tokens_per_second", record.tokens_per_second},
                                                     {"ratio", record.ratio}});
  json["skipped"] = skipped_;
  return write_file(path, json.dump(1) + "\n");
}

}  // namespace fixgate::bench
