// Sequences of a task's data, by the part or parts that a user names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/task.h"
#include "verification/test_sequences.h"

namespace fixgate {

/// `part`: "test", "validation", "calibration" (drawn from the training part), or "all": these in that order,
/// as far as they are needed; not for streams. Errors: another part, data that cannot be read or have other
/// steps than the network's `call` takes, fewer sequences than limits.sequences.
Result<std::vector<TestSequence>> gather_sequences(const Task& task, const CallSteps& call,
                                                   const std::string& part,
                                                   const std::filesystem::path& data_root,
                                                   const TestLimits& limits);

}  // namespace fixgate
