// The files that whoever reads an accelerator's folder reads.
#pragma once

#include <filesystem>

#include "files/file_use.h"

namespace fixgate {

/// Tells `use` of all files that the manifest of `folder` lists, and of itself. What is no accelerator's
/// folder names nothing: whoever reads it says why.
void add_accelerator_files(const std::filesystem::path& folder, FileUse& use);

}  // namespace fixgate
