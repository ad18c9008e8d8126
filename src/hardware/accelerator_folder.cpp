// An accelerator's folder, written and read.
#include <algorithm>
#include <bit>

#include "files/read.h"
#include "fixed/file.h"
#include "hardware/accelerator.h"
#include "hardware/accelerator_files.h"
#include "hardware/engines.h"
#include "hardware/folder.h"
#include "hardware/geometry.h"
#include "hardware/identifier.h"
#include "hardware/manifest.h"
#include "hardware/replaceable.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

Result<void> set_geometry(const FixedChain& network, Engine& engine, const EngineGeometry& geometry) {
  if (engine.kind == EngineKind::Embedding) return {};
  const EngineShape shape = shape_of(network, engine);
  const std::vector<int> slices = possible_slices(shape);
  const bool possible =
      std::ranges::find(slices, geometry.slices) != slices.end() && geometry.lanes >= 1 &&
      geometry.split >= 1 && std::has_single_bit(static_cast<unsigned>(geometry.split)) &&
      std::int64_t{geometry.slices} * geometry.lanes * geometry.split <= most_multipliers(shape);
  if (!possible)
    return fail("engine '{}': {} slices, {} lanes and split {} are impossible", engine.identifier,
                geometry.slices, geometry.lanes, geometry.split);
  engine.geometry = geometry;
  return {};
}

Result<void> set_geometries(Accelerator& accelerator, const Manifest& manifest) {
  if (manifest.engines.size() != accelerator.engines.size())
    return fail("{} engines are listed, but the network has {}", manifest.engines.size(),
                accelerator.engines.size());
  for (std::size_t e = 0; e < accelerator.engines.size(); ++e) {
    Engine& engine = accelerator.engines[e];
    const auto& [identifier, geometry] = manifest.engines[e];
    if (identifier != engine.identifier)
      return fail("engine '{}' is listed where the network has '{}'", identifier, engine.identifier);
    FIXGATE_CHECK(set_geometry(accelerator.network, engine, geometry));
  }
  return {};
}

Result<Manifest> read_manifest(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error))
    return fail("{}: is no accelerator's folder: it has no {}", path.parent_path().string(), kManifestName);
  FIXGATE_ASSIGN(const std::string text, read_file(path, kLongestManifest));
  auto manifest = parse_manifest(text);
  if (!manifest) return tl::make_unexpected(manifest.error().within(path.string()));
  for (const std::string& file : manifest->files)
    if (!fs::exists(path.parent_path() / file, error))
      return fail("{}: is missing: write the folder again with fixgate rtl",
                  (path.parent_path() / file).string());
  return manifest;
}

}  // namespace

Result<void> write_accelerator(const Accelerator& accelerator, const fs::path& folder) {
  FIXGATE_CHECK(check_replaceable(folder));
  FIXGATE_ASSIGN(const std::vector<FolderFile> files, accelerator_files(accelerator));
  return replace_folder(folder, files);
}

Result<Accelerator> read_accelerator(const fs::path& folder) {
  const fs::path path = folder / kManifestName;
  FIXGATE_ASSIGN(const Manifest manifest, read_manifest(path));
  Accelerator accelerator;
  accelerator.name = manifest.name;
  accelerator.output = manifest.output;
  FIXGATE_CHECK(check_module_name(accelerator.name));
  FIXGATE_ASSIGN(program::FixedNetwork network, read_fixed_network(folder / kNetworkName));
  FIXGATE_CHECK(set_network(std::move(network), accelerator));
  if (auto set = set_geometries(accelerator, manifest); !set)
    return tl::make_unexpected(set.error().within(path.string()));
  return accelerator;
}

}  // namespace fixgate
