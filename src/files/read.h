// Whole files in, with the file's name in every error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "diagnostic/error.h"

namespace fixgate {

/// The bytes of `path`. Errors: missing, a folder, not readable, larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uintmax_t limit = std::uintmax_t{4} << 30);

/// Its first bytes: `count`, or all of them if there are fewer. Errors: missing, a folder, not readable.
Result<std::string> read_beginning(const std::filesystem::path& path, std::size_t count);

}  // namespace fixgate
