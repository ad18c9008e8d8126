#include "numeric/format.h"

#include <charconv>
#include <cmath>

namespace fixgate {
namespace {

// Takes digits off the front of `text`; false if there are none or too many.
bool take_number(std::string_view& text, int& number) {
  if (text.starts_with('-')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

double Format::value(std::int64_t q) const {
  return std::ldexp(static_cast<double>(q), -fraction);
}

std::string to_text(const Format& format) {
  std::string base = fmt::format("{}fix{}", format.is_signed ? 's' : 'u', format.width);
  if (format.fraction == 0) return base;
  return format.fraction > 0 ? fmt::format("{}_En{}", base, format.fraction)
                             : fmt::format("{}_E{}", base, -format.fraction);
}

std::string to_text(Rounding rounding) {
  switch (rounding) {
    case Rounding::Floor:
      return "floor";
    case Rounding::Nearest:
      return "nearest";
    case Rounding::Convergent:
      break;
  }
  return "convergent";
}

std::string to_text(Overflow overflow) {
  return overflow == Overflow::Saturate ? "saturate" : "wrap";
}

Result<void> check_format(const Format& format) {
  if (format.width < 1 || format.width > kMaxFormatWidth)
    return fail("width {} is impossible: a format is 1 to {} bits wide", format.width, kMaxFormatWidth);
  if (format.fraction < -kMaxFraction || format.fraction > kMaxFraction)
    return fail("{} fraction bits are impossible: a format has -{} to {}", format.fraction, kMaxFraction,
                kMaxFraction);
  return {};
}

Result<Format> parse_format(std::string_view text) {
  std::string_view rest = text;
  Format format;
  format.is_signed = rest.starts_with('s');
  bool good = (take_prefix(rest, "sfix") || take_prefix(rest, "ufix")) && take_number(rest, format.width);
  if (good && !rest.empty()) {
    good = take_prefix(rest, "_E");
    const bool negative_exponent = take_prefix(rest, "n");
    good = good && take_number(rest, format.fraction) && rest.empty();
    if (!negative_exponent) format.fraction = -format.fraction;
  }
  if (!good) return fail("'{}' is no format: expected the form sfix8_En6, ufix8_En8 or sfix8_E2", text);
  if (auto checked = check_format(format); !checked)
    return tl::make_unexpected(checked.error().within(std::string(text)));
  return format;
}

Result<Rounding> parse_rounding(std::string_view text) {
  for (const Rounding rounding : {Rounding::Floor, Rounding::Nearest, Rounding::Convergent})
    if (text == to_text(rounding)) return rounding;
  return fail("'{}' is no rounding: expected floor, nearest or convergent", text);
}

Result<Overflow> parse_overflow(std::string_view text) {
  for (const Overflow overflow : {Overflow::Saturate, Overflow::Wrap})
    if (text == to_text(overflow)) return overflow;
  return fail("'{}' is no overflow mode: expected saturate or wrap", text);
}

}  // namespace fixgate
