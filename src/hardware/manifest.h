// accelerator.json: what an accelerator's folder holds (docs/formats.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hardware/accelerator.h"

namespace fixgate {

inline constexpr const char* kManifestName = "accelerator.json";
inline constexpr const char* kNetworkName = "network.fxg";

struct Manifest {
  std::string name;
  AcceleratorOutput output = AcceleratorOutput::Values;
  std::vector<std::pair<std::string, EngineGeometry>> engines;  // by identifier
  std::vector<std::string> files;                               // all of the folder, by relative path
};

/// `files` without the manifest itself.
std::string manifest_text(const Accelerator& accelerator, const std::vector<std::string>& files);

/// Errors: no JSON, keys that are missing or unknown, another version.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace fixgate
