#include "quantize/program_distance.h"

#include <utility>

#include "calibrate/output_gradient.h"
#include "parallel/for_each_index.h"
#include "quantize/batch_run.h"
#include "simulate/float/float_runner.h"

namespace fixgate::program {
namespace {

constexpr Eigen::Index kMostOutputs = Eigen::Index{1} << 25;  // of all parts together

/// Outputs of the recordings of `part`, until they are many enough; those behind are taken out.
Result<std::vector<std::vector<FloatMatrix>>> float_outputs(const FloatRunner& runner, RecordingPart& part) {
  std::vector<std::vector<FloatMatrix>> all;
  FloatMemory memory = runner.initial_memory();
  Eigen::Index count = 0;
  for (const std::vector<Sequence>& recording : part.recordings) {
    if (count >= kMostOutputs / static_cast<Eigen::Index>(kSampleParts)) break;
    if (!part.carries_on) memory = runner.initial_memory();
    FIXGATE_ASSIGN(auto outputs, runner.run(recording, memory));
    for (const FloatMatrix& output : outputs) count += output.size();
    all.push_back(std::move(outputs));
  }
  part.recordings.resize(all.size());
  return all;
}

}  // namespace

Result<OutputDistance> OutputDistance::make(const FloatNetwork& network, const Recordings& data,
                                            const MetricSpec& metric) {
  OutputDistance distance;
  distance.metric_ = metric;
  const FloatRunner runner(network);
  auto parts = cut_into_parts(network.program, data);
  std::array<Result<std::vector<std::vector<FloatMatrix>>>, kSampleParts> wanted;
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

double OutputDistance::divergence(const std::vector<FloatMatrix>& wanted,
                                  const std::vector<FloatMatrix>& got) const {
  double sum = 0;
  for (std::size_t k = 0; k < wanted.size(); ++k) sum += output_divergence(metric_, wanted[k], got[k]);
  return sum;
}

Result<std::vector<double>> OutputDistance::divergences(const BatchRunner& runner, const Part& part) const {
  FIXGATE_ASSIGN(const auto got, runner.run(part.recordings));
  std::vector<double> all;
  for (std::size_t k = 0; k < got.size(); ++k) all.push_back(divergence(part.wanted[k], got[k]));
  return all;
}

Result<std::vector<double>> OutputDistance::of(const FixedNetwork& fixed) const {
  const BatchRunner runner(fixed);
  std::array<Result<std::vector<double>>, kSampleParts> parts;
  parallel_for_each_index(kSampleParts, [&](std::size_t k) { parts[k] = divergences(runner, parts_[k]); });
  std::vector<double> all;
  for (const auto& part : parts) {
    FIXGATE_CHECK(part);
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

}  // namespace fixgate::program
