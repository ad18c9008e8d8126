// What a fixed-point program's outputs should be, and how far they are from it.
#pragma once

#include <vector>

#include "calibrate/program_run.h"
#include "calibrate/recording_parts.h"
#include "data/metric.h"

namespace fixgate::program {

/// The outputs of a float network, multiplied by `confidence`.
class Aim {
 public:
  /// `network` outlives this.
  Aim(const FloatNetwork& network, const MetricSpec& metric, float confidence)
      : runner_(network), metric_(metric), confidence_(confidence) {}

  [[nodiscard]] const FloatNetwork& network() const { return runner_.network(); }
  [[nodiscard]] FloatMemory initial_memory() const { return runner_.initial_memory(); }

  Result<std::vector<FloatMatrix>> outputs(const std::vector<Sequence>& inputs, FloatMemory& memory) const;
  [[nodiscard]] double divergence(const std::vector<FloatMatrix>& wanted,
                                  const std::vector<FloatMatrix>& got) const;
  [[nodiscard]] std::vector<FloatMatrix> gradients(const std::vector<FloatMatrix>& wanted,
                                                   const std::vector<FloatMatrix>& got) const;

 private:
  FloatRunner runner_;
  MetricSpec metric_;
  float confidence_;
};

/// The mean divergence, a row of the first output, of `real` with its values rounded to `formats`. Both
/// networks start at the same states. Error: data that do not fit the network.
Result<double> mean_divergence(const Aim& aim, const FloatNetwork& real, const Formats& formats,
                               const Recordings& data);

}  // namespace fixgate::program
