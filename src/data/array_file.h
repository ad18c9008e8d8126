// Arrays from whatever kind of file holds them.
#pragma once

#include <filesystem>
#include <optional>

#include "data/npz_arrays.h"
#include "data/wav.h"
#include "diagnostic/error.h"

namespace fixgate {

/// How a recording becomes an array; without a framing it is one sample a step.
struct RecordingOptions {
  std::optional<Framing> framing;
  std::optional<int> rate;  // that the recording must have
};

/// The arrays of a .npz, the one of a .npy or of a .wav ([frames, frame], or [samples]) under an empty name;
/// what the file is, its first bytes tell. Errors name the file: of another kind; options of recordings for
/// another file; those of the reader.
Result<Arrays> read_arrays(const std::filesystem::path& path, const RecordingOptions& recording = {});

}  // namespace fixgate
