#include "quantize/program_aim.h"

#include <algorithm>

#include "calibrate/output_gradient.h"
#include "parallel/for_each_index.h"

namespace fixgate::program {
namespace {

/// Sum over the part's rows of outputs, which are counted.
Result<double> part_divergence(const Aim& aim, const FloatRunner& real, const Formats& formats,
                               const RecordingPart& part, std::int64_t& rows) {
  double sum = 0;
  ValueRounding rounding(real.network().program, formats);
  FloatMemory wanted_memory = aim.initial_memory();
  FloatMemory real_memory = wanted_memory;
  for (const std::vector<Sequence>& inputs : part.recordings) {
    if (!part.carries_on) real_memory = wanted_memory = aim.initial_memory();
    FIXGATE_ASSIGN(const auto wanted, aim.outputs(inputs, wanted_memory));
    FIXGATE_ASSIGN(const auto got, real.run(inputs, real_memory, &rounding));
    sum += aim.divergence(wanted, got);
    rows += got.front().rows();
  }
  return sum;
}

}  // namespace

Result<std::vector<FloatMatrix>> Aim::outputs(const std::vector<Sequence>& inputs,
                                              FloatMemory& memory) const {
  FIXGATE_ASSIGN(auto outputs, runner_.run(inputs, memory));
  for (FloatMatrix& output : outputs) output *= confidence_;
  return outputs;
}

double Aim::divergence(const std::vector<FloatMatrix>& wanted, const std::vector<FloatMatrix>& got) const {
  double sum = 0;
  for (std::size_t k = 0; k < wanted.size(); ++k) sum += output_divergence(metric_, wanted[k], got[k]);
  return sum;
}

std::vector<FloatMatrix> Aim::gradients(const std::vector<FloatMatrix>& wanted,
                                        const std::vector<FloatMatrix>& got) const {
  std::vector<FloatMatrix> all;
  for (std::size_t k = 0; k < wanted.size(); ++k)
    all.push_back(divergence_gradient(metric_, wanted[k], got[k]));
  return all;
}

Result<double> mean_divergence(const Aim& aim, const FloatNetwork& real, const Formats& formats,
                               const Recordings& data) {
  const FloatRunner runner(real);
  const auto parts = cut_into_parts(real.program, data);
  std::array<Result<double>, kSampleParts> sums;
  std::array<std::int64_t, kSampleParts> rows{};
  parallel_for_each_index(kSampleParts, [&](std::size_t k) {
    sums[k] = part_divergence(aim, runner, formats, parts[k], rows[k]);
  });
  double sum = 0;
  std::int64_t all_rows = 0;
  for (std::size_t k = 0; k < kSampleParts; ++k) {
    FIXGATE_CHECK(sums[k]);
    sum += *sums[k];
    all_rows += rows[k];
  }
  return sum / static_cast<double>(std::max<std::int64_t>(all_rows, 1));
}

}  // namespace fixgate::program
