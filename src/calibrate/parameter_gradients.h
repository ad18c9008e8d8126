// What a change of each weight and bias does to a scalar of a network's outputs.
#pragma once

#include <map>
#include <string>

#include "calibrate/observed_run.h"

namespace fixgate {

/// Derivatives of a scalar, summed over runs.
struct ParameterGradients {
  std::map<std::string, FloatMatrix> weights;  // by the matrices' names in a plan; both uses of a tied one
  std::map<int, FloatVector> sums;  // by the rows' sums, which is by their biases: key is the sums' signal

  /// Adds one run of `runner`.
  void add(const CalibrationRunner& runner, const WeightSites& sites, const ObservedRun& run);
  void merge(const ParameterGradients& other);
};

}  // namespace fixgate
