#include "program/text_lexer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "program/text_words.h"

namespace fixgate::program {
namespace {

constexpr std::size_t kLongestShown = 40;  // characters of a token, in messages

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string shown(const Token& token) {
  if (token.kind == Token::Kind::End) return "the end of the line";
  const bool is_long = token.text.size() > kLongestShown;
  return "'" + token.text.substr(0, kLongestShown) + (is_long ? "...'" : "'");
}

/// From the opening quote at `at` to behind the closing one.
Result<Token> quoted_token(std::string_view line, std::size_t& at) {
  Token token{Token::Kind::Quoted, {}};
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"') {
      ++at;
      return token;
    }
    if (line[at] != '\\') {
      token.text += line[at];
      continue;
    }
    if (++at == line.size()) break;
    token.text += line[at] == 'n' ? '\n' : line[at];
  }
  return fail("a name begins with a quote and has no closing one");
}

Token name_token(std::string_view line, std::size_t& at) {
  const std::size_t begin = at;
  while (at < line.size() && is_name_character(line[at])) ++at;
  const std::string text(line.substr(begin, at - begin));
  const bool is_number = std::ranges::all_of(text, is_digit);
  return {is_number ? Token::Kind::Number : Token::Kind::Word, text};
}

Result<Token> mark_token(std::string_view line, std::size_t& at) {
  for (const std::string_view two : {"<-", "->"}) {
    if (!line.substr(at).starts_with(two)) continue;
    at += two.size();
    return Token{Token::Kind::Mark, std::string(two)};
  }
  constexpr std::string_view kMarks = "()[],.+-*=";
  if (kMarks.find(line[at]) == std::string_view::npos)
    return fail(
        "a character that begins nothing, number {} in the line; quote names that have others than "
        "letters, digits, _ and /",
        at + 1);
  return Token{Token::Kind::Mark, std::string(1, line[at++])};
}

}  // namespace

Result<std::vector<Token>> split_line(std::string_view line) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < line.size() && line[at] != '#') {
    if (line[at] == ' ' || line[at] == '\t' || line[at] == '\r') {
      ++at;
    } else if (is_name_character(line[at])) {
      tokens.push_back(name_token(line, at));
    } else {
      auto token = line[at] == '"' ? quoted_token(line, at) : mark_token(line, at);
      if (!token) return tl::make_unexpected(token.error());
      tokens.push_back(std::move(*token));
    }
  }
  return tokens;
}

const Token& LineCursor::peek(std::size_t ahead) const {
  static const Token end;
  return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end;
}

bool LineCursor::is_word(std::string_view word) const {
  return peek().kind == Token::Kind::Word && peek().text == word;
}

bool LineCursor::is_mark(std::string_view mark, std::size_t ahead) const {
  return peek(ahead).kind == Token::Kind::Mark && peek(ahead).text == mark;
}

Token LineCursor::take() {
  Token token = peek();
  if (at_ < tokens_.size()) ++at_;
  return token;
}

bool LineCursor::take_word(std::string_view word) {
  const bool found = is_word(word);
  if (found) ++at_;
  return found;
}

bool LineCursor::take_mark(std::string_view mark) {
  const bool found = is_mark(mark);
  if (found) ++at_;
  return found;
}

Result<void> LineCursor::expect_word(std::string_view word) {
  if (take_word(word)) return {};
  return fail("expected '{}', not {}", word, shown(peek()));
}

Result<void> LineCursor::expect_mark(std::string_view mark) {
  if (take_mark(mark)) return {};
  return fail("expected '{}', not {}", mark, shown(peek()));
}

Result<void> LineCursor::expect_end() {
  if (at_end()) return {};
  return fail("expected the end of the line, not {}", shown(peek()));
}

Result<std::string> LineCursor::expect_name() {
  const Token& token = peek();
  const bool is_bare = token.kind == Token::Kind::Word && !is_keyword(token.text) && !is_digit(token.text[0]);
  if (is_bare || token.kind == Token::Kind::Quoted) return take().text;
  return fail("expected a name, not {}; quote it if it is one", shown(token));
}

Result<std::string> LineCursor::expect_any_word() {
  if (peek().kind == Token::Kind::Word) return take().text;
  return fail("expected a word, not {}", shown(peek()));
}

Result<std::int64_t> LineCursor::expect_number() {
  const bool is_negative = take_mark("-");
  if (peek().kind != Token::Kind::Number) return fail("expected a number, not {}", shown(peek()));
  const std::string text = (is_negative ? "-" : "") + take().text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return fail("{} does not fit 64 bits", shown({Token::Kind::Number, text}));
  return value;
}

Result<int> LineCursor::expect_int(int low, int high) {
  FIXGATE_ASSIGN(const std::int64_t value, expect_number());
  if (value < low || value > high) return fail("{} is outside {}..{}", value, low, high);
  return static_cast<int>(value);
}

Result<std::vector<std::int64_t>> LineCursor::expect_numbers() {
  FIXGATE_CHECK(expect_mark("["));
  std::vector<std::int64_t> numbers;
  while (!take_mark("]")) {
    FIXGATE_ASSIGN(const std::int64_t number, expect_number());
    numbers.push_back(number);
  }
  return numbers;
}

Result<std::vector<int>> LineCursor::expect_ints(int low, int high) {
  FIXGATE_CHECK(expect_mark("["));
  std::vector<int> numbers;
  while (!take_mark("]")) {
    FIXGATE_ASSIGN(const int number, expect_int(low, high));
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace fixgate::program
