// Random formats and integers for the properties; rapidcheck prints the seed.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <ostream>

#include "numeric/format.h"

namespace fixgate {

inline void showValue(const Format& format, std::ostream& out) {
  out << to_text(format);
}  // NOLINT: rapidcheck's name

inline void showValue(const SignalFormat& signal, std::ostream& out) {  // NOLINT
  out << to_text(signal.format) << ' ' << to_text(signal.rounding) << ' ' << to_text(signal.overflow);
}

/// Any 64-bit integer: all lengths equally likely, the neighbours of powers of two and both ends often.
inline rc::Gen<std::int64_t> any_integer() {
  const auto of_length = rc::gen::apply(
      [](std::int64_t bits, int drop, int nudge) {
        const std::int64_t v = bits >> drop;
        return nudge < -1 ? v : static_cast<std::int64_t>((std::uint64_t{1} << drop) + nudge);
      },
      rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::int64_t>()), rc::gen::inRange(0, 64),
      rc::gen::inRange(-5, 2));
  return rc::gen::weightedOneOf<std::int64_t>(
      {{9, of_length},
       {1, rc::gen::element<std::int64_t>(0, 1, -1, std::numeric_limits<std::int64_t>::min(),
                                          std::numeric_limits<std::int64_t>::max())}});
}

}  // namespace fixgate

namespace rc {

template <>
struct Arbitrary<fixgate::Format> {
  static Gen<fixgate::Format> arbitrary() {
    return gen::build<fixgate::Format>(
        gen::set(&fixgate::Format::is_signed), gen::set(&fixgate::Format::width, gen::inRange(1, 33)),
        gen::set(&fixgate::Format::fraction, gen::oneOf(gen::inRange(-64, 65), gen::inRange(-4, 12))));
  }
};

template <>
struct Arbitrary<fixgate::Rounding> {
  static Gen<fixgate::Rounding> arbitrary() {
    using fixgate::Rounding;
    return gen::element(Rounding::Floor, Rounding::Nearest, Rounding::Convergent);
  }
};

template <>
struct Arbitrary<fixgate::Overflow> {
  static Gen<fixgate::Overflow> arbitrary() {
    return gen::element(fixgate::Overflow::Saturate, fixgate::Overflow::Wrap);
  }
};

template <>
struct Arbitrary<fixgate::SignalFormat> {
  static Gen<fixgate::SignalFormat> arbitrary() {
    using fixgate::SignalFormat;
    return gen::build<SignalFormat>(gen::set(&SignalFormat::format), gen::set(&SignalFormat::rounding),
                                    gen::set(&SignalFormat::overflow));
  }
};

}  // namespace rc
