// The parts of a FixedChain by index, as the hardware sees them.
#pragma once

#include "fixed/fixed_chain.h"

namespace fixgate {

inline const SignalFormat& signal_of(const FixedChain& network, int index) {
  return network.signals[static_cast<std::size_t>(index)].format;
}
inline const Format& format_of(const FixedChain& network, int index) {
  return signal_of(network, index).format;
}
inline const WeightMatrix& weights_of(const FixedChain& network, int index) {
  return network.weights[static_cast<std::size_t>(index)];
}
inline const ActivationTable& table_of(const FixedChain& network, int index) {
  return network.tables[static_cast<std::size_t>(index)];
}

/// Inside the library every value travels signed: an unsigned format needs one bit more.
inline int travelling_width(const Format& format) {
  return format.width + (format.is_signed ? 0 : 1);
}

}  // namespace fixgate
