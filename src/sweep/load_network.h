// From an ONNX file to the Network that the fixed-point stages work on.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"
#include "import/onnx.h"
#include "network/graph.h"
#include "network/network.h"

namespace fixgate {

/// The file imported, its constants and zero states folded.
Result<Graph> load_graph(const std::filesystem::path& path);

/// The same with all that is refused rather than the first, without the file's name. Error: the file cannot
/// be read, or is no ONNX model.
Result<ExaminedModel> examine_graph(const std::filesystem::path& path);

/// The graph of load_graph, lowered. Errors have the file's name.
Result<Network> load_network(const std::filesystem::path& path);

}  // namespace fixgate
