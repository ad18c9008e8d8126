// The words of a memory, of any width, and the file that $readmemh reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "numeric/requantise.h"

namespace fixgate {

class MemoryImage {
 public:
  /// All zero. Both at least 1.
  MemoryImage(int depth, std::int64_t width);

  /// Bits first .. first + width - 1 of a word become the two's complement of `value`, cut to `width` <= 128.
  void set(int word, std::int64_t first, int width, Wide value);

  [[nodiscard]] int depth() const { return depth_; }
  [[nodiscard]] std::int64_t width() const { return width_; }
  [[nodiscard]] std::int64_t bits() const { return depth_ * width_; }

  /// One word a line, hexadecimal, the first word first; `comment` (one line) before them.
  [[nodiscard]] std::string hex(std::string_view comment) const;

 private:
  [[nodiscard]] char digit(int word, std::int64_t index) const;

  int depth_;
  std::int64_t width_;
  std::size_t chunks_;  // of 64 bits a word
  std::vector<std::uint64_t> bits_;
};

}  // namespace fixgate
