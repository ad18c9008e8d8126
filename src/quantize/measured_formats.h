// Binary points of signals, chosen by what they do to the network's outputs. docs/methods.md, "Ranges".
#pragma once

#include "data/metric.h"
#include "data/sequence.h"
#include "diagnostic/supervision.h"
#include "network/network.h"
#include "quantize/plan.h"
#include "quantize/quantize.h"

namespace fixgate {

/// Whether a rule of the plan leaves binary points to be measured.
bool measures_formats(const FormatPlan& plan);

/// `start` (made from `network` by `plan`) with other binary points of those signals whose range is to be
/// measured: in the order of the data flow, each is moved as long as the divergence of the fixed-point
/// network's outputs from the float network's on `data` falls clearly. Weights and biases keep their values.
/// No label is read. Progress is shown on standard error. The result does not depend on the number of
/// threads. Errors: data that do not fit the network; the supervision's, that it is to stop.
Result<Quantised> measure_formats(const Network& network, const FormatPlan& plan, const Quantised& start,
                                  const DataSet& data, const MetricSpec& metric,
                                  const Supervision& supervision = {});

}  // namespace fixgate
