// Calibration data cut into parts that run at once, each in its own order: what is summed over them does not
// depend on the number of threads.
#pragma once

#include <array>
#include <vector>

#include "data/sequence.h"

namespace fixgate {

constexpr std::size_t kSampleParts = 8;

/// Sequences in the order in which they run, each from the initial state or from where the last one ended.
struct SamplePart {
  std::vector<Sequence> sequences;
  bool carries_on = false;
};

/// Samples are dealt out one by one. A stream is cut into pieces of 64 steps, further back than which
/// gradients have faded, and each part gets as many that follow each other.
std::array<SamplePart, kSampleParts> cut_into_parts(const DataSet& samples);

}  // namespace fixgate
