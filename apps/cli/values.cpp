#include "values.h"

#include <string>
#include <string_view>

namespace fixgate {
namespace {

bool is_option_name(const CLI::App& app, const std::string& text) {
  return text.size() > 1 && text.front() == '-' && app.get_option_no_throw(text) != nullptr;
}

Result<void> check_option(const CLI::App& app, const CLI::Option& option) {
  for (const std::string& value : option.results()) {
    if (value.empty())
      return fail("{}: is empty; give a value, or leave it out (is a variable of the shell not set?)",
                  option.get_name());
    if (is_option_name(app, value))
      return fail("{}: has no value before '{}' (a file of that name is written ./{})", option.get_name(),
                  value, value);
  }
  return {};
}

Result<void> check_options(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) FIXGATE_CHECK(check_option(app, *option));
  return {};
}

}  // namespace

Result<void> check_arguments(std::span<const char* const> arguments) {
  for (const std::string_view argument : arguments) {
    if (argument == "--") break;  // what follows are no options
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1)
      return fail("{}: is empty; give a value, or leave it out (is a variable of the shell not set?)",
                  argument.substr(0, argument.size() - 1));
  }
  return {};
}

Result<void> check_values(const CLI::App& app) {
  FIXGATE_CHECK(check_options(app));
  for (const CLI::App* command : app.get_subcommands()) FIXGATE_CHECK(check_options(*command));
  return {};
}

}  // namespace fixgate
