// What task and suite files say of a network's graph.
#pragma once

#include <toml++/toml.h>

#include "diagnostic/error.h"
#include "network/graph_settings.h"

namespace fixgate {

/// The keys set = {NAME = number} and states = {INPUT = "OUTPUT"} of a table; both may be missing. Errors name
/// the line: another type, a number that is not finite, an empty name.
Result<GraphSettings> graph_settings_in(const toml::table& table);

}  // namespace fixgate
