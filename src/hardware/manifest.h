// accelerator.json: what an accelerator's folder holds (docs/formats.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hardware/accelerator.h"
#include "hardware/folder.h"

namespace fixgate {

inline constexpr const char* kManifestName = "accelerator.json";
inline constexpr const char* kNetworkName = "network.fxg";
inline constexpr std::size_t kLongestManifest = std::size_t{16} << 20;  // bytes

struct Manifest {
  std::string fixgate;      // the version that wrote the folder
  std::string fingerprint;  // of the design's files as it wrote them
  std::string name;
  AcceleratorOutput output = AcceleratorOutput::Values;
  std::vector<std::pair<std::string, EngineGeometry>> engines;  // by identifier
  std::vector<std::string> files;                               // all of the folder, by relative path
};

/// The version of this fixgate: "0.1.0".
std::string fixgate_version();

/// `files` without the manifest itself.
std::string manifest_text(const Accelerator& accelerator, const std::vector<FolderFile>& files);

/// Errors: no JSON, keys that are missing or unknown, another version.
Result<Manifest> parse_manifest(std::string_view text);

/// What a manifest of any version says of its folder.
struct ListedFolder {
  std::string name;
  std::vector<std::string> files;
};

/// Errors: no JSON, not the manifest of an accelerator.
Result<ListedFolder> parse_listing(std::string_view text);

}  // namespace fixgate
