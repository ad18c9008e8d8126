// Binary points of a program's values, chosen by what they do to its outputs. docs/methods.md, "Ranges".
#pragma once

#include "quantize/program_distance.h"
#include "quantize/quantise_program.h"

namespace fixgate::program {

/// As fixgate::measure_formats(), of any program: in the order of the groups of values that have one format.
Result<QuantisedProgram> measure_formats(const FloatNetwork& network, const FormatPlan& plan,
                                         const QuantisedProgram& start, const Recordings& data,
                                         const MetricSpec& metric, const Supervision& supervision = {});

}  // namespace fixgate::program
