// NumPy's .npz: a zip archive (stored or deflated) of .npy arrays.
#pragma once

#include <filesystem>

#include "data/sequence.h"
#include "diagnostic/error.h"

namespace fixgate {

/// The sequences of an .npz file of these arrays, and no others:
///   inputs   float [n, steps, features], or tokens: integer [n, steps]
///   lengths  integer [n], optional: the steps of each sequence, 1 to steps; what lies beyond is padding
///   targets  integer [n]: a class each; float [n, outputs]; or float [n, steps, outputs], cut to the lengths
/// Errors name the file, the array and the index: not a zip archive, missing or unknown array, unsupported
/// type or order, shapes that do not fit, value that is not finite or negative token, sequence of length 0.
Result<std::vector<Sample>> read_npz(const std::filesystem::path& path);

}  // namespace fixgate
