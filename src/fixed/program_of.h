// A network of layers as a program: what reads programs can read every network.
#pragma once

#include "fixed/fixed_network.h"
#include "program/fixed_network.h"

namespace fixgate {

/// The same integers, computed by statements. Values, matrices and constants keep the names of the network's
/// signals and weights; each direction of a bidirectional layer is a layer of its own. Expects a verified
/// network.
program::FixedNetwork program_of(const FixedNetwork& network);

}  // namespace fixgate
