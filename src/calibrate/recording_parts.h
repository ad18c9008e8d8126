// Recordings cut into parts that run at once, each in its own order: what is summed over them does not depend
// on the number of threads.
#pragma once

#include <array>
#include <vector>

#include "calibrate/program_profile.h"
#include "calibrate/sample_parts.h"

namespace fixgate::program {

/// Recordings in the order in which they run, each from the initial states or from where the last one ended;
/// of each a sequence for every input.
struct RecordingPart {
  std::vector<std::vector<Sequence>> recordings;
  bool carries_on = false;
};

/// Recordings are dealt out one by one. A stream whose inputs have as many steps each is cut into pieces of 64
/// steps, or the next multiple of every stride of `program`, and each part gets as many that follow each other.
std::array<RecordingPart, kSampleParts> cut_into_parts(const Program& program, const Recordings& data);

}  // namespace fixgate::program
