// From a program with real numbers and a FormatPlan to one with integers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibrate/program_profile.h"
#include "calibrate/program_statistics.h"
#include "diagnostic/supervision.h"
#include "program/fixed_network.h"
#include "program/float_network.h"
#include "quantize/quantize.h"

namespace fixgate::program {

struct QuantisedProgram {
  FixedNetwork network;                     // verified
  FormatPlan resolved;                      // the plan again, with the format of every signal in full
  std::optional<LearningOutcome> learning;  // where the plan learns rounding
};

/// The names that a plan's rules for weights may match, in the order of the data flow: those of the matrices.
/// Matrices that share their weights have the first one's.
std::vector<std::string> weight_names(const FloatNetwork& network);

/// Beside a network and a plan, what quantise() may need.
struct QuantiseHelp {
  const GroupProfile* profile = nullptr;  // null: the plan states every format
  const WeightStatistics* statistics =
      nullptr;                            // null: all weights are rounded to nearest, no bias corrected
  WeightCache* cache = nullptr;           // may be null; else of this network and these statistics
  const GivenWeights* weights = nullptr;  // all of them, chosen already; biases then stay as they are
  Supervision supervision = {};
};

/// Any program. `network` is verified. Rules for all signals give values their least_widths() at least, rules
/// for all weights a diagonal matrix plain integers of at least 8 bits, and a matrix of 0 and one power of two
/// those integers alone. Errors: what the plan leaves
/// open or asks for in vain, a table or a sum that cannot be made, a constant that its format cannot hold; each
/// names the value, matrix or constant. An error, too: the supervision's, that it is to stop.
Result<QuantisedProgram> quantise(const FloatNetwork& network, const FormatPlan& plan,
                                  const QuantiseHelp& help);

}  // namespace fixgate::program
