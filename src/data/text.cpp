#include "data/text.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "diagnostic/utf8.h"

namespace fixgate {
namespace {

bool is_space(char symbol) {
  return symbol == ' ' || (symbol >= '\t' && symbol <= '\r');
}

// What a message can show of a symbol of the text.
std::string shown(std::string_view symbol) {
  if (symbol == "\n") return "\\n";
  if (symbol == "\t") return "\\t";
  if (symbol == "\r") return "\\r";
  return std::string(symbol.substr(0, 100));
}

class Tokeniser {
 public:
  Tokeniser(const std::string& name, const Vocabulary& vocabulary, std::optional<std::int32_t> unknown)
      : name_(name), vocabulary_(vocabulary), unknown_(unknown) {}

  Result<void> add(std::string_view symbol) {
    const auto token = vocabulary_.find(symbol);
    if (!token && !unknown_)
      return fail("{}:{}: '{}' is not in the vocabulary {}; add it there, or set data.unknown in the task",
                  name_, line_, shown(symbol), vocabulary_.name());
    tokens_.push_back(token ? *token : *unknown_);
    return {};
  }

  Result<void> add_words(std::string_view line) {
    while (true) {
      const auto* const begin = std::find_if_not(line.begin(), line.end(), is_space);
      const auto* const end = std::find_if(begin, line.end(), is_space);
      if (begin == end) return {};
      FIXGATE_CHECK(add(std::string_view(begin, end)));
      line = std::string_view(end, line.end());
    }
  }

  Result<std::size_t> add_character(std::string_view text) {
    const std::size_t length = code_point_length(text);
    if (length == 0) return fail("{}:{}: is not UTF-8", name_, line_);
    FIXGATE_CHECK(add(text.substr(0, length)));
    return length;
  }

  void push(std::int32_t token) { tokens_.push_back(token); }
  void end_line() { ++line_; }
  std::vector<std::int32_t> take() { return std::move(tokens_); }

 private:
  const std::string& name_;
  const Vocabulary& vocabulary_;
  std::optional<std::int32_t> unknown_;
  std::vector<std::int32_t> tokens_;
  std::size_t line_ = 1;
};

Result<std::vector<std::int32_t>> words(std::string_view text, const std::optional<std::int32_t>& end_of_line,
                                        Tokeniser tokeniser) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    FIXGATE_CHECK(tokeniser.add_words(line));
    if (end_of_line) tokeniser.push(*end_of_line);
    tokeniser.end_line();
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return tokeniser.take();
}

Result<std::vector<std::int32_t>> characters(std::string_view text, Tokeniser tokeniser) {
  while (!text.empty()) {
    FIXGATE_ASSIGN(const std::size_t length, tokeniser.add_character(text));
    if (text.front() == '\n') tokeniser.end_line();
    text.remove_prefix(length);
  }
  return tokeniser.take();
}

/// The token of a symbol that the task states by `key`; none where it states none.
Result<std::optional<std::int32_t>> stated_token(const char* key, const std::string& symbol,
                                                 const Vocabulary& vocabulary) {
  if (symbol.empty()) return std::nullopt;
  const auto token = vocabulary.find(symbol);
  if (!token) return fail("{}: has no line '{}', the task's data.{}", vocabulary.name(), shown(symbol), key);
  return token;
}

}  // namespace

Result<std::vector<std::int32_t>> text_tokens(std::string_view text, const std::string& name,
                                              const TextSpec& spec, const Vocabulary& vocabulary) {
  FIXGATE_ASSIGN(const auto unknown, stated_token("unknown", spec.unknown, vocabulary));
  Tokeniser tokeniser(name, vocabulary, unknown);
  if (spec.unit == TextUnit::Character) return characters(text, std::move(tokeniser));
  FIXGATE_ASSIGN(const auto end_of_line, stated_token("end_of_line", spec.end_of_line, vocabulary));
  return words(text, end_of_line, std::move(tokeniser));
}

DataSet stream(std::span<const std::int32_t> tokens, const std::string& name, std::size_t first) {
  assert(tokens.size() >= 2);
  DataSet set;
  set.is_stream = true;
  const std::size_t steps = tokens.size() - 1;
  for (std::size_t begin = 0; begin < steps; begin += kStreamChunk) {
    const std::size_t length = std::min(kStreamChunk, steps - begin);
    const auto inputs = tokens.subspan(begin, length);
    const auto targets = tokens.subspan(begin + 1, length);
    Sample sample;
    sample.sequence.tokens.assign(inputs.begin(), inputs.end());
    sample.target.next_tokens.assign(targets.begin(), targets.end());
    sample.name = fmt::format("{}: tokens {} to {}", name, first + begin, first + begin + length - 1);
    set.samples.push_back(std::move(sample));
  }
  return set;
}

}  // namespace fixgate
