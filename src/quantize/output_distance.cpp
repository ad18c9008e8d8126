#include "quantize/output_distance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "calibrate/output_gradient.h"
#include "fixed/program_of.h"
#include "parallel/for_each_index.h"
#include "simulate/fast/real_outputs.h"
#include "simulate/fast/simulator.h"
#include "simulate/float_runner.h"

namespace fixgate {
namespace {

constexpr Eigen::Index kMostOutputs = Eigen::Index{1} << 25;  // of all parts together

/// Outputs of the sequences of `part`, until they are many enough; those behind are taken out.
Result<std::vector<FloatMatrix>> float_outputs(const FloatRunner& runner, SamplePart& part) {
  std::vector<FloatMatrix> all;
  FloatState state = runner.initial_state();
  Eigen::Index count = 0;
  for (const Sequence& sequence : part.sequences) {
    if (count >= kMostOutputs / static_cast<Eigen::Index>(kSampleParts)) break;
    if (!part.carries_on) state = runner.initial_state();
    FIXGATE_ASSIGN(FloatMatrix outputs, runner.run(sequence, state));
    count += outputs.size();
    all.push_back(std::move(outputs));
  }
  part.sequences.resize(all.size());
  return all;
}

/// Outputs of the sequences of `part`, one after the other or all at once.
Result<std::vector<BatchOutputs>> fixed_outputs(const FastSimulator& simulator, const SamplePart& part) {
  std::vector<const Sequence*> sequences;
  for (const Sequence& sequence : part.sequences) sequences.push_back(&sequence);
  program::ValueCounts counts = simulator.no_counts();
  std::vector<BatchOutputs> all;
  if (!part.carries_on) {
    FIXGATE_ASSIGN(BatchOutputs outputs, simulator.run(sequences, counts));
    all.push_back(std::move(outputs));
    return all;
  }
  program::Memory memory = simulator.initial_memory();
  for (const Sequence* const& sequence : sequences) {
    FIXGATE_ASSIGN(BatchOutputs outputs, simulator.run({&sequence, 1}, {&memory, 1}, counts));
    all.push_back(std::move(outputs));
  }
  return all;
}

}  // namespace

Result<OutputDistance> OutputDistance::make(const Network& network, const DataSet& data,
                                            const MetricSpec& metric) {
  OutputDistance distance;
  distance.metric_ = metric;
  const FloatRunner runner(network);
  auto parts = cut_into_parts(data);
  std::array<Result<std::vector<FloatMatrix>>, kSampleParts> wanted;
  parallel_for_each_index(kSampleParts, [&](std::size_t k) { wanted[k] = float_outputs(runner, parts[k]); });
  std::size_t count = 0;
  for (std::size_t k = 0; k < kSampleParts; ++k) {
    FIXGATE_CHECK(wanted[k]);
    count += wanted[k]->size();
    distance.parts_[k] = {std::move(parts[k]), std::move(*wanted[k])};
  }
  if (count == 0) return fail("there is no calibration data to measure outputs on");
  return distance;
}

Result<std::vector<double>> OutputDistance::of(const FixedChain& fixed) const {
  const program::FixedNetwork network = program_of(fixed);
  const FastSimulator simulator(network);
  const Format& format = network.formats[network.program.outputs.front().value].format;
  std::array<Result<std::vector<double>>, kSampleParts> parts;
  parallel_for_each_index(kSampleParts, [&](std::size_t k) {
    parts[k] = [&]() -> Result<std::vector<double>> {
      FIXGATE_ASSIGN(const auto batches, fixed_outputs(simulator, parts_[k].sequences));
      std::vector<double> divergences;
      for (const BatchOutputs& batch : batches)
        for (std::size_t s = 0; s < batch.size(); ++s)
          divergences.push_back(output_divergence(metric_, parts_[k].wanted[divergences.size()],
                                                  real_outputs(batch[s], format)));
      return divergences;
    }();
  });
  std::vector<double> all;
  for (const auto& part : parts) {
    FIXGATE_CHECK(part);
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

bool is_clearly_less(const std::vector<double>& less, const std::vector<double>& more) {
  const auto count = static_cast<double>(less.size());
  double sum = 0;
  double squares = 0;
  for (std::size_t k = 0; k < less.size(); ++k) {
    const double gain = more[k] - less[k];
    sum += gain;
    squares += gain * gain;
  }
  const double mean = sum / count;
  const double variance = squares / count - mean * mean;
  return mean > 0 && mean > std::sqrt(std::max(variance, 0.0) / count);
}

}  // namespace fixgate
