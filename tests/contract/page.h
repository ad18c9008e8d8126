// What docs/numerics.md says, as data.
#pragma once

#include <string>
#include <vector>

namespace fixgate {

/// The lines of every fenced block of one kind: "```program".
std::vector<std::vector<std::string>> blocks_of_page(const std::string& kind);

/// The rows of the table whose header has these cells; without header and rule, cells trimmed of spaces.
std::vector<std::vector<std::string>> table_of_page(const std::vector<std::string>& header);

/// The words between spaces.
std::vector<std::string> words_of(const std::string& line);

}  // namespace fixgate
