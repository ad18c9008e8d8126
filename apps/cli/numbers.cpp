#include "numbers.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace fixgate {
namespace {

template <typename T>
bool parse(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

}  // namespace

CLI::Validator natural_number() {
  const auto check = [](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    return parse(text, value) ? "" : fmt::format("'{}': expected a whole number from 0 on", text);
  };
  return {check, "NATURAL"};
}

CLI::Validator positive_number() {
  const auto check = [](const std::string& text) -> std::string {
    double value = 0;
    const bool is_number = parse(text, value) && std::isfinite(value);
    return is_number && value > 0 ? "" : fmt::format("'{}': expected a number above 0", text);
  };
  return {check, "POSITIVE"};
}

}  // namespace fixgate
