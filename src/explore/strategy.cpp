#include "explore/strategy.h"

#include <algorithm>
#include <array>

namespace fixgate {
namespace {

constexpr std::array kStrategies = {NamedStrategy{"grid", search_grid},
                                    NamedStrategy{"sensitivity", search_sensitivity},
                                    NamedStrategy{"evolve", search_evolve}};

}  // namespace

Result<std::vector<NamedStrategy>> parse_strategies(std::string_view text) {
  std::vector<NamedStrategy> chosen;
  while (true) {
    const std::string_view word = text.substr(0, text.find(','));
    const auto known = std::ranges::find(kStrategies, word, &NamedStrategy::name);
    if (known == kStrategies.end())
      return fail("--strategy: '{}' is no strategy: expected grid, sensitivity or evolve", word);
    if (std::ranges::find(chosen, word, &NamedStrategy::name) != chosen.end())
      return fail("--strategy: '{}' stands there twice", word);
    chosen.push_back(*known);
    if (word.size() == text.size()) return chosen;
    text.remove_prefix(word.size() + 1);
  }
}

}  // namespace fixgate
