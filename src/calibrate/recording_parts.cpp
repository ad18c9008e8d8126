#include "calibrate/recording_parts.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fixgate::program {
namespace {

constexpr std::size_t kStreamSteps = 64;

/// Steps after which all strided clocks stand where they stood.
std::size_t common_stride(const Program& program) {
  std::size_t stride = 1;
  for (ClockId id : program.clocks.ids()) {
    std::size_t of_clock = 1;
    for (std::optional<ClockId> at = id; at; at = program.clocks[*at].parent)
      if (program.clocks[*at].kind == ClockKind::Strided)
        of_clock *= static_cast<std::size_t>(std::max(program.clocks[*at].factor, 1));
    stride = std::lcm(stride, of_clock);
  }
  return stride;
}

Sequence piece_of(const Sequence& whole, std::size_t first, std::size_t steps) {
  Sequence piece;
  if (!whole.tokens.empty())
    piece.tokens.assign(whole.tokens.begin() + static_cast<std::ptrdiff_t>(first),
                        whole.tokens.begin() + static_cast<std::ptrdiff_t>(first + steps));
  else
    piece.features =
        whole.features.middleRows(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(steps));
  return piece;
}

void cut(const Recording& recording, std::size_t length, std::vector<std::vector<Sequence>>& pieces) {
  const auto has_other_steps = [&](const Sequence& one) {
    return one.steps() != recording.inputs.front().steps();
  };
  if (std::ranges::any_of(recording.inputs, has_other_steps)) {
    pieces.emplace_back(recording.inputs.begin(), recording.inputs.end());
    return;
  }
  const std::size_t steps = recording.inputs.front().steps();
  for (std::size_t first = 0; first < steps; first += length) {
    auto& piece = pieces.emplace_back();
    for (const Sequence& input : recording.inputs)
      piece.push_back(piece_of(input, first, std::min(length, steps - first)));
  }
}

std::array<RecordingPart, kSampleParts> cut_stream(const Program& program, const Recordings& data) {
  const std::size_t stride = common_stride(program);
  const std::size_t length = (kStreamSteps + stride - 1) / stride * stride;
  std::vector<std::vector<Sequence>> pieces;
  for (const Recording& recording : data.recordings)
    if (!recording.inputs.empty()) cut(recording, length, pieces);
  std::array<RecordingPart, kSampleParts> parts;
  for (std::size_t k = 0; k < pieces.size(); ++k)
    parts[k * kSampleParts / pieces.size()].recordings.push_back(std::move(pieces[k]));
  for (RecordingPart& part : parts) part.carries_on = true;
  return parts;
}

}  // namespace

std::array<RecordingPart, kSampleParts> cut_into_parts(const Program& program, const Recordings& data) {
  if (data.is_stream) return cut_stream(program, data);
  std::array<RecordingPart, kSampleParts> parts;
  for (std::size_t k = 0; k < data.recordings.size(); ++k) {
    const std::span<const Sequence> inputs = data.recordings[k].inputs;
    parts[k % kSampleParts].recordings.emplace_back(inputs.begin(), inputs.end());
  }
  return parts;
}

}  // namespace fixgate::program
