// Where a path leads.
#pragma once

#include <filesystem>

namespace fixgate {

/// Where the symbolic links lead that `path` begins, also to what does not exist. It stays a link if it leads
/// to an open file (/dev/stdout does, by a link in /proc) or in a circle.
std::filesystem::path follow_links(std::filesystem::path path);

}  // namespace fixgate
