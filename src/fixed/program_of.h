// A chain of layers as a program: what reads programs can read every network.
#pragma once

#include <optional>
#include <vector>

#include "fixed/cell_states.h"
#include "fixed/fixed_chain.h"
#include "program/fixed_network.h"

namespace fixgate {

/// A program, and where the parts of the chain stand in it.
struct ChainProgram {
  program::FixedNetwork network;
  program::IdVector<program::ValueId, std::optional<int>> signals;  // none: what a move or tokens make
  std::vector<std::vector<CellStates>> states;                      // by layer, then by cell
};

/// The same integers, computed by statements. Values, matrices and constants keep the names of the chain's
/// signals and weights; each direction of a bidirectional layer is a layer of its own, and where both share
/// the signal h, the values of both are at that signal. Expects a verified chain.
ChainProgram chain_program_of(FixedChain chain);
program::FixedNetwork program_of(FixedChain chain);

}  // namespace fixgate
