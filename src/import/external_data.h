// Tensor data outside the ONNX file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "diagnostic/error.h"
#include "onnx.pb.h"

namespace fixgate {

/// Whether what a tensor with external data says of their place and length is possible: `expected` bytes. The
/// file is not looked for. Errors: no location, a key that is not a number, a length that is not `expected`.
Result<void> check_external_data(const onnx::TensorProto& proto, std::uint64_t expected);

/// The bytes of a tensor whose data_location is EXTERNAL: `expected` of them. The location is a path relative
/// to `folder`; anything that leads out of the folder (absolute, "..", a symbolic link) is refused. Errors:
/// no location, a key that is not a number, a missing file, a length that is not `expected`, a file that is
/// too short.
Result<std::string> read_external_data(const onnx::TensorProto& proto, const std::filesystem::path& folder,
                                       std::uint64_t expected);

}  // namespace fixgate
