// A vocabulary file: one symbol a line, the line's number from 0 is its token.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "diagnostic/error.h"

namespace fixgate {

/// What one token stands for.
enum class TextUnit { Word, Character };

/// Symbols to tokens.
class Vocabulary {
 public:
  /// Words are taken as they stand and hold no white space. Characters are one UTF-8 code point each, or a
  /// name in angle brackets such as <unk>; \n \t \r \\ are escapes, and a line that is a single space is the
  /// space. Errors name `name` and the line: empty or duplicate symbol, more than 2^24 lines, no line at all.
  static Result<Vocabulary> parse(std::string_view text, const std::string& name, TextUnit unit);

  /// parse() of the file at `path` (at most 256 MiB).
  static Result<Vocabulary> read(const std::filesystem::path& path, TextUnit unit);

  [[nodiscard]] std::optional<std::int32_t> find(std::string_view symbol) const;
  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  /// That of the file.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view symbol) const { return std::hash<std::string_view>{}(symbol); }
  };

  Result<void> add(std::string symbol);

  std::string name_;
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> tokens_;
};

}  // namespace fixgate
