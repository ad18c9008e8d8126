#include "diagnostic/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include "diagnostic/utf8.h"

namespace fixgate {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestWord = 400;  // a path may be that long
constexpr std::size_t kLongestMessage = 4000;

struct CodePoints {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 15: format characters (Cf), line and paragraph separators, variation selectors by the hundred, and
// fillers that look like nothing.
constexpr std::array kInvisible{
    CodePoints{0xad, 0xad},       CodePoints{0x600, 0x605},     CodePoints{0x61c, 0x61c},
    CodePoints{0x6dd, 0x6dd},     CodePoints{0x70f, 0x70f},     CodePoints{0x890, 0x891},
    CodePoints{0x8e2, 0x8e2},     CodePoints{0x115f, 0x1160},   CodePoints{0x180b, 0x180f},
    CodePoints{0x200b, 0x200f},   CodePoints{0x2028, 0x202e},   CodePoints{0x2060, 0x206f},
    CodePoints{0x3164, 0x3164},   CodePoints{0xfeff, 0xfeff},   CodePoints{0xffa0, 0xffa0},
    CodePoints{0xfff0, 0xfffb},   CodePoints{0xfffe, 0xffff},   CodePoints{0x110bd, 0x110bd},
    CodePoints{0x110cd, 0x110cd}, CodePoints{0x13430, 0x1343f}, CodePoints{0x1bca0, 0x1bca3},
    CodePoints{0x1d173, 0x1d17a}, CodePoints{0xe0000, 0xe0fff}};

// C0 and delete, and C1.
bool is_control(std::uint32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0);
}

bool is_invisible(std::uint32_t value) {
  return std::ranges::any_of(
      kInvisible, [value](const CodePoints& range) { return value >= range.first && value <= range.last; });
}

std::string escaped_bytes(std::string_view bytes) {
  std::string shown;
  for (const char byte : bytes) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  return shown;
}

std::string shown_code_point(std::string_view bytes) {
  const std::uint32_t value = code_point_value(bytes);
  if (is_control(value)) return escaped_bytes(bytes);
  if (!is_invisible(value)) return std::string(bytes);
  return value < 0x10000 ? fmt::format("\\u{:04x}", value) : fmt::format("\\U{:08x}", value);
}

std::string shown(std::string_view text, std::string_view allowed) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = code_point_length(text);
    const std::string_view first = text.substr(0, std::max<std::size_t>(length, 1));
    if (allowed.find(first.front()) != std::string_view::npos)
      result += first;
    else
      result += length > 0 ? shown_code_point(first) : escaped_bytes(first);
    text.remove_prefix(first.size());
  }
  return result;
}

// A byte inside a code point.
bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

std::string with_short_words(std::string_view line) {
  std::string result;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    result += shortened(word, kLongestWord);
    line.remove_prefix(word.size());
    const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
    result += line.substr(0, spaces);
    line.remove_prefix(spaces);
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) {
  return shown(text, "");
}

std::string printable_lines(std::string_view text) {
  return shown(text, "\n\t");
}

std::string shortened(std::string_view text, std::size_t most) {
  assert(most >= 16);
  if (text.size() <= most) return std::string(text);
  const std::size_t half = (most - 3) / 2;
  std::size_t end = half;
  while (end > 0 && continues(text[end])) --end;
  std::size_t begin = text.size() - half;
  while (begin < text.size() && continues(text[begin])) ++begin;
  return std::string(text.substr(0, end)) + "..." + std::string(text.substr(begin));
}

std::string shown_name(std::string_view name) {
  return shortened(printable(name), kLongestName);
}

std::string readable_message(std::string_view message) {
  return shortened(with_short_words(printable(message)), kLongestMessage);
}

}  // namespace fixgate
