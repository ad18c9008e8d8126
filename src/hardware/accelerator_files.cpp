#include "hardware/accelerator_files.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "files/fingerprint.h"
#include "fixed/file.h"
#include "hardware/library.h"
#include "hardware/manifest.h"
#include "hardware/memories.h"
#include "hardware/readme_text.h"
#include "hardware/testbench.h"
#include "hardware/verilog_text.h"

namespace fixgate {
namespace {

// The library's package has nothing to wait for; the design's may use it. A top may end in _pkg, too.
int reading_order(const std::string& path, const std::string& top) {
  const std::string stem = std::filesystem::path(path).stem().string();
  if (stem == "fg_pkg") return 0;
  return stem != top && stem.ends_with("_pkg") ? 1 : 2;
}

}  // namespace

Result<std::vector<FolderFile>> accelerator_files(const Accelerator& accelerator) {
  FIXGATE_ASSIGN(const std::string package, package_text(accelerator));
  FIXGATE_ASSIGN(const std::string top, top_text(accelerator));
  FIXGATE_ASSIGN(const std::vector<MemoryFile> memories, list_memories(accelerator));
  const std::string& name = accelerator.name;
  std::vector<FolderFile> files{{"README.md", readme_text(accelerator, memories)},
                                {kNetworkName, serialise(accelerator.program)},
                                {fmt::format("rtl/{}.sv", name), top},
                                {fmt::format("rtl/{}_pkg.sv", name), package},
                                {testbench_path(name), testbench_text(accelerator)}};
  for (const EmbeddedText& module : needed_library(top))
    files.push_back({fmt::format("rtl/lib/{}", module.name), std::string(module.text)});
  for (const MemoryFile& memory : memories)
    files.push_back({"mem/" + memory.name, memory.image.hex(memory.content)});
  files.push_back({kManifestName, manifest_text(accelerator, files)});
  return files;
}

bool is_design_file(std::string_view path) {
  constexpr std::array<std::string_view, 3> kFolders{"rtl/", "mem/", "sim/"};
  return std::ranges::any_of(kFolders, [&](std::string_view folder) { return path.starts_with(folder); });
}

std::string design_fingerprint(const std::vector<FolderFile>& files) {
  std::vector<std::string> parts;
  for (const FolderFile& file : files)
    if (is_design_file(file.path)) parts.insert(parts.end(), {file.path, file.bytes});
  return fingerprint_of(parts);
}

std::vector<std::string> source_paths(const std::vector<FolderFile>& files, const std::string& top) {
  std::vector<std::string> sources;
  for (const FolderFile& file : files)
    if (file.path.starts_with("rtl/") && file.path.ends_with(".sv")) sources.push_back(file.path);
  std::ranges::sort(sources, {},
                    [&](const std::string& path) { return std::pair(reading_order(path, top), path); });
  return sources;
}

std::string testbench_path(const std::string& top) {
  return fmt::format("sim/{}_tb.sv", top);
}

}  // namespace fixgate
