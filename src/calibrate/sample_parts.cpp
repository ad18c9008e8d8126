#include "calibrate/sample_parts.h"

#include <algorithm>
#include <utility>

namespace fixgate {
namespace {

constexpr std::size_t kStreamSteps = 64;

Sequence piece_of(const Sequence& sequence, std::size_t first, std::size_t steps) {
  Sequence piece;
  if (!sequence.tokens.empty())
    piece.tokens.assign(sequence.tokens.begin() + static_cast<std::ptrdiff_t>(first),
                        sequence.tokens.begin() + static_cast<std::ptrdiff_t>(first + steps));
  else
    piece.features =
        sequence.features.middleRows(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(steps));
  return piece;
}

std::array<SamplePart, kSampleParts> cut_stream(const DataSet& samples) {
  std::vector<Sequence> pieces;
  for (const Sample& sample : samples.samples)
    for (std::size_t first = 0; first < sample.sequence.steps(); first += kStreamSteps)
      pieces.push_back(
          piece_of(sample.sequence, first, std::min(kStreamSteps, sample.sequence.steps() - first)));
  std::array<SamplePart, kSampleParts> parts;
  for (std::size_t k = 0; k < pieces.size(); ++k)
    parts[k * kSampleParts / pieces.size()].sequences.push_back(std::move(pieces[k]));
  for (SamplePart& part : parts) part.carries_on = true;
  return parts;
}

std::array<SamplePart, kSampleParts> deal(const DataSet& samples) {
  std::array<SamplePart, kSampleParts> parts;
  for (std::size_t k = 0; k < samples.samples.size(); ++k)
    parts[k % kSampleParts].sequences.push_back(samples.samples[k].sequence);
  return parts;
}

}  // namespace

std::array<SamplePart, kSampleParts> cut_into_parts(const DataSet& samples) {
  return samples.is_stream ? cut_stream(samples) : deal(samples);
}

}  // namespace fixgate
