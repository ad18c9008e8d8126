// The synthesised design as a simulator reads it.
#pragma once

#include <filesystem>
#include <vector>

#include "hardware/accelerator.h"
#include "synthesis/target.h"

namespace fixgate {

/// Synthesises the accelerator of `folder` into `work`, unless the result of the same sources is there; the
/// netlist and the models of its cells. Errors: a tool that is missing or fails; a target without models.
Result<std::vector<std::filesystem::path>> netlist_sources(const Accelerator& accelerator,
                                                           const std::filesystem::path& folder,
                                                           SynthesisTarget target,
                                                           const std::filesystem::path& work);

}  // namespace fixgate
