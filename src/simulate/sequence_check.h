// What both runners ask of a sequence before they run it.
#pragma once

#include <cstdint>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "network/kinds.h"
#include "program/program.h"

namespace fixgate {

/// Errors: no steps; tokens where features are read or the reverse; a wrong number of features; a token
/// outside 0..inputs-1; a feature that is not a number. `inputs`: features a step, or the vocabulary's size.
Result<void> check_sequence(const Sequence& sequence, bool takes_tokens, std::int64_t inputs);

/// The same of a program with one input. Error, too: it has several.
Result<void> check_sequence(const Sequence& sequence, const program::Program& program);

/// Error: tokens of a vocabulary that holds more than the network's `inputs`; whatever tokens occur, it is
/// another network's.
Result<void> check_vocabulary(const DataSet& data, bool takes_tokens, std::int64_t inputs);

/// Error: data that a graph of so many steps a call cannot run; of a stream, all samples together. The sample
/// is named.
Result<void> check_steps(const CallSteps& call, const DataSet& data);

/// Errors: those of check_vocabulary and of check_steps, of a program with one input.
Result<void> check_data(const program::Program& program, const DataSet& data);

}  // namespace fixgate
