// Watches the float network on calibration data.
#pragma once

#include <string>
#include <vector>

#include "calibrate/histogram.h"
#include "data/sequence.h"
#include "network/network.h"
#include "network/signals.h"

namespace fixgate {

/// A histogram for each signal of the network, in the order of list_signals().
struct SignalProfile {
  std::vector<Signal> signals;
  std::vector<Histogram> histograms;
};

/// Runs `network` over the samples, over all cores; the profile does not depend on how many. Initial states
/// that are not zero count as values of h and c. Errors: a sample that
/// does not fit the network, named; no samples; a signal that is not finite, with its
/// sample.
Result<SignalProfile> calibrate(const Network& network, const DataSet& samples);

/// The profile as JSON text: for each signal its name, count, min, max, range exponent and nonzero bins.
std::string to_json(const SignalProfile& profile);

}  // namespace fixgate
