#include "diagnostic/one_line.h"

#include <algorithm>

#include "diagnostic/utf8.h"

namespace fixgate {
namespace {

bool is_control_character(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<void> check_one_line(std::string_view text, const char* what) {
  if (!is_utf8(text)) return fail("the {} is not UTF-8", what);
  if (std::ranges::any_of(text, is_control_character))
    return fail("the {} has control characters or more than one line", what);
  return {};
}

}  // namespace fixgate
