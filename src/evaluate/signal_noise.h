// How much each signal of the fixed network strays from the float network's: the place to look when a figure
// is missed.
#pragma once

#include <string>
#include <vector>

#include "data/sequence.h"
#include "program/fixed_network.h"
#include "program/float_network.h"

namespace fixgate {

struct SignalNoise {
  std::string name;         // of a value of the fixed network
  double signal_power = 0;  // mean of the float values' squares
  double noise_power = 0;   // mean of the squared differences
  /// Signal-to-quantisation-noise ratio in dB; infinite where nothing differs.
  [[nodiscard]] double sqnr() const;
};

/// One entry for each of written_values(). Runs both networks freely (each on its own states) over the first
/// samples, `steps` steps at least or all there are. Errors: networks whose signals differ, samples that do
/// not fit them.
Result<std::vector<SignalNoise>> measure_noise(const program::FloatNetwork& network,
                                               const program::FixedNetwork& fixed, const DataSet& data,
                                               std::int64_t steps);

}  // namespace fixgate
