#include "lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace fixgate {
namespace {

std::vector<std::string_view> elements_of(std::string_view list) {
  std::vector<std::string_view> elements;
  for (std::size_t comma = list.find(','); comma != std::string_view::npos; comma = list.find(',')) {
    elements.push_back(list.substr(0, comma));
    list.remove_prefix(comma + 1);
  }
  elements.push_back(list);
  return elements;
}

bool is_blank(std::string_view element) {
  return element.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

CLI::Validator comma_list() {
  const auto check = [](const std::string& list) -> std::string {
    if (std::ranges::none_of(elements_of(list), is_blank)) return "";
    return fmt::format(
        "'{}' has an empty element; give a value, or leave the comma out (is a variable of the shell not "
        "set?)",
        list);
  };
  return {check, "LIST"};
}

Result<std::vector<int>> parse_integers(const char* option, std::string_view list, int least, int most) {
  std::vector<int> integers;
  for (const std::string_view element : elements_of(list)) {
    int value = 0;
    const char* const last = element.data() + element.size();
    const auto [end, error] = std::from_chars(element.data(), last, value);
    if (error != std::errc() || end != last || value < least || value > most)
      return fail("{} {}: '{}' is no whole number of {} to {}", option, list, element, least, most);
    integers.push_back(value);
  }
  return integers;
}

}  // namespace fixgate
