// What a network is calibrated on: a task's training part, or arrays.
#pragma once

#include <memory>
#include <string>

#include "data/task.h"
#include "diagnostic/error.h"
#include "quantize/calibrated_program.h"

namespace fixgate {

struct CalibrationData {
  program::Recordings recordings = {};
  MetricSpec metric = {};
  std::uint64_t seed = 1;
  program::ProgramLearning learning = {};
  std::shared_ptr<const void> kept = {};  // what the recordings refer to
};

/// The task's calibration part. Errors: those of its reading; data that do not fit the program. `program` outlives it. Prints a line on the data.
Result<CalibrationData> data_of_task(const program::Program& program, const Task& task,
                                     const std::string& data_root);

/// The arrays of `file`, as `run` takes them. Errors name the file. Prints a line on the data.
Result<CalibrationData> data_of_arrays(const program::Program& program, const std::string& file);

}  // namespace fixgate
