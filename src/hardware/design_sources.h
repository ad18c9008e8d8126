// Where the parts of an accelerator's folder lie, for the tools that read it.
#pragma once

#include <filesystem>
#include <vector>

#include "hardware/accelerator.h"

namespace fixgate {

/// The SystemVerilog of the design in an accelerator's folder, packages first. Error: none there.
Result<std::vector<std::filesystem::path>> design_sources(const std::filesystem::path& folder);

/// The testbench of an accelerator's folder.
std::filesystem::path testbench_path(const Accelerator& accelerator, const std::filesystem::path& folder);

}  // namespace fixgate
