// The synthesised design as a simulator reads it.
#pragma once

#include <string>
#include <vector>

#include "synthesis/yosys.h"

namespace fixgate {

/// Synthesises the design; the netlist and the models of its cells, named from the spec's folder. Errors: a
/// tool that is missing, fails or takes too long; a target without models.
Result<std::vector<std::string>> netlist_sources(MappingSpec spec);

}  // namespace fixgate
