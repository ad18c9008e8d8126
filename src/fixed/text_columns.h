// Rows of text with aligned columns.
#pragma once

#include <string>
#include <vector>

namespace fixgate {

/// Each row indented by `indent` spaces, each column as wide as its widest cell, two spaces apart. Cells that
/// are numbers (a digit first) are aligned to the right, others to the left.
class TextColumns {
 public:
  explicit TextColumns(std::size_t indent) : indent_(indent) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text() const;

 private:
  std::size_t indent_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace fixgate
