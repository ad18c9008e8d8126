// UTF-8 code points (RFC 3629).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fixgate {

/// Valid UTF-8 from its first byte to its last.
bool is_utf8(std::string_view text);

/// The bytes of the first code point of `text`, 1 to 4; 0 if `text` is empty or does not start with valid
/// UTF-8 (overlong forms, surrogates and values above U+10FFFF are not valid).
std::size_t code_point_length(std::string_view text);

/// The code point that `bytes` are: all of them, valid.
std::uint32_t code_point_value(std::string_view bytes);

}  // namespace fixgate
