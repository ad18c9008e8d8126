// A network's outputs to one sample, judged by the task's metric.
#pragma once

#include "data/metric.h"
#include "evaluate/outcome.h"
#include "network/kinds.h"
#include "simulate/fast/batch_outputs.h"

namespace fixgate {

/// `function` stands at the end of the file (numerics.md, section 8). Errors: as score_sample.
Result<Outcome> judge(const MetricSpec& metric, OutputFunction function, FloatMatrix outputs,
                      const Sample& sample);

/// The same of a fixed network's outputs; a text's steps over all cores. The result does not depend on their
/// number.
Result<Outcome> judge(const MetricSpec& metric, OutputFunction function, const IntegerView& integers,
                      const Format& format, const Sample& sample);

}  // namespace fixgate
