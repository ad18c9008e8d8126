#include "diagnostic/printable.h"

#include <fmt/format.h>

#include <algorithm>

#include "diagnostic/utf8.h"

namespace fixgate {
namespace {

// C0 and delete, and C1 as UTF-8 has it.
bool is_control(std::string_view code_point) {
  const auto first = static_cast<unsigned char>(code_point[0]);
  if (code_point.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(code_point[1]) < 0xa0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = code_point_length(text);
    const std::string_view first = text.substr(0, std::max<std::size_t>(length, 1));
    if (length > 0 && !is_control(first))
      shown += first;
    else
      for (const char byte : first) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    text.remove_prefix(first.size());
  }
  return shown;
}

}  // namespace fixgate
