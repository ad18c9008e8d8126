// How narrow the factors of matrix products may be stored.
#pragma once

#include <vector>

#include "simulate/fast/plan.h"

namespace fixgate::fast {

/// True if a dense layer writes the network's outputs: they are stored in 32 bits.
bool ends_in_dense(const FixedChain& network);

/// By signal. Bytes for a signal of at most 8 bits when every matrix that multiplies it has at most 8 bits,
/// too, and the machine's byte products are exact or take fewer multiplications than half words do.
std::vector<Storage> choose_storage(const FixedChain& network, const ByteProducts& products);

}  // namespace fixgate::fast
