#include "hardware/checked_design.h"

#include <algorithm>

#include "files/read.h"
#include "hardware/accelerator_files.h"
#include "hardware/manifest.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWhatToDo =
    "write the folder again with fixgate rtl, or give --as-is to run what it holds";

bool is_memory(const std::string& path) {
  return path.starts_with("mem/");
}

// More than what is expected need not be read.
Result<std::string> present_bytes(const FolderFile& file, const fs::path& folder) {
  return read_file(folder / file.path, file.bytes.size());
}

/// What differs at the first file that does; empty: nothing.
std::string first_difference(const std::vector<FolderFile>& files, const fs::path& folder) {
  for (const FolderFile& file : files) {
    if (!is_design_file(file.path)) continue;
    const auto present = present_bytes(file, folder);
    if (present && *present == file.bytes) continue;
    const std::string words =
        present && is_memory(file.path) ? compare_memory(file.bytes, *present).first : std::string();
    return file.path + (words.empty() ? "" : " (" + words + ")");
  }
  return {};
}

/// SystemVerilog beside the design's own, which tools that take all of a folder would compile along.
std::string foreign_source(const std::vector<FolderFile>& files, const std::vector<std::string>& present) {
  for (const std::string& path : present)
    if (path.starts_with("rtl/") && path.ends_with(".sv") &&
        std::ranges::find(files, path, &FolderFile::path) == files.end())
      return path;
  return {};
}

/// True: the folder's design is still what was written there, by whatever fixgate.
bool is_as_written(const Manifest& manifest, const fs::path& folder) {
  std::vector<FolderFile> files;
  for (const std::string& path : manifest.files) {
    if (!is_design_file(path)) continue;
    auto bytes = read_file(folder / path);
    if (!bytes) return false;
    files.push_back({path, std::move(*bytes)});
  }
  return design_fingerprint(files) == manifest.fingerprint;
}

tl::unexpected<Error> differs(const std::string& difference, const fs::path& folder) {
  const auto text = read_file(folder / kManifestName, kLongestManifest);
  const auto manifest = text ? parse_manifest(*text) : tl::make_unexpected(text.error());
  if (manifest && is_as_written(*manifest, folder))
    return fail("{}: was made by another build of fixgate ({}; this is {}), which writes {} otherwise: {}",
                folder.string(), manifest->fixgate, fixgate_version(), difference, kWhatToDo);
  return fail("{}: {} is not what fixgate rtl writes for its network: {}", folder.string(), difference,
              kWhatToDo);
}

bool is_plain(const std::string& path) {
  return std::ranges::all_of(path, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
  });
}

/// Of the memories that the design has; a missing one counts as empty.
MemoryDifference memory_differences(const std::vector<FolderFile>& expected,
                                    const std::vector<FolderFile>& present) {
  MemoryDifference all;
  for (const FolderFile& file : expected) {
    if (!is_memory(file.path)) continue;
    const auto found = std::ranges::find(present, file.path, &FolderFile::path);
    const MemoryDifference one = compare_memory(file.bytes, found == present.end() ? "" : found->bytes);
    if (all.words == 0 && one.words > 0) all.first = fmt::format("{}: {}", file.path, one.first);
    all.words += one.words;
  }
  return all;
}

}  // namespace

Result<Design> generated_design(const Accelerator& accelerator, const fs::path& folder) {
  FIXGATE_ASSIGN(std::vector<FolderFile> files, accelerator_files(accelerator));
  if (const std::string difference = first_difference(files, folder); !difference.empty())
    return differs(difference, folder);
  FIXGATE_ASSIGN(const std::vector<std::string> present, list_folder(folder));
  if (const std::string path = foreign_source(files, present); !path.empty())
    return fail("{}: {} is not of the accelerator: move it out of rtl/, or give --as-is to compile it along",
                folder.string(), path);
  std::erase_if(files, [](const FolderFile& file) { return !is_design_file(file.path); });
  return Design{std::move(files), {}};
}

Result<Design> design_as_it_is(const Accelerator& accelerator, const fs::path& folder) {
  FIXGATE_ASSIGN(const std::vector<std::string> present, list_folder(folder));
  Design design;
  for (const std::string& path : present) {
    if (!is_design_file(path)) continue;
    if (!is_plain(path))
      return fail("{}: {}: give it a name of letters, digits, '_', '-' and '.'", folder.string(), path);
    FIXGATE_ASSIGN(std::string bytes, read_file(folder / path));
    design.files.push_back({path, std::move(bytes)});
  }
  FIXGATE_ASSIGN(const std::vector<FolderFile> expected, accelerator_files(accelerator));
  design.memories = memory_differences(expected, design.files);
  return design;
}

}  // namespace fixgate
