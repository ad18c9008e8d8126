// Whole files out: the new content appears complete or the old content stays.
#pragma once

#include <filesystem>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// Writes `bytes` to a temporary file beside `path`, flushes it to disk, renames it to `path`, and flushes
/// the folder. Symbolic links stay: what they lead to is replaced. Devices, pipes and open files
/// (/dev/stdout) are written as they are. Errors (no permission, full disk, missing folder) leave no partial
/// file and the old one untouched.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace fixgate
