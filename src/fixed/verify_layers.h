// A FixedChain's layers against its signals, weights and tables.
#pragma once

#include "fixed/fixed_chain.h"

namespace fixgate {

/// The chain of layers: what each hands on is what the next gets, all indices and shapes fit, roles, tables'
/// formats, biases and states are as the layer's kind needs them, every signal has one source, and nothing is
/// left unused. Expects signals, weights and tables to be good by themselves (verify_parts.h).
Result<void> check_layers(const FixedChain& network);

}  // namespace fixgate
