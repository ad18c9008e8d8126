// From an ONNX file to a folded graph.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"
#include "import/onnx.h"
#include "network/graph.h"

namespace fixgate {

/// The file imported, its constants and zero states folded.
Result<Graph> load_graph(const std::filesystem::path& path);

/// The same with all that is refused rather than the first, without the file's name. Error: the file cannot
/// be read, or is no ONNX model.
Result<ExaminedModel> examine_graph(const std::filesystem::path& path);

}  // namespace fixgate
