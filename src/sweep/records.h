// The results of a sweep: a JSON list that grows record by record, so that an interrupted sweep goes on where
// it was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/metric.h"
#include "diagnostic/error.h"

namespace fixgate {

struct SweepRecord {
  std::string network;
  std::string plan;
  MetricKind metric = MetricKind::Accuracy;
  double float_metric = 0;
  double fixed_metric = 0;
  double footprint_whole = 0;      // bits stored / (32 * float parameters)
  double footprint_recurrent = 0;  // of the recurrent layers alone
  double entropy = 0;              // footprint_whole with each weight at its matrix's entropy
  double agreement = 0;            // equal decisions (share), or root mean squared difference
  double saturated = 0;            // share of all signal values that overflowed
  double seconds = 0;              // of the fixed evaluation
  std::string fingerprint;         // of everything that the figures depend on
};

std::string to_json(const std::vector<SweepRecord>& records);
Result<std::vector<SweepRecord>> parse_records(std::string_view json);

/// None if the file is not there. Error: it is there and is no list of records.
Result<std::vector<SweepRecord>> read_records(const std::filesystem::path& path);

/// The records as a table for a terminal or a Markdown page.
std::string to_table(const std::vector<SweepRecord>& records);

/// "0.50 %", as tables show shares.
std::string percent(double share);

/// With so many places behind the point; from a thousand million on in short, as 1.2e+300.
std::string with_places(double value, int places);

/// "89.24 %", "96.5231", "0.01234": as the metric is usually written.
std::string format_metric(MetricKind kind, double value);

}  // namespace fixgate
