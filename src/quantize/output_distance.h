// How far a fixed-point network's outputs are from its float network's on a few calibration data.
#pragma once

#include <array>
#include <vector>

#include "calibrate/sample_parts.h"
#include "data/metric.h"
#include "fixed/fixed_chain.h"
#include "network/network.h"

namespace fixgate {

class OutputDistance {
 public:
  /// Runs the float network, and keeps its outputs: 128 MB of them at most, the rest of `data` is left out.
  /// Error: data that do not fit the network.
  static Result<OutputDistance> make(const Network& network, const DataSet& data, const MetricSpec& metric);

  /// output_divergence() of each sequence, or piece of a stream, in the same order for every network and
  /// any number of threads. `fixed` was made from the network.
  [[nodiscard]] Result<std::vector<double>> of(const FixedChain& fixed) const;

 private:
  struct Part {
    SamplePart sequences;
    std::vector<FloatMatrix> wanted;  // outputs, by sequence
  };

  std::array<Part, kSampleParts> parts_;
  MetricSpec metric_;
};

/// Whether the mean of `less` is below that of `more`, sequence by sequence, by a standard error or
/// more.
bool is_clearly_less(const std::vector<double>& less, const std::vector<double>& more);

}  // namespace fixgate
