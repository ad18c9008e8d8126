#include "numeric/share.h"

#include <charconv>
#include <cmath>

namespace fixgate {

Result<double> parse_share(std::string_view option, const std::string& text) {
  const bool is_percent = text.ends_with('%');
  const char* const end = text.data() + text.size() - (is_percent ? 1 : 0);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value) || value < 0)
    return fail("{} {}: expected a share such as 0.5% or 0.005", option, text);
  return is_percent ? value / 100 : value;
}

}  // namespace fixgate
