#include "data/vocabulary.h"

#include <algorithm>

#include "diagnostic/utf8.h"
#include "files/kind.h"
#include "files/read.h"

namespace fixgate {
namespace {

constexpr std::uintmax_t kFileLimit = std::uintmax_t{256} << 20;
constexpr std::size_t kSymbolLimit = std::size_t{1} << 24;

bool is_named(std::string_view symbol) {
  return symbol.size() > 2 && symbol.front() == '<' && symbol.back() == '>';
}

Result<std::string> word(std::string_view line) {
  if (line.empty()) return fail("an empty line; every line holds one word");
  if (line.find_first_of(" \t\v\f\r") != std::string_view::npos)
    return fail("'{}' holds white space; every line holds one word", line);
  return std::string(line);
}

Result<std::string> escaped(std::string_view line) {
  if (line == "\\n") return "\n";
  if (line == "\\t") return "\t";
  if (line == "\\r") return "\r";
  if (line == "\\\\") return "\\";
  return fail("'{}' is no escape; \\n, \\t, \\r and \\\\ are", line);
}

Result<std::string> character(std::string_view line) {
  if (line.empty()) return fail("an empty line; the end of a line is written \\n");
  if (line.front() == '\\') return escaped(line);
  if (!is_named(line) && code_point_length(line) != line.size())
    return fail("'{}' is not one UTF-8 character", line);
  return std::string(line);
}

}  // namespace

Result<void> Vocabulary::add(std::string symbol) {
  const std::size_t line = tokens_.size() + 1;
  if (tokens_.size() == kSymbolLimit) return fail("{}:{}: more than {} symbols", name_, line, kSymbolLimit);
  const auto [found, is_new] = tokens_.emplace(std::move(symbol), static_cast<std::int32_t>(tokens_.size()));
  if (!is_new) return fail("{}:{}: '{}' stands on line {} too", name_, line, found->first, found->second + 1);
  return {};
}

Result<Vocabulary> Vocabulary::parse(std::string_view text, const std::string& name, TextUnit unit) {
  Vocabulary vocabulary;
  vocabulary.name_ = name;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto symbol = unit == TextUnit::Word ? word(line) : character(line);
    if (!symbol) return fail("{}:{}: {}", name, vocabulary.size() + 1, symbol.error().message);
    FIXGATE_CHECK(vocabulary.add(std::move(*symbol)));
  }
  if (vocabulary.size() == 0) return fail("{}: holds no symbol; every line is one", name);
  return vocabulary;
}

Result<Vocabulary> Vocabulary::read(const std::filesystem::path& path, TextUnit unit) {
  FIXGATE_ASSIGN(const std::string text, read_file(path, kFileLimit));
  auto vocabulary = parse(text, path.string(), unit);
  if (const std::string kind = kind_of(text); !vocabulary && !kind.empty())
    return fail("{}: is {}; a vocabulary is expected, a text of one symbol a line", path.string(), kind);
  return vocabulary;
}

std::optional<std::int32_t> Vocabulary::find(std::string_view symbol) const {
  const auto found = tokens_.find(symbol);
  if (found == tokens_.end()) return std::nullopt;
  return found->second;
}

}  // namespace fixgate
