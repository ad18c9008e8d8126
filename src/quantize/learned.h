// Learned rounding: whole networks of integers that answer as the float network does. docs/methods.md has the
// derivation.
#pragma once

#include <string>
#include <vector>

#include "data/metric.h"
#include "data/sequence.h"
#include "diagnostic/supervision.h"
#include "fixed/fixed_chain.h"
#include "network/network.h"
#include "quantize/quantize.h"

namespace fixgate {

/// What may change, and towards what.
struct LearningScope {
  std::vector<std::string> matrices;  // by their names in a plan
  std::vector<std::string> biased;    // those of them whose biases may, too
  float confidence = 1;               // the float outputs count multiplied by this
};

struct LearnedParameters {
  GivenWeights weights;  // every matrix of the network, changed or not
  Network network;       // the float network with the biases that go with them
  LearningOutcome outcome;
};

/// Starting from the integers and biases of `start` (made from `network`), lowers the divergence of its
/// outputs from the float network's on `samples` by gradients through time: each integer by at most one step
/// of its code (AdaRound's idea, Nagel et al. 2020, arXiv 2004.10568, over the whole network at once), biases
/// freely. Signals are rounded to their formats, tables count as exact. No label is read. Of the states on
/// the way, the start among them, the one of least divergence on `judged_by` is kept. Progress is shown on
/// standard error. The result does not depend on the number of threads. Errors: samples that do not fit the
/// network; the supervision's, that it is to stop.
Result<LearnedParameters> learn_rounding(const Network& network, const FixedChain& start,
                                         const LearningScope& scope, const MetricSpec& metric,
                                         const DataSet& samples, const DataSet& judged_by,
                                         const Supervision& supervision = {});

}  // namespace fixgate
