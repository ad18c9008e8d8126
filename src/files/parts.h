// Files that are being written: NAME.fixgate.partPROCESS beside NAME, locked (flock) until they are renamed.
#pragma once

#include <filesystem>

namespace fixgate {

/// The one that this process writes.
std::filesystem::path part_of(const std::filesystem::path& file);

/// Removes those of `file` whose process has ended and which nobody holds locked; one that cannot be removed
/// stays.
void remove_dead_parts(const std::filesystem::path& file);

}  // namespace fixgate
