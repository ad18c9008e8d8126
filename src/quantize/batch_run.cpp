#include "quantize/batch_run.h"

#include <utility>

#include "simulate/fast/real_outputs.h"
#include "simulate/fast/simulator.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate::program {

BatchRunner::BatchRunner(const FixedNetwork& network) : network_(network) {
  if (inputs_of(network.program).size() == 1 && network.program.outputs.size() == 1)
    fast_ = std::make_unique<FastSimulator>(network);
  else
    vector_ = std::make_unique<VectorSimulator>(network);
}

BatchRunner::~BatchRunner() = default;

Result<std::vector<std::vector<FloatMatrix>>> BatchRunner::run(const RecordingPart& part) const {
  if (part.recordings.empty()) return Outputs();
  return fast_ != nullptr ? run_fast(part) : run_vector(part);
}

Result<BatchRunner::Outputs> BatchRunner::run_fast(const RecordingPart& part) const {
  const Format& format = network_.formats[network_.program.outputs.front().value].format;
  ValueCounts counts = fast_->no_counts();
  std::vector<const Sequence*> sequences;
  for (const auto& recording : part.recordings) sequences.push_back(&recording.front());
  Outputs all;
  const auto keep = [&](const BatchOutputs& batch) {
    for (std::size_t s = 0; s < batch.size(); ++s) all.push_back({real_outputs(batch[s], format)});
  };
  if (!part.carries_on) {
    FIXGATE_ASSIGN(const BatchOutputs outputs, fast_->run(sequences, counts));
    keep(outputs);
    return all;
  }
  Memory memory = fast_->initial_memory();
  for (const Sequence* const& sequence : sequences) {
    FIXGATE_ASSIGN(const BatchOutputs outputs, fast_->run({&sequence, 1}, {&memory, 1}, counts));
    keep(outputs);
  }
  return all;
}

Result<BatchRunner::Outputs> BatchRunner::run_vector(const RecordingPart& part) const {
  ValueCounts counts = vector_->no_counts();
  std::vector<std::vector<IntegerMatrix>> integers;
  if (part.carries_on) {
    Memory memory = vector_->initial_memory();
    for (const std::vector<Sequence>& recording : part.recordings) {
      FIXGATE_ASSIGN(auto outputs, vector_->run({&recording, 1}, {&memory, 1}, counts));
      integers.push_back(std::move(outputs.front()));
    }
  } else {
    std::vector<Memory> memories(part.recordings.size(), vector_->initial_memory());
    FIXGATE_ASSIGN(integers, vector_->run(part.recordings, memories, counts));
  }
  Outputs all;
  for (const std::vector<IntegerMatrix>& recording : integers) {
    std::vector<FloatMatrix>& real = all.emplace_back();
    for (std::size_t k = 0; k < recording.size(); ++k)
      real.push_back(real_outputs(recording[k], network_.formats[network_.program.outputs[k].value].format));
  }
  return all;
}

}  // namespace fixgate::program
