// JSON from files that may be damaged or hostile.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// Errors: not JSON (RFC 8259, UTF-8), nested deeper than 16, or an object with the same key twice.
Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace fixgate
