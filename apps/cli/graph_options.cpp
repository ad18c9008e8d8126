#include "graph_options.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace fixgate {
namespace {

/// At the last '=': names may have some of their own.
Result<std::pair<std::string, std::string>> split(const char* option, const std::string& text) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    return fail("{} {}: expected NAME=VALUE", option, text);
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

Result<double> number_of(const std::string& option, const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return fail("--set {}: '{}' is no number", option, text);
  return number;
}

}  // namespace

void add_graph_options(CLI::App& command, GraphOptions& options) {
  command
      .add_option("--set", options.set,
                  "Fix a graph input or a symbolic dimension of an ONNX file: NAME=VALUE; can be repeated")
      ->expected(1)
      ->take_all();
  command
      .add_option("--state", options.states,
                  "Say which output gives a state input back, where the graph leaves it open: INPUT=OUTPUT; "
                  "can be repeated")
      ->expected(1)
      ->take_all();
}

Result<GraphSettings> parse_graph_options(const GraphOptions& options) {
  GraphSettings parsed;
  for (const std::string& text : options.set) {
    FIXGATE_ASSIGN(const auto pair, split("--set", text));
    FIXGATE_ASSIGN(const double number, number_of(text, pair.second));
    if (!parsed.set.emplace(pair.first, number).second) return fail("--set {}: it is set twice", pair.first);
  }
  for (const std::string& text : options.states) {
    FIXGATE_ASSIGN(auto pair, split("--state", text));
    parsed.states.push_back(std::move(pair));
  }
  return parsed;
}

}  // namespace fixgate
