// Which modules of the hardware library a design needs.
#pragma once

#include <string_view>
#include <vector>

#include "hardware/embedded_text.h"

namespace fixgate {

/// The package and every module that `text` or one of them instantiates, in the order of their names.
std::vector<EmbeddedText> needed_library(std::string_view text);

}  // namespace fixgate
