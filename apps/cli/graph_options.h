// What the command line says of an ONNX file's graph: --set and --state.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph_settings.h"

namespace fixgate {

/// The options as they are written: "NAME=VALUE", "INPUT=OUTPUT".
struct GraphOptions {
  std::vector<std::string> set;
  std::vector<std::string> states;

  [[nodiscard]] bool empty() const { return set.empty() && states.empty(); }
};

void add_graph_options(CLI::App& command, GraphOptions& options);

/// Errors name the option: no '=', nothing before or behind it, a value that is no number, a name that is set
/// twice.
Result<GraphSettings> parse_graph_options(const GraphOptions& options);

}  // namespace fixgate
