// The programs of tests/data/programs, with random integers.
#pragma once

#include <cstdint>
#include <string>

#include "data/sequence.h"
#include "program/fixed_network.h"

namespace fixgate::program {

/// The text of tests/data/programs/<name>.txt.
std::string program_text(const std::string& name);

/// The network of that text. Weights of random integers with sums of about 1, biases to match, tables of
/// their functions; random initial states where `has_initial`.
FixedNetwork random_network_of(const std::string& name, std::uint64_t seed, bool has_initial = false);

/// A sequence for the network's only input, of reals that fill its format.
Sequence random_input(const FixedNetwork& network, int steps, std::uint64_t seed);

}  // namespace fixgate::program
