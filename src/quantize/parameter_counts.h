// How many float parameters the file of a network has.
#pragma once

#include "network/network.h"
#include "program/float_network.h"

namespace fixgate::program {

/// Weights and constants, shared ones once; a gate of an LSTM, GRU or RNN has two biases in its file, whether
/// or not they were added up. Recurrent: of the layers that remember a value of their own.
ParameterCount parameters_of_file(const FloatNetwork& network);

}  // namespace fixgate::program
