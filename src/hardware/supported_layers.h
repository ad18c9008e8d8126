// Which layers can become engines, by what is known of them before and after quantisation alike.
#pragma once

#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/kinds.h"
#include "program/fixed_network.h"

namespace fixgate {

/// Error: a recurrent layer that hardware does not support, without its name. `cells`: 1, or 2 if
/// bidirectional.
Result<void> check_recurrent(CellKind kind, std::size_t cells, bool reverse);

/// Errors: a name that the library keeps for itself; two names that are one in SystemVerilog.
Result<void> check_layer_name(const std::string& name);
Result<void> check_distinct(const std::vector<std::string>& names);

/// All for which `fixgate rtl` would refuse a network whatever its formats are; each names its layer. Of a
/// network that is no chain of known layers, the first layer that is none alone.
std::vector<Error> find_hardware_refusals(const program::FixedNetwork& network);

}  // namespace fixgate
