// Files that were built into the program.
#pragma once

#include <span>
#include <string_view>

namespace fixgate {

struct EmbeddedText {
  std::string_view name;  // "fg_rom.sv"
  std::string_view text;
};

/// rtl/lib, in the order of the names.
std::span<const EmbeddedText> library_texts();

}  // namespace fixgate
