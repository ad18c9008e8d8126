// Watches a program in real numbers on calibration data.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "calibrate/histogram.h"
#include "data/sequence.h"
#include "program/format_groups.h"
#include "simulate/float/float_runner.h"

namespace fixgate::program {

/// What a program is run on once: a sequence for each of its inputs, in the order of inputs_of().
struct Recording {
  std::string name;  // for messages
  std::span<const Sequence> inputs;
};

/// Recordings in a fixed order; they refer to the sequences of others.
struct Recordings {
  std::vector<Recording> recordings;
  bool is_stream = false;  // states are carried on from recording to recording
};

/// The samples of a program with one input; `data` outlives them.
Recordings recordings_of(const DataSet& data);

/// A histogram for each group of values that have one format, in the order of format_groups_of().
using GroupProfile = std::vector<Histogram>;

/// Runs `runner` over the recordings, over all cores; the profile does not depend on how many. Initial states
/// that are not zero count as values of what they begin. Errors: a recording that does not fit the program, or
/// none; a value that is not finite; each with the recording's name.
Result<GroupProfile> calibrate(const FloatRunner& runner, const Recordings& data);

/// The profile as JSON text, as to_json() of a chain's: a group has its own name and the role of the first value
/// that it writes.
std::string to_json(const Program& program, const GroupProfile& profile);

}  // namespace fixgate::program
