// From a float Network and a FormatPlan to the FixedChain.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/calibrate.h"
#include "diagnostic/supervision.h"
#include "fixed/fixed_chain.h"
#include "network/network.h"
#include "quantize/plan.h"
#include "quantize/weight_cache.h"

namespace fixgate {

/// What learned rounding has brought. Divergences are those of the outputs from the float network's, a row,
/// on the data that it is judged by.
struct LearningOutcome {
  double divergence_before = 0;
  double divergence = 0;   // of what is kept: never more than before
  double least_tried = 0;  // of all states after the start that were measured
  std::int64_t weights_moved = 0;
  std::int64_t weights = 0;  // that might have moved

  [[nodiscard]] bool kept_start() const { return !(divergence < divergence_before); }
};

struct Quantised {
  FixedChain network;                       // verified
  FormatPlan resolved;                      // the plan again, with the format of every signal in full
  std::optional<LearningOutcome> learning;  // where the plan learns rounding
};

/// The names that a plan's rules for weights may match, in the order of the data flow.
std::vector<std::string> weight_names(const Network& network);

/// Weight matrices by their names in a plan.
using GivenWeights = std::map<std::string, WeightMatrix>;

/// `profile` may be null if the plan states every format, `statistics` if it rounds all weights to nearest
/// and corrects no bias. Errors: what the plan leaves open or asks for in vain, a table or an accumulator
/// that cannot be made; each names the signal, matrix or layer. `cache` may be null; else it is of this
/// network and these statistics. An error, too: the supervision's, that it is to stop.
Result<Quantised> quantise(const Network& network, const FormatPlan& plan, const SignalProfile* profile,
                           const WeightStatistics* statistics = nullptr, WeightCache* cache = nullptr,
                           const Supervision& supervision = {});

/// The same with integers that are chosen already, all of them, and with the network's biases as they are.
Result<Quantised> quantise(const Network& network, const FormatPlan& plan, const SignalProfile* profile,
                           const GivenWeights& weights);

}  // namespace fixgate
