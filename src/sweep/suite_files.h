// The files that a suite leads to, and those that a sweep writes.
#pragma once

#include <filesystem>

#include "files/file_use.h"
#include "sweep/suite.h"
#include "sweep/sweep.h"

namespace fixgate {

/// Tells `use` of the network's model, task and data. Nothing of a network that is skipped for want of a data
/// root.
void add_entry_files(const SuiteEntry& entry, const std::filesystem::path& data_root, FileUse& use);

/// Tells `use` of the suite file at `path`, of all that its networks and plans are read from, and of the
/// results. A suite that cannot be read names nothing: whoever reads it says why.
void add_sweep_files(const std::filesystem::path& path, const SweepOptions& options, FileUse& use);

}  // namespace fixgate
