#include "program/text_origin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "program/text.h"

namespace fixgate::program {
namespace {

std::string constant_text(const ConstantOutput& output) {
  const Tensor& value = output.value;
  const std::string numbers = value.is_float() ? fmt::format("{}", fmt::join(value.floats(), " "))
                                               : fmt::format("{}", fmt::join(value.integers(), " "));
  return fmt::format("origin constant {} {} [{}] {}\n", quoted_name(output.name),
                     value.is_float() ? "real" : "whole", fmt::join(value.shape, " "), quoted_name(numbers));
}

template <typename Number>
Result<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return fail("'{}' is no number", text);
  return number;
}

template <typename Number>
Result<std::vector<Number>> numbers_of(std::string_view text) {
  std::vector<Number> numbers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    FIXGATE_ASSIGN(const Number number, number_of<Number>(text.substr(0, end)));
    numbers.push_back(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

Result<void> parse_set(LineCursor& line, Origin& origin) {
  FIXGATE_ASSIGN(const std::string name, line.expect_name());
  FIXGATE_ASSIGN(const std::string text, line.expect_name());
  FIXGATE_ASSIGN(const double number, number_of<double>(text));
  if (!origin.settings.set.emplace(name, number).second) return fail("'{}' is set twice", name);
  return {};
}

Result<void> parse_state(LineCursor& line, Origin& origin) {
  FIXGATE_ASSIGN(std::string input, line.expect_name());
  FIXGATE_CHECK(line.expect_word("from"));
  FIXGATE_ASSIGN(std::string output, line.expect_name());
  origin.settings.states.emplace_back(std::move(input), std::move(output));
  return {};
}

Result<void> parse_constant(LineCursor& line, Origin& origin) {
  ConstantOutput output;
  FIXGATE_ASSIGN(output.name, line.expect_name());
  const bool is_float = line.take_word("real");
  if (!is_float) FIXGATE_CHECK(line.expect_word("whole"));
  FIXGATE_ASSIGN(output.value.shape, line.expect_numbers());
  FIXGATE_ASSIGN(const std::string numbers, line.expect_name());
  if (is_float) {
    FIXGATE_ASSIGN(output.value.data, numbers_of<float>(numbers));
  } else {
    FIXGATE_ASSIGN(output.value.data, numbers_of<std::int64_t>(numbers));
  }
  origin.constants.push_back(std::move(output));
  return {};
}

}  // namespace

std::string origin_text(const Origin& origin) {
  std::string text;
  for (const auto& [name, value] : origin.settings.set)
    text += fmt::format("origin set {} \"{}\"\n", quoted_name(name), value);
  for (const auto& [input, output] : origin.settings.states)
    text += fmt::format("origin state {} from {}\n", quoted_name(input), quoted_name(output));
  for (const ConstantOutput& output : origin.constants) text += constant_text(output);
  return text;
}

Result<void> parse_origin(LineCursor& line, Origin& origin) {
  if (line.take_word("set")) {
    FIXGATE_CHECK(parse_set(line, origin));
  } else if (line.take_word("state")) {
    FIXGATE_CHECK(parse_state(line, origin));
  } else {
    FIXGATE_CHECK(line.expect_word("constant"));
    FIXGATE_CHECK(parse_constant(line, origin));
  }
  return line.expect_end();
}

}  // namespace fixgate::program
