#include "bench/markdown.h"

#include <fmt/format.h>

#include <algorithm>

namespace fixgate::bench {
namespace {

// "1.23 M": three digits are more than such figures repeat.
std::string scaled(double value) {
  if (value >= 1e9) return fmt::format("{:.1f} G", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.2f} M", value / 1e6);
  return fmt::format("{:.1f} k", value / 1e3);
}

std::string column_of(const Record& record) {
  return record.threads == 1 ? record.contestant
                             : fmt::format("{}, {} threads", record.contestant, record.threads);
}

std::vector<std::string> distinct(const Section& section, std::string (*text)(const Record&)) {
  std::vector<std::string> all;
  for (const Record& record : section.records)
    if (std::ranges::find(all, text(record)) == all.end()) all.push_back(text(record));
  return all;
}

std::string figure(const Record& record, Shown shown) {
  if (shown == Shown::Microseconds) return fmt::format(" {:.2f} |", 1e6 / record.tokens_per_second);
  const std::string batch = record.batch > 1 ? fmt::format(" (batch {})", record.batch) : "";
  return fmt::format(" {}{} |", scaled(record.tokens_per_second), batch);
}

// What all others are compared with has none of its own.
bool has_ratios(const Section& section, const std::string& column) {
  return std::ranges::any_of(section.records, [&](const Record& record) {
    return column_of(record) == column && record.ratio != 1;
  });
}

std::string line_of(const Section& section, const std::string& workload,
                    const std::vector<std::string>& columns) {
  std::string line = fmt::format("| {} |", workload);
  for (const std::string& column : columns) {
    const auto found = std::ranges::find_if(section.records, [&](const Record& record) {
      return record.workload == workload && column_of(record) == column;
    });
    const bool is_there = found != section.records.end();
    line += is_there ? figure(*found, section.shown) : " |";
    if (has_ratios(section, column)) line += is_there ? fmt::format(" {:.2f} |", found->ratio) : " |";
  }
  return line + "\n";
}

}  // namespace

std::string to_markdown(std::span<const Section> sections) {
  std::string text;
  for (const Section& section : sections) {
    const std::vector<std::string> columns = distinct(section, column_of);
    std::string heads = "| workload |";
    std::string rule = "|---|";
    for (const std::string& column : columns) {
      const bool ratios = has_ratios(section, column);
      heads += fmt::format(" {} |{}", column, ratios ? " ratio |" : "");
      rule += ratios ? "---:|---:|" : "---:|";
    }
    text += fmt::format("### {}\n{}\n{}\n", section.title, heads, rule);
    for (const std::string& workload :
         distinct(section, [](const Record& record) { return record.workload; }))
      text += line_of(section, workload, columns);
    text += "\n";
  }
  return text;
}

}  // namespace fixgate::bench
