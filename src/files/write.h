// Whole files out: the new content appears complete or the old content stays.
#pragma once

#include <filesystem>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// Writes `bytes` to a temporary file beside `path` (files/parts.h), flushes it to disk, renames it to
/// `path`, and flushes the folder. The new file has the rights of the old one, and its owner where that is
/// allowed. Symbolic links stay: what they lead to is replaced. Devices, pipes and open files (/dev/stdout)
/// are written as they are. Temporary files that killed runs left of `path` are removed. Errors (no
/// permission, full disk, missing folder) leave no partial file and the old one untouched.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace fixgate
