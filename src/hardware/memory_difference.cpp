#include "hardware/memory_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace fixgate {
namespace {

constexpr std::size_t kLongestShown = 40;  // digits of a word

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && !line.starts_with("//")) words.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string shown(std::string_view word) {
  if (word.size() <= kLongestShown) return std::string(word);
  return fmt::format("{}... ({} digits)", word.substr(0, kLongestShown), word.size());
}

// Long words from a little before the place where they part.
std::string difference(std::size_t index, std::string_view expected, std::string_view present) {
  const auto parting = std::ranges::mismatch(expected, present).in1 - expected.begin();
  if (expected.size() != present.size() || expected.size() <= kLongestShown)
    return fmt::format("word {} is {}, the network's is {}", index, shown(present), shown(expected));
  const std::size_t from = std::min(static_cast<std::size_t>(parting), expected.size() - kLongestShown);
  return fmt::format("word {} is {} from digit {} on, the network's is {}", index,
                     present.substr(from, kLongestShown), from, expected.substr(from, kLongestShown));
}

}  // namespace

MemoryDifference compare_memory(std::string_view expected, std::string_view present) {
  const std::vector<std::string_view> wanted = words_of(expected);
  const std::vector<std::string_view> words = words_of(present);
  MemoryDifference found;
  for (std::size_t index = 0; index < std::min(wanted.size(), words.size()); ++index)
    if (wanted[index] != words[index] && found.words++ == 0)
      found.first = difference(index, wanted[index], words[index]);
  if (wanted.size() == words.size()) return found;
  if (found.words == 0)
    found.first = fmt::format("it has {} words, the network's has {}", words.size(), wanted.size());
  found.words += static_cast<std::int64_t>(std::max(wanted.size(), words.size()) -
                                           std::min(wanted.size(), words.size()));
  return found;
}

}  // namespace fixgate
