// The arrays of NumPy's .npz: a zip archive (stored or deflated) of .npy files.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "data/npy.h"
#include "diagnostic/error.h"

namespace fixgate {

/// By name, without ".npy".
using Arrays = std::map<std::string, NpyArray, std::less<>>;

/// The arrays of the file without their data. Errors name the file and the array: not a zip archive; an array
/// that stands in it twice; what parse_npy_header() refuses; more than 4 GiB.
Result<Arrays> read_npz_headers(const std::filesystem::path& path);

/// Fills in the data of the arrays that the headers told of; no more is unpacked than they state. Errors: those
/// of parse_npy(); the file has changed.
Result<void> read_npz_data(const std::filesystem::path& path, Arrays& arrays);

/// An .npz file of these arrays, stored, the same to the byte for the same arrays. Errors: those of
/// write_file().
Result<void> write_npz(const std::filesystem::path& path, const Arrays& arrays);

}  // namespace fixgate
