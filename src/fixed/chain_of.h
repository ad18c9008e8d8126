// A program as a chain of the layers that have kernels and hardware of their own.
#pragma once

#include <vector>

#include "fixed/cell_states.h"
#include "fixed/fixed_chain.h"
#include "program/fixed_network.h"

namespace fixgate {

/// A chain, and where its parts stand in the program. Its matrices and tables have the program's indices. The
/// directions of a bidirectional layer have hidden states of their own, besides the layer's.
struct Chain {
  FixedChain network;
  std::vector<program::ValueId> values;         // by signal
  std::vector<std::vector<CellStates>> states;  // by layer, then by cell
};

/// Error: which layer is no embedding, LSTM, GRU, RNN, dense layer or selection of steps, or does not read
/// the one before it alone. Expects a verified network.
Result<Chain> chain_of(const program::FixedNetwork& network);

}  // namespace fixgate
