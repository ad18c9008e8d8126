// What a table may hold beyond its shape: every value that it works out fits its width.
#pragma once

#include "numeric/activation_table.h"

namespace fixgate {

/// Errors: those of check_table; fields of another kind of table; a value, slope or shift beyond the limits
/// of docs/formats.md, "What a reader refuses".
Result<void> check_table_limits(const ActivationTable& table);

}  // namespace fixgate
