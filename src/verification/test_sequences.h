// The sequences that an accelerator is driven with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "fixed/fixed_chain.h"

namespace fixgate {

struct TestSequence {
  Sequence sequence;
  bool keeps_state = false;  // of the sequence before; false for the first
  std::string name;          // for messages
};

/// How much of a data set is used; none: all.
struct TestLimits {
  std::optional<std::int64_t> sequences;
  std::optional<std::int64_t> steps;  // of all sequences together; the last one is cut
};

/// The first sequences of `data`. A stream's keep the state from one to the next.
std::vector<TestSequence> first_sequences(const DataSet& data, const TestLimits& limits);

/// Features over the whole range of the input's format, or tokens of the whole vocabulary; 1 to 24 steps;
/// some keep the state. The same seed gives the same sequences.
std::vector<TestSequence> random_sequences(const FixedChain& network, std::int64_t count, std::uint64_t seed);

std::int64_t count_steps(const std::vector<TestSequence>& sequences);

}  // namespace fixgate
