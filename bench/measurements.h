// Figures of one run, and how they are written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate::bench {

struct Record {
  std::string workload;
  std::string contestant;
  int threads = 1;
  std::size_t batch = 0;
  double tokens_per_second = 0;  // or what the section's title says instead
  double ratio = 1;              // of Fixgate's figure to this one, or what the section's title says
};

enum class Shown { PerSecond, Microseconds };

/// Records that belong together: a table, and what it shows of their figures.
struct Section {
  std::string title;
  Shown shown = Shown::PerSecond;
  std::vector<Record> records;
};

double median(std::vector<double> values);

/// Keeps the records and prints each as it comes.
class Measurements {
 public:
  /// What the next records belong to; the same title again goes on with that section.
  void section(const std::string& title, Shown shown = Shown::PerSecond);
  void add(Record record);
  /// Something that was not measured, and why; printed at once.
  void skip(const std::string& what, const std::string& why);
  /// `path`: {"version": 1, "rounds": n, "records": [...], "skipped": [...]}; beside it the tables in
  /// Markdown.
  [[nodiscard]] Result<void> write(const std::filesystem::path& path, int rounds) const;

 private:
  std::vector<Section> sections_;
  std::size_t current_ = 0;
  std::vector<std::string> skipped_;
};

}  // namespace fixgate::bench
