// Text from files, in a form that a terminal can show.
#pragma once

#include <string>
#include <string_view>

namespace fixgate {

/// `text` as one line: bytes that are not UTF-8, and control characters, become \xNN.
std::string printable(std::string_view text);

}  // namespace fixgate
