// Shares of a whole, as options and messages write them.
#pragma once

#include <string>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// "0.5%" or "0.005". `option` is for the message. Errors: no number, negative or infinite.
Result<double> parse_share(std::string_view option, const std::string& text);

}  // namespace fixgate
