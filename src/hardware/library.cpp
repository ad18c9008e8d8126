#include "hardware/library.h"

#include <algorithm>
#include <set>
#include <string>

namespace fixgate {
namespace {

constexpr std::string_view kPrefix = "fg_";
constexpr std::string_view kPackage = "fg_pkg";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find("//"));
}

// Modules are instantiated at the begin of a line.
std::string_view instantiated(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos || !line.substr(begin).starts_with(kPrefix)) return {};
  std::size_t end = begin;
  while (end < line.size() && is_name_character(line[end])) ++end;
  return line.substr(begin, end - begin);
}

const EmbeddedText* find_module(std::string_view module) {
  const auto texts = library_texts();
  const auto found = std::ranges::find_if(
      texts, [&](const EmbeddedText& text) { return text.name == std::string(module) + ".sv"; });
  return found == texts.end() ? nullptr : &*found;
}

void add_modules(std::string_view text, std::set<std::string_view>& modules) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view module = instantiated(without_comment(text.substr(0, length)));
    text.remove_prefix(length);
    const EmbeddedText* found = module.empty() ? nullptr : find_module(module);
    if (found != nullptr && modules.insert(module).second) add_modules(found->text, modules);
  }
}

}  // namespace

std::vector<EmbeddedText> needed_library(std::string_view text) {
  std::set<std::string_view> modules{kPackage};
  add_modules(text, modules);
  std::vector<EmbeddedText> needed;
  for (const std::string_view module : modules)
    if (const EmbeddedText* found = find_module(module)) needed.push_back(*found);
  return needed;
}

}  // namespace fixgate
