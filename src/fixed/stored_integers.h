// The integers of a network as the tensors of its file, and back: docs/formats.md.
#pragma once

#include <vector>

#include "fixed/safetensors.h"
#include "program/fixed_network.h"

namespace fixgate {

/// Of weights, constants, tables and initial states, by the names that they have in the program.
std::vector<StoredTensor> stored_integers(const program::FixedNetwork& network);

/// Puts the integers into a network that is parsed from its text without them. Errors: a tensor that is
/// missing, of another type or shape, or without use.
Result<void> restore_integers(std::vector<StoredTensor> tensors, program::FixedNetwork& network);

}  // namespace fixgate
