// A short number that changes when any of several texts does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// FNV-1a of the parts, 16 hexadecimal digits: enough to notice that an input changed; no protection against
/// malice is claimed.
std::string fingerprint_of(const std::vector<std::string>& parts);

/// Of the bytes of each file of the folder; empty paths are left out. Errors: a file that cannot be read.
Result<std::vector<std::string>> fingerprints_of_files(const std::filesystem::path& folder,
                                                       const std::vector<std::filesystem::path>& files);

}  // namespace fixgate
