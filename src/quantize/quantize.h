// From a float Network and a FormatPlan to the FixedNetwork.
#pragma once

#include <map>
#include <string>

#include "calibrate/calibrate.h"
#include "fixed/fixed_network.h"
#include "network/network.h"
#include "quantize/plan.h"
#include "quantize/weight_cache.h"

namespace fixgate {

struct Quantised {
  FixedNetwork network;  // verified
  FormatPlan resolved;   // the plan again, with the format of every signal in full
};

/// Weight matrices by their names in a plan.
using GivenWeights = std::map<std::string, WeightMatrix>;

/// `profile` may be null if the plan states every format, `statistics` if it rounds all weights to nearest
/// and corrects no bias. Errors: what the plan leaves open or asks for in vain, a table or an accumulator
/// that cannot be made; each names the signal, matrix or layer. `cache` may be null; else it is of this
/// network and these statistics.
Result<Quantised> quantise(const Network& network, const FormatPlan& plan, const SignalProfile* profile,
                           const WeightStatistics* statistics = nullptr, WeightCache* cache = nullptr);

/// The same with integers that are chosen already, all of them, and with the network's biases as they are.
Result<Quantised> quantise(const Network& network, const FormatPlan& plan, const SignalProfile* profile,
                           const GivenWeights& weights);

}  // namespace fixgate
