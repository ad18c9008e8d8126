// The files that a search reads and writes.
#pragma once

#include "explore/explore.h"
#include "files/file_use.h"

namespace fixgate {

/// Tells `use` of the model, the task and its data, the study, and the report in the output folder.
void add_explore_files(const ExploreOptions& options, FileUse& use);

}  // namespace fixgate
