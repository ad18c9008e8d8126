// From an ONNX file to a program with real numbers.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"
#include "lowering/lower_to_program.h"

namespace fixgate {

/// The file imported, folded and lowered; inputs and outputs of the program have the shapes of the graph's, a
/// tick's, and its names; one input alone is "input" or "token". Errors have the file's name.
Result<lowering::LoweredProgram> load_program(const std::filesystem::path& path,
                                              const lowering::Options& options);

}  // namespace fixgate
