// Random sequences for fixed-point networks, hostile features among them.
#pragma once

#include <cmath>

#include "fixed/fixed_chain.h"
#include "simulate/testing/random_network.h"

namespace fixgate::testing_support {

/// Features from far below to far above what any format holds, ties among them.
inline Sequence any_sequence(Random& random, const FixedChain& network, int steps) {
  Sequence sequence = random_sequence(random, network.takes_tokens, network.inputs, steps, 1.5);
  for (Eigen::Index k = 0; k < sequence.features.size(); ++k) {
    float& x = sequence.features.data()[k];
    if (random.chance(0.3)) x = std::ldexp(std::nearbyint(std::ldexp(x, 4)), -4);
    if (random.chance(0.05)) x = random.pick({1e30F, -1e30F, 3.4e38F, 1e-42F, -1e-42F, 0.0F, -0.0F});
  }
  return sequence;
}

}  // namespace fixgate::testing_support
