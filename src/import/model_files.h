// The files that a model consists of.
#pragma once

#include <filesystem>

#include "files/file_use.h"

namespace fixgate {

/// Tells `use` of the ONNX file at `path` and of every file of external data that it names, read or not. What
/// is no ONNX file names nothing.
void add_model_files(const std::filesystem::path& path, FileUse& use);

}  // namespace fixgate
