// Number formats: docs/numerics.md, section 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

inline constexpr int kMaxFormatWidth = 32;
inline constexpr int kMaxFraction = 64;  // in both directions

/// value = q * 2^-fraction, q in the range of `width` bits.
struct Format {
  bool is_signed = true;
  int width = 8;     // bits, 1..32
  int fraction = 0;  // -64..64

  [[nodiscard]] std::int64_t min() const { return is_signed ? -(std::int64_t{1} << (width - 1)) : 0; }
  [[nodiscard]] std::int64_t max() const { return (std::int64_t{1} << (is_signed ? width - 1 : width)) - 1; }
  [[nodiscard]] bool contains(std::int64_t q) const { return q >= min() && q <= max(); }
  [[nodiscard]] double value(std::int64_t q) const;

  friend bool operator==(const Format&, const Format&) = default;
};

enum class Rounding { Floor, Nearest, Convergent };
enum class Overflow { Saturate, Wrap };

/// What every signal has: where its bits lie, and how a value gets there.
struct SignalFormat {
  Format format;
  Rounding rounding = Rounding::Nearest;
  Overflow overflow = Overflow::Saturate;

  friend bool operator==(const SignalFormat&, const SignalFormat&) = default;
};

/// "sfix8_En6", "ufix8_En8", "sfix8_E2", "sfix8".
std::string to_text(const Format& format);
std::string to_text(Rounding rounding);
std::string to_text(Overflow overflow);

/// The inverse of to_text. Errors: not of that form, width outside 1..32, fraction outside -64..64.
Result<Format> parse_format(std::string_view text);
Result<Rounding> parse_rounding(std::string_view text);
Result<Overflow> parse_overflow(std::string_view text);

/// Errors as parse_format's, for a format put together from numbers.
Result<void> check_format(const Format& format);

}  // namespace fixgate
