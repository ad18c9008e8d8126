#include "hardware/replaceable.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "files/read.h"
#include "hardware/accelerator_files.h"
#include "hardware/folder.h"
#include "hardware/identifier.h"
#include "hardware/manifest.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// "<before>WORD<after>"
bool is_word_between(std::string_view path, std::string_view before, std::string_view after) {
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() < before.size() + after.size())
    return false;
  return is_word(path.substr(before.size(), path.size() - before.size() - after.size()));
}

// A manifest may be forged: what it lists is only then ours if fixgate rtl could have named it so.
bool can_be_written(const std::string& path, const std::string& top) {
  return path == "README.md" || path == kNetworkName || path == fmt::format("rtl/{}.sv", top) ||
         path == fmt::format("rtl/{}_pkg.sv", top) || path == testbench_path(top) ||
         is_word_between(path, "rtl/lib/fg_", ".sv") || is_word_between(path, "mem/", ".hex");
}

// What fixgate synth works out from the folder, and can again.
bool is_of_synthesis(const std::string& path) {
  constexpr std::array<std::string_view, 6> kNames{"report.json", "netlist.json", "netlist.v",
                                                   "yosys.log",   "nextpnr.json", "synthesis.ys"};
  const fs::path split(path);
  return path.starts_with("synth/") && std::distance(split.begin(), split.end()) == 3 &&
         std::ranges::find(kNames, split.filename().string()) != kNames.end();
}

bool is_ours(const ListedFolder& listed, const std::string& path) {
  if (path == kManifestName || is_of_synthesis(path)) return true;
  return std::ranges::find(listed.files, path) != listed.files.end() && can_be_written(path, listed.name);
}

Result<ListedFolder> listing_of(const fs::path& folder) {
  FIXGATE_ASSIGN(const std::string text, read_file(folder / kManifestName, kLongestManifest));
  FIXGATE_ASSIGN(ListedFolder listed, parse_listing(text));
  FIXGATE_CHECK(check_module_name(listed.name));
  return listed;
}

}  // namespace

Result<void> check_replaceable(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  if (!fs::is_directory(folder, error))
    return fail("{}: exists and is no folder: give another name", folder.string());
  FIXGATE_ASSIGN(const std::vector<std::string> present, list_folder(folder));
  if (present.empty() && fs::is_empty(folder, error)) return {};
  const auto listed = listing_of(folder);
  if (!listed)
    return fail("{}: exists and is no accelerator of fixgate: give another folder, or remove it",
                folder.string());
  for (const std::string& path : present)
    if (!is_ours(*listed, path) || !fs::is_regular_file(fs::symlink_status(folder / path, error)))
      return fail(
          "{}: holds {}, which is not of the accelerator and would be lost: move it, or give another folder",
          folder.string(), path);
  return {};
}

}  // namespace fixgate
