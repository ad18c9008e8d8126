#include "hardware/design_sources.h"

#include <algorithm>

namespace fixgate {
namespace {

// The library's package has nothing to wait for; the design's may use it.
int reading_order(const std::filesystem::path& path) {
  if (path.stem() == "fg_pkg") return 0;
  return path.stem().string().ends_with("_pkg") ? 1 : 2;
}

}  // namespace

Result<std::vector<std::filesystem::path>> design_sources(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> sources;
  for (const char* place : {"rtl/lib", "rtl"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder / place, error))
      if (entry.path().extension() == ".sv") sources.push_back(entry.path());
    if (error) return fail("{}: cannot be read: {}", (folder / place).string(), error.message());
  }
  std::ranges::sort(sources, {}, [](const std::filesystem::path& path) {
    return std::pair(reading_order(path), path.string());
  });
  return sources;
}

std::filesystem::path testbench_path(const Accelerator& accelerator, const std::filesystem::path& folder) {
  return folder / "sim" / (accelerator.name + "_tb.sv");
}

}  // namespace fixgate
