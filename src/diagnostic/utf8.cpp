#include "diagnostic/utf8.h"

#include <cassert>

namespace fixgate {
namespace {

std::size_t stated_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;  // 0xc0 and 0xc1 would be overlong
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool is_allowed(std::uint32_t code_point, std::size_t length) {
  if (length == 3) return code_point >= 0x800 && (code_point < 0xd800 || code_point > 0xdfff);
  if (length == 4) return code_point >= 0x10000 && code_point <= 0x10ffff;
  return true;
}

// The payload of two to four bytes.
std::uint32_t assemble(std::string_view bytes) {
  std::uint32_t code_point = static_cast<unsigned char>(bytes.front()) & (0x7fU >> bytes.size());
  for (const char byte : bytes.substr(1))
    code_point = code_point << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
  return code_point;
}

}  // namespace

std::size_t code_point_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = stated_length(lead);
  if (length < 2) return length;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) return 0;
  return is_allowed(assemble(text.substr(0, length)), length) ? length : 0;
}

std::uint32_t code_point_value(std::string_view bytes) {
  assert(code_point_length(bytes) == bytes.size() && !bytes.empty());
  return bytes.size() == 1 ? static_cast<unsigned char>(bytes.front()) : assemble(bytes);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = code_point_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace fixgate
