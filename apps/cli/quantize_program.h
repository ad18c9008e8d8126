// quantize for networks that are no chain of layers, and for calibration data without a task.
#pragma once

#include <string>

#include "diagnostic/error.h"
#include "lowering/lower_to_program.h"
#include "quantize/plan.h"

namespace fixgate {

struct ProgramQuantisation {
  std::string model;
  std::string calibrate;  // arrays; or
  std::string task;       // a task file, for networks of one input
  std::string data_root;
  std::string output;
  std::string plan_output;
};

/// Calibrates, quantises, writes and says what came of it. Errors name the file.
Result<void> quantize_program(const lowering::LoweredProgram& lowered, const FormatPlan& plan,
                              const ProgramQuantisation& options);

}  // namespace fixgate
