// What can be said of a FixedChain's signals, weights and tables without its layers.
#pragma once

#include <string>
#include <vector>

#include "fixed/fixed_chain.h"

namespace fixgate {

/// Errors: empty, or a character that is none of A-Z a-z 0-9 _ and the point. `what` is "signal", "layer",
/// ...
Result<void> check_identifier(const std::string& name, const char* what);

/// Identifiers, no two alike.
Result<void> check_identifiers(const std::vector<std::string>& names, const char* what);

Result<void> check_signals(const FixedChain& network);
Result<void> check_weights(const FixedChain& network);
Result<void> check_tables(const FixedChain& network);

}  // namespace fixgate
