// The files of a design that tools may be given.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hardware/accelerator.h"
#include "hardware/folder.h"
#include "hardware/memory_difference.h"

namespace fixgate {

struct Design {
  std::vector<FolderFile> files;  // below rtl/, mem/ and sim/
  MemoryDifference memories;      // of all memories, from the network's; the first by file
};

/// The files that fixgate rtl writes for `accelerator`, which was read from `folder`. Error: the folder holds
/// other ones. The message names the first, and tells files that were changed from those of another fixgate.
Result<Design> generated_design(const Accelerator& accelerator, const std::filesystem::path& folder);

/// The files as the folder holds them, whatever they are. Errors: they cannot be read, or have names that
/// tools could take for something else.
Result<Design> design_as_it_is(const Accelerator& accelerator, const std::filesystem::path& folder);

}  // namespace fixgate
