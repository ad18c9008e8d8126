// From an ONNX file to the Network that the fixed-point stages work on.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/network.h"

namespace fixgate {

/// The file imported, its constants and zero states folded.
Result<Graph> load_graph(const std::filesystem::path& path);

/// The same, lowered. Errors have the file's name.
Result<Network> load_network(const std::filesystem::path& path);

}  // namespace fixgate
