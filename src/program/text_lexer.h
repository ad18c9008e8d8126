// Lines of the text form, as tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate::program {

struct Token {
  enum class Kind { Word, Quoted, Number, Mark, End };
  Kind kind = Kind::End;
  std::string text;  // a quoted name without its quotes; a mark: ( ) [ ] , . + - * = <- ->

  friend bool operator==(const Token&, const Token&) = default;
};

/// Splits one line; "#" begins a comment. Errors: a character that begins nothing, a quote without its end.
Result<std::vector<Token>> split_line(std::string_view line);

/// Walks over the tokens of one line.
class LineCursor {
 public:
  explicit LineCursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  [[nodiscard]] bool at_end() const { return peek().kind == Token::Kind::End; }
  [[nodiscard]] bool is_word(std::string_view word) const;
  [[nodiscard]] bool is_mark(std::string_view mark, std::size_t ahead = 0) const;
  Token take();
  /// Takes the word or the mark if it is next.
  bool take_word(std::string_view word);
  bool take_mark(std::string_view mark);

  /// Errors of these: something else is next; the message says what was expected.
  Result<void> expect_word(std::string_view word);
  Result<void> expect_mark(std::string_view mark);
  Result<void> expect_end();
  Result<std::string> expect_name();  // bare, but no keyword, or quoted
  Result<std::string> expect_any_word();
  Result<std::int64_t> expect_number();  // with a sign, if there is one
  /// Error also: outside low..high.
  Result<int> expect_int(int low, int high);
  /// "[1 -2 3]".
  Result<std::vector<std::int64_t>> expect_numbers();
  Result<std::vector<int>> expect_ints(int low, int high);

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace fixgate::program
