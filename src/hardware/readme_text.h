// README.md of an accelerator's folder.
#pragma once

#include <string>
#include <vector>

#include "hardware/accelerator.h"
#include "hardware/memories.h"

namespace fixgate {

/// Interface, formats, engines, cycles, memory map.
std::string readme_text(const Accelerator& accelerator, const std::vector<MemoryFile>& memories);

}  // namespace fixgate
