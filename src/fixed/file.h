// The fixed-point network as a file: a safetensors container (docs/formats.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "diagnostic/error.h"
#include "program/fixed_network.h"

namespace fixgate {

/// The bytes of the file. The same network gives the same bytes.
std::string serialise(const program::FixedNetwork& network);

/// The network of such bytes, of this version or of the one before, verified. Any damage is an error, never a
/// crash.
Result<program::FixedNetwork> deserialise(std::string_view bytes);

Result<void> write_fixed_network(const program::FixedNetwork& network, const std::filesystem::path& path);
Result<program::FixedNetwork> read_fixed_network(const std::filesystem::path& path);

}  // namespace fixgate
