// What a search found, as text: a table for people, CSV and JSON for programs, plots, and the plan.
#pragma once

#include <filesystem>
#include <string>

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

/// Into the output folder: front.md, trials.csv, front.json, tradeoff.svg, and where there is something to
/// show grid.md, grid.svg, sensitivity.svg; chosen.toml, which is taken away if nothing was chosen. Error: it
/// cannot be written.
Result<void> write_report(const Exploration& found, const ExploreOptions& options);

}  // namespace fixgate
