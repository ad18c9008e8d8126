// Words of memory files: fields side by side, the first one lowest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fixgate::rtl {

class Word {
 public:
  /// The `width` lowest bits of `value` in two's complement; beyond 64 bits its sign goes on.
  Word& add(std::int64_t value, int width);

  Word& add(const Word& fields);

  /// Hexadecimal digits for $readmemh, at least one.
  [[nodiscard]] std::string hex() const;
  /// A literal of SystemVerilog: 160'h1f...
  [[nodiscard]] std::string literal() const;

 private:
  std::vector<bool> bits_;
};

/// One word a line.
std::string memory_text(const std::vector<Word>& words);

}  // namespace fixgate::rtl
