// What a search found, as text: a table for people, CSV and JSON for programs, plots, and the plan.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "explore/explore.h"

namespace fixgate {

/// The front, one plan a line, the chosen one marked. Markdown.
std::string front_table(const Exploration& found);

/// Losses of every width of weights (rows) with every width of activations (columns), Markdown; empty unless
/// the trials hold such a grid.
std::string grid_table(const Exploration& found);

/// Every trial, one a line: its figures and the level of each dimension ("" where it is untouched).
std::string to_csv(const Exploration& found);

/// As docs/formats.md says.
std::string to_json(const Exploration& found, const ExploreOptions& options);

/// A file of the report.
struct ReportFile {
  std::string name;
  std::function<bool(std::string_view)> is_ours;  // whether one that begins so was written by a search
};

/// All that write_report() writes or takes away.
std::vector<ReportFile> report_files();

/// Into the output folder: front.md, trials.csv, front.json, tradeoff.svg, and where there is something to
/// show grid.md, grid.svg, sensitivity.svg; chosen.toml. Those without anything to show are taken away.
/// Error: it cannot be written.
Result<void> write_report(const Exploration& found, const ExploreOptions& options);

}  // namespace fixgate
