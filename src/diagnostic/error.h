// What a user can cause: an error as a value, with the file, node or option that it is about.
#pragma once

#include <fmt/format.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace fixgate {

/// One message for a person: what is wrong, where, and what to do. No trailing full stop or newline.
struct Error {
  std::string message;

  /// The same error seen from further out: "model.onnx: node 'gru': ...".
  [[nodiscard]] Error within(const std::string& context) const { return {context + ": " + message}; }
};

template <typename T>
using Result = tl::expected<T, Error>;

/// return fail("node '{}': ...", name);
template <typename... Args>
tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::make_unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace fixgate

#define FIXGATE_CONCAT_INNER(a, b) a##b
#define FIXGATE_CONCAT(a, b) FIXGATE_CONCAT_INNER(a, b)

/// Leaves the function with the error of `expression` (a Result<void> or any Result), if it is one.
#define FIXGATE_CHECK(expression)                                    \
  do {                                                               \
    if (auto fixgate_result = (expression); !fixgate_result)         \
      return tl::make_unexpected(std::move(fixgate_result).error()); \
  } while (false)

/// FIXGATE_ASSIGN(auto model, import_onnx(path)); declares or assigns, or leaves with the error.
#define FIXGATE_ASSIGN(target, expression) \
  FIXGATE_ASSIGN_NAMED(FIXGATE_CONCAT(fixgate_result_, __LINE__), target, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): the target may be a declaration
#define FIXGATE_ASSIGN_NAMED(result, target, expression)              \
  auto result = (expression);                                         \
  if (!result) return tl::make_unexpected(std::move(result).error()); \
  target = std::move(*result)
// NOLINTEND(bugprone-macro-parentheses)
