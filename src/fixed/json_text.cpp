#include "fixed/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace fixgate {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

// Before the parser sees the text: it would keep a record of every level.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t k = 0; k < text.size() && depth <= kMaxDepth; ++k) {
    const char c = text[k];
    if (in_string && c == '\\') ++k;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return depth > kMaxDepth;
}

// nlohmann's parser keeps the last of several equal keys without a word.
class KeyWatch {
 public:
  bool operator()(int /*depth*/, json::parse_event_t event, const json& parsed) {
    if (event == json::parse_event_t::object_start) seen_.emplace_back();
    if (event == json::parse_event_t::object_end) seen_.pop_back();
    if (event == json::parse_event_t::key && !seen_.back().insert(parsed.get<std::string>()).second &&
        repeated_.empty())
      repeated_ = parsed.dump(-1, ' ', true);
    return true;
  }
  [[nodiscard]] const std::string& repeated() const { return repeated_; }

 private:
  std::vector<std::set<std::string>> seen_;
  std::string repeated_;  // in quotes
};

}  // namespace

Result<json> parse_json(std::string_view text) {
  if (is_too_deep(text)) return fail("the JSON is nested deeper than {}", kMaxDepth);
  KeyWatch watch;
  json parsed = json::parse(text.begin(), text.end(), std::ref(watch), false);
  if (parsed.is_discarded()) return fail("it is not JSON");
  if (!watch.repeated().empty()) return fail("the key {} occurs twice in a JSON object", watch.repeated());
  return parsed;
}

}  // namespace fixgate
