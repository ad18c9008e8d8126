// What the user says of a graph: which inputs and dimensions are fixed, and which outputs are states.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fixgate {

struct GraphSettings {
  std::map<std::string, double> set;                        // graph inputs and symbolic dimensions, fixed
  std::vector<std::pair<std::string, std::string>> states;  // graph input, graph output that it comes from

  [[nodiscard]] bool empty() const { return set.empty() && states.empty(); }

  friend bool operator==(const GraphSettings&, const GraphSettings&) = default;
};

/// Both together; where they fix the same, `first` does.
inline GraphSettings merged(GraphSettings first, const GraphSettings& second) {
  first.set.insert(second.set.begin(), second.set.end());
  for (const auto& [input, output] : second.states) {
    bool is_known = false;
    for (const auto& [known, ignored] : first.states) is_known = is_known || known == input;
    if (!is_known) first.states.emplace_back(input, output);
  }
  return first;
}

/// A line for each setting, for fingerprints.
inline std::vector<std::string> lines_of(const GraphSettings& settings) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : settings.set) lines.push_back(fmt::format("set {} {}", name, value));
  for (const auto& [input, output] : settings.states)
    lines.push_back(fmt::format("state {} {}", input, output));
  return lines;
}

}  // namespace fixgate
