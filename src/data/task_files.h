// The files that a task leads to.
#pragma once

#include <filesystem>

#include "files/file_use.h"

namespace fixgate {

/// Tells `use` of the task file at `path` and all data files and vocabularies it names, which start at
/// `data_root` as those of load_data() do. What cannot be read names nothing: whoever reads it says why.
void add_task_files(const std::filesystem::path& path, const std::filesystem::path& data_root, FileUse& use);

}  // namespace fixgate
