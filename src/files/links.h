// Where a path leads.
#pragma once

#include <filesystem>

namespace fixgate {

/// Where the symbolic links lead that `path` begins, also to what does not exist. It stays a link if it leads
/// to an open file (/dev/stdout does, by a link in /proc) or in a circle.
std::filesystem::path follow_links(std::filesystem::path path);

/// Of where follow_links() leads: true for what no rename can replace, /dev/null, /dev/stdout or a pipe, and
/// for what it leaves as a link, an open file, or a circle, which cannot be opened.
bool is_written_in_place(const std::filesystem::path& place);

}  // namespace fixgate
