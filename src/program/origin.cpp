#include "program/origin.h"

#include <cmath>
#include <optional>

#include "diagnostic/one_line.h"

namespace fixgate::program {
namespace {

constexpr int kMostElements = 1 << 24;

/// Elements of the shape; nothing where they are more than any file has.
std::optional<std::int64_t> elements_of(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0 || size > kMostElements) return std::nullopt;
    count *= size;
    if (count > kMostElements) return std::nullopt;
  }
  return count;
}

Result<void> check_constant(const ConstantOutput& output) {
  FIXGATE_CHECK(check_one_line(output.name, "constant output's name"));
  const auto wanted = elements_of(output.value.shape);
  const auto count = std::visit([](const auto& numbers) { return std::ssize(numbers); }, output.value.data);
  if (wanted != count) return fail("constant output '{}' has {} numbers", output.name, count);
  return {};
}

}  // namespace

Result<void> verify(const Origin& origin) {
  for (const auto& [name, value] : origin.settings.set) {
    FIXGATE_CHECK(check_one_line(name, "setting's name"));
    if (!std::isfinite(value)) return fail("'{}' is set to {}", name, value);
  }
  for (const auto& [input, output] : origin.settings.states) {
    FIXGATE_CHECK(check_one_line(input, "state input's name"));
    FIXGATE_CHECK(check_one_line(output, "state output's name"));
  }
  for (const ConstantOutput& output : origin.constants) FIXGATE_CHECK(check_constant(output));
  return {};
}

}  // namespace fixgate::program
