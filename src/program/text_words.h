// The words and names of the text form.
#pragma once

#include <string_view>

namespace fixgate::program {

/// Words with a meaning of their own, which a bare name cannot be.
bool is_keyword(std::string_view word);

/// A character of a bare name. Digits may stand anywhere but at its beginning.
bool is_name_character(char c);

}  // namespace fixgate::program
