#include "files/links.h"

#include <system_error>

namespace fixgate {
namespace {

constexpr int kMostLinks = 40;  // as the kernel's own limit

// The links in /proc are open files: what they name must not be replaced.
bool is_open_file(const std::filesystem::path& path) {
  return path.string().starts_with("/proc/");
}

}  // namespace

std::filesystem::path follow_links(std::filesystem::path path) {
  std::error_code error;
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(path, error); ++links) {
    const auto folder = std::filesystem::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
    if (is_open_file(folder / path.filename())) return folder / path.filename();
    path = folder / std::filesystem::read_symlink(path, error);
  }
  return path;
}

bool is_written_in_place(const std::filesystem::path& place) {
  std::error_code error;
  if (std::filesystem::is_symlink(place, error)) return true;
  const auto status = std::filesystem::status(place, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

}  // namespace fixgate
