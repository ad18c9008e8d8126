#include "fixed/text_columns.h"

#include <fmt/format.h>

#include <algorithm>

namespace fixgate {
namespace {

bool is_number(const std::string& cell) {
  const std::size_t first = cell.starts_with('-') ? 1 : 0;
  return first < cell.size() && cell[first] >= '0' && cell[first] <= '9';
}

}  // namespace

std::string TextColumns::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent_, ' ');
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c > 0) line += "  ";
      line += is_number(row[c]) ? fmt::format("{:>{}}", row[c], widths[c])
                                : fmt::format("{:<{}}", row[c], widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace fixgate
