// Learned rounding of programs. docs/methods.md has the derivation.
#pragma once

#include <string>
#include <vector>

#include "calibrate/program_profile.h"
#include "quantize/learned.h"
#include "quantize/quantise_program.h"

namespace fixgate::program {

struct LearnedProgram {
  GivenWeights weights;  // every matrix, changed or not
  FloatNetwork network;  // the float network with the biases that go with them
  LearningOutcome outcome;
};

/// As fixgate::learn_rounding(), of any program: divergences are added up over the outputs. Weights of diagonal
/// matrices, and constants that are no biases, stay as they are.
Result<LearnedProgram> learn_rounding(const FloatNetwork& network, const FixedNetwork& start,
                                      const LearningScope& scope, const MetricSpec& metric,
                                      const Recordings& samples, const Recordings& judged_by,
                                      const Supervision& supervision = {});

}  // namespace fixgate::program
