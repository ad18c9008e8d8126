// What can be said of a FixedNetwork's signals, weights and tables without its layers.
#pragma once

#include <string_view>

#include "fixed/fixed_network.h"

namespace fixgate {

/// Errors: empty, or a character that is none of A-Z a-z 0-9 _ and the point. `what` is "signal", "layer",
/// ...
Result<void> check_identifier(const std::string& name, const char* what);

/// Identifiers, no two alike.
Result<void> check_identifiers(const std::vector<std::string>& names, const char* what);

/// Text that can be stored and printed on one line: UTF-8 without control characters.
Result<void> check_one_line(std::string_view text, const char* what);

/// Valid UTF-8.
bool is_utf8(std::string_view text);

Result<void> check_signals(const FixedNetwork& network);
Result<void> check_weights(const FixedNetwork& network);
Result<void> check_tables(const FixedNetwork& network);

/// A value of `width` signed bits from fraction `from` to fraction `to`. Errors: a shift beyond 63, more than
/// 64 bits.
Result<void> check_shift(int width, int from, int to);

}  // namespace fixgate
