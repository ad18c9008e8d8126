// What a change of each weight and bias of a program does to a scalar of its outputs.
#pragma once

#include <map>
#include <string>

#include "calibrate/program_run.h"
#include "calibrate/program_statistics.h"

namespace fixgate::program {

/// Derivatives of a scalar, summed over runs.
struct ParameterGradients {
  std::map<std::string, FloatMatrix> weights;  // by the first of the matrices that share them; all their uses
  std::map<ConstantId, FloatVector> constants;

  /// Adds one run of `runner`. Diagonal matrices are left out.
  void add(const CalibrationRunner& runner, const ObservedRun& run);
  void merge(const ParameterGradients& other);
};

}  // namespace fixgate::program
