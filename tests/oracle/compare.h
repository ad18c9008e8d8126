// The same request to both sides: Fixgate's types as the oracle's, and what each answered.
#pragma once

#include <ostream>
#include <string>

#include "numeric/format.h"
#include "oracle/oracle.h"

namespace fixgate::oracle {

inline Layout layout_of(const Format& format) {
  return {format.is_signed, format.width, format.fraction};
}

inline Target target_of(const SignalFormat& signal) {
  return {layout_of(signal.format), static_cast<Rounding>(signal.rounding),
          signal.overflow == Overflow::Wrap};
}

inline std::string text_of(const SignalFormat& signal) {
  return to_text(signal.format) + ' ' + to_text(signal.rounding) + ' ' + to_text(signal.overflow);
}

inline bool operator==(const Outcome& a, const Outcome& b) {
  return a.q == b.q && a.overflowed == b.overflowed;
}

inline std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.q << (outcome.overflowed ? " (overflowed)" : "");
}

}  // namespace fixgate::oracle
