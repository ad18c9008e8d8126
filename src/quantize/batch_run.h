// Runs many recordings through a fixed-point program, as fast as it can be run.
#pragma once

#include <memory>
#include <vector>

#include "calibrate/recording_parts.h"
#include "program/fixed_network.h"

namespace fixgate {
class FastSimulator;
}

namespace fixgate::program {

class VectorSimulator;

/// One simulator, whatever the number of inputs and outputs.
class BatchRunner {
 public:
  /// `network` is verified and outlives this.
  explicit BatchRunner(const FixedNetwork& network);
  ~BatchRunner();
  BatchRunner(const BatchRunner&) = delete;
  BatchRunner& operator=(const BatchRunner&) = delete;

  /// Real outputs [ticks, size], by recording and output. Recordings run one after the other or all at once,
  /// as the part says. Safe to call from several threads. Error: a recording that does not fit the program.
  [[nodiscard]] Result<std::vector<std::vector<FloatMatrix>>> run(const RecordingPart& part) const;

 private:
  using Outputs = std::vector<std::vector<FloatMatrix>>;

  [[nodiscard]] Result<Outputs> run_fast(const RecordingPart& part) const;
  [[nodiscard]] Result<Outputs> run_vector(const RecordingPart& part) const;

  const FixedNetwork& network_;
  std::unique_ptr<FastSimulator> fast_;      // of one input and one output
  std::unique_ptr<VectorSimulator> vector_;  // else
};

}  // namespace fixgate::program
