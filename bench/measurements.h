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
  double tokens_per_second = 0;  // or what the contestant's name says instead
  double ratio = 1;              // of Fixgate's figure to this one, or what the workload's name says
};

double median(std::vector<double> values);

/// Keeps the records and prints each as it comes.
class Measurements {
 public:
  void add(Record record);
  /// A heading on the terminal.
  void section(const std::string& title) const;
  /// {"version": 1, "rounds": n, "records": [...], "skipped": [...]}
  Result<void> write(const std::filesystem::path& path, int rounds) const;
  /// Something that was not measured, and why; printed at once.
  void skip(const std::string& what, const std::string& why);

 private:
  std::vector<Record> records_;
  std::vector<std::string> skipped_;
};

}  // namespace fixgate::bench
