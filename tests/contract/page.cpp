#include "page.h"

#include <fstream>
#include <sstream>

namespace fixgate {
namespace {

std::vector<std::string> lines_of_page() {
  std::ifstream page(FIXGATE_SOURCE_DIR "/docs/numerics.md");
  std::vector<std::string> lines;
  for (std::string line; std::getline(page, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" *");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" *") - first + 1);
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream parts(line.substr(1));
  for (std::string cell; std::getline(parts, cell, '|');) cells.push_back(trimmed(cell));
  return cells;
}

}  // namespace

std::vector<std::vector<std::string>> blocks_of_page(const std::string& kind) {
  std::vector<std::vector<std::string>> blocks;
  bool is_inside = false;
  for (const std::string& line : lines_of_page()) {
    if (line == "```" + kind) {
      is_inside = true;
      blocks.emplace_back();
    } else if (line.starts_with("```")) {
      is_inside = false;
    } else if (is_inside) {
      blocks.back().push_back(line);
    }
  }
  return blocks;
}

std::vector<std::vector<std::string>> table_of_page(const std::vector<std::string>& header) {
  std::vector<std::vector<std::string>> rows;
  bool is_inside = false;
  for (const std::string& line : lines_of_page()) {
    const bool is_row = line.starts_with("|");
    if (is_inside && is_row && !line.starts_with("|-")) rows.push_back(cells_of(line));
    if (is_inside && !is_row) break;
    if (is_row && cells_of(line) == header) is_inside = true;
  }
  return rows;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream parts(line);
  for (std::string word; parts >> word;) words.push_back(word);
  return words;
}

}  // namespace fixgate
