// How far a fixed-point program's outputs are from its float program's on a few calibration data.
#pragma once

#include <array>
#include <vector>

#include "calibrate/recording_parts.h"
#include "data/metric.h"
#include "program/fixed_network.h"

namespace fixgate::program {

class BatchRunner;

class OutputDistance {
 public:
  /// Runs the float network, and keeps its outputs: 128 MB of them at most, the rest of `data` is left out.
  /// Error: data that do not fit the network.
  static Result<OutputDistance> make(const FloatNetwork& network, const Recordings& data,
                                     const MetricSpec& metric);

  /// output_divergence(), added up over the outputs, of each recording or piece of a stream, in the same order
  /// for every network and any number of threads. `fixed` was made from the network.
  [[nodiscard]] Result<std::vector<double>> of(const FixedNetwork& fixed) const;

 private:
  struct Part {
    RecordingPart recordings;
    std::vector<std::vector<FloatMatrix>> wanted;  // outputs, by recording
  };

  [[nodiscard]] Result<std::vector<double>> divergences(const BatchRunner& runner, const Part& part) const;
  [[nodiscard]] double divergence(const std::vector<FloatMatrix>& wanted,
                                  const std::vector<FloatMatrix>& got) const;

  std::array<Part, kSampleParts> parts_;
  MetricSpec metric_;
};

}  // namespace fixgate::program
