// How narrow the factors of matrix products may be stored, and for how long 16 bits hold their sums.
#pragma once

#include <vector>

#include "simulate/fast/plan.h"

namespace fixgate::fast {

/// True if a dense layer writes the network's outputs: they are stored in 32 bits.
bool ends_in_dense(const FixedNetwork& network);

/// By signal. Bytes for a signal of at most 8 bits when every matrix that multiplies it has at most 8 bits,
/// too, and the machine's byte products are exact or proven to be.
std::vector<Storage> choose_storage(const FixedNetwork& network, const ByteProducts& products);

/// How many quads of columns can be added, as pairs of bytes into 16 bits, before a pair of any row could
/// leave the 16 bits; 0: not even one. The stored factors lie in 0..(max - min) of `input`.
int narrow_quads(const std::vector<const WeightMatrix*>& parts, const Format& input);

}  // namespace fixgate::fast
