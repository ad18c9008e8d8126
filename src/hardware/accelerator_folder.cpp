// An accelerator's folder, written and read.
#include <algorithm>
#include <bit>

#include "files/read.h"
#include "fixed/file.h"
#include "hardware/accelerator.h"
#include "hardware/engines.h"
#include "hardware/folder.h"
#include "hardware/geometry.h"
#include "hardware/identifier.h"
#include "hardware/library.h"
#include "hardware/manifest.h"
#include "hardware/memories.h"
#include "hardware/readme_text.h"
#include "hardware/testbench.h"
#include "hardware/verilog_text.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> paths_of(const std::vector<FolderFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const FolderFile& file : files) paths.push_back(file.path);
  return paths;
}

Result<std::vector<FolderFile>> list_files(const Accelerator& accelerator) {
  FIXGATE_ASSIGN(const std::string package, package_text(accelerator));
  FIXGATE_ASSIGN(const std::string top, top_text(accelerator));
  FIXGATE_ASSIGN(const std::vector<MemoryFile> memories, list_memories(accelerator));
  const std::string& name = accelerator.name;
  std::vector<FolderFile> files{{"README.md", readme_text(accelerator, memories)},
                                {kNetworkName, serialise(accelerator.network)},
                                {fmt::format("rtl/{}.sv", name), top},
                                {fmt::format("rtl/{}_pkg.sv", name), package},
                                {fmt::format("sim/{}_tb.sv", name), testbench_text(accelerator)}};
  for (const EmbeddedText& module : needed_library(top))
    files.push_back({fmt::format("rtl/lib/{}", module.name), std::string(module.text)});
  for (const MemoryFile& memory : memories)
    files.push_back({"mem/" + memory.name, memory.image.hex(memory.content)});
  files.push_back({kManifestName, manifest_text(accelerator, paths_of(files))});
  return files;
}

// What fixgate verify and synth work out from the folder, and can again.
bool is_derived(const std::string& path) {
  return path.starts_with("sim/build/") || path.starts_with("synth/");
}

bool is_ours(const Manifest& manifest, const std::string& path) {
  return path == kManifestName || is_derived(path) ||
         std::ranges::find(manifest.files, path) != manifest.files.end();
}

// Only what an accelerator's manifest lists, or comes of it, may be replaced.
Result<void> check_replaceable(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  if (!fs::is_directory(folder, error))
    return fail("{}: exists and is no folder: give another name", folder.string());
  FIXGATE_ASSIGN(const std::vector<std::string> present, list_folder(folder));
  if (present.empty() && fs::is_empty(folder, error)) return {};
  const auto text = read_file(folder / kManifestName);
  const auto manifest = text ? parse_manifest(*text) : tl::make_unexpected(text.error());
  if (!manifest)
    return fail("{}: exists and is no accelerator of fixgate: give another folder, or remove it",
                folder.string());
  for (const std::string& path : present)
    if (!is_ours(*manifest, path))
      return fail(
          "{}: holds {}, which is not of the accelerator and would be lost: move it, or give another folder",
          folder.string(), path);
  return {};
}

Result<void> set_geometry(const FixedNetwork& network, Engine& engine, const EngineGeometry& geometry) {
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
  FIXGATE_ASSIGN(const std::string text, read_file(path));
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
  FIXGATE_ASSIGN(const std::vector<FolderFile> files, list_files(accelerator));
  return replace_folder(folder, files);
}

Result<Accelerator> read_accelerator(const fs::path& folder) {
  const fs::path path = folder / kManifestName;
  FIXGATE_ASSIGN(const Manifest manifest, read_manifest(path));
  Accelerator accelerator;
  accelerator.name = manifest.name;
  accelerator.output = manifest.output;
  FIXGATE_CHECK(check_module_name(accelerator.name));
  FIXGATE_ASSIGN(accelerator.network, read_fixed_network(folder / kNetworkName));
  FIXGATE_ASSIGN(accelerator.engines, list_engines(accelerator.network));
  if (auto set = set_geometries(accelerator, manifest); !set)
    return tl::make_unexpected(set.error().within(path.string()));
  return accelerator;
}

}  // namespace fixgate
