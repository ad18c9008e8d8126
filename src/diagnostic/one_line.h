// Texts from outside that are printed and stored on one line.
#pragma once

#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

/// Errors: not UTF-8; control characters or more than one line. `what` names the text in the message.
Result<void> check_one_line(std::string_view text, const char* what);

}  // namespace fixgate
