// Files that are being written: NAME.fixgate.partPROCESS beside NAME, locked (flock) until they are renamed.
#pragma once

#include <filesystem>

#include "files/descriptor.h"

namespace fixgate {

/// The one that this process writes.
std::filesystem::path part_of(const std::filesystem::path& file);

/// Makes it, locked, with the rights of `file`, if that is there, and its owner, if that is allowed. Parts of
/// `file` whose process has ended and which nobody holds locked are removed first; one that cannot be removed
/// stays. Below 0 by errno: it cannot be made.
Descriptor make_part(const std::filesystem::path& file);

}  // namespace fixgate
