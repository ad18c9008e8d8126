// Text from outside, in a form that a terminal can show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fixgate {

/// `text` as one line: bytes that are not UTF-8, and control characters, become \xNN; characters that have no
/// width or turn the direction of text (U+202E) become \uNNNN or \UNNNNNNNN.
std::string printable(std::string_view text);

/// The same of text with lines and columns: line feeds and tabs stay.
std::string printable_lines(std::string_view text);

/// `text` with "..." in the place of its middle if it has more than `most` bytes, 16 or more; no code point
/// is cut.
std::string shortened(std::string_view text, std::size_t most);

/// A name from outside for a table: printable, at most 100 bytes or so.
std::string shown_name(std::string_view name);

/// A message as one line that a person can read: printable, words of more than 400 bytes and whole messages
/// of more than 4,000 shortened.
std::string readable_message(std::string_view message);

}  // namespace fixgate
