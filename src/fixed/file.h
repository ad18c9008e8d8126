// The FixedNetwork as a file: a safetensors container (docs/formats.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fixed/fixed_network.h"

namespace fixgate {

/// The bytes of the file. The same network gives the same bytes.
std::string serialise(const FixedNetwork& network);

/// The network of such bytes, verified. Any damage is an error, never a crash.
Result<FixedNetwork> deserialise(std::string_view bytes);

Result<void> write_fixed_network(const FixedNetwork& network, const std::filesystem::path& path);
Result<FixedNetwork> read_fixed_network(const std::filesystem::path& path);

}  // namespace fixgate
