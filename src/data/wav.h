// Recordings: .wav files of one channel, by libsndfile.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"

namespace fixgate {

/// Samples -1..1 of one channel.
struct Recording {
  int rate = 0;  // samples a second
  std::vector<float> samples;
};

/// Errors name the file: not a wav file, several channels, no samples, a sample that is not finite, another
/// rate than `rate`.
Result<Recording> read_wav(const std::filesystem::path& path, std::optional<int> rate = std::nullopt);

/// How a recording is cut: frame k is the `frame` samples from k * hop on. What does not fill a frame at the
/// end is left out.
struct Framing {
  std::int64_t frame = 1;
  std::int64_t hop = 1;
};

/// [frames, frame]. Error: fewer samples than one frame has.
Result<FloatMatrix> cut_into_frames(const Recording& recording, const Framing& framing);

}  // namespace fixgate
