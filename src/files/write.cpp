#include "files/write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace fixgate {
namespace {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

constexpr int kMostLinks = 40;  // as the kernel's own limit

// The links in /proc are open files (/dev/stdout leads to one): what they name must not be replaced.
bool is_open_file(const std::filesystem::path& path) {
  return path.string().starts_with("/proc/");
}

// Where the symbolic links lead that `path` begins; a rename would replace the first of them.
std::filesystem::path follow_links(std::filesystem::path path) {
  std::error_code error;
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(path, error); ++links) {
    const auto folder = std::filesystem::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
    if (is_open_file(folder / path.filename())) return folder / path.filename();
    path = folder / std::filesystem::read_symlink(path, error);
  }
  return path;
}

// /dev/null, /dev/stdout or a pipe cannot be replaced by a rename; it is written straight. So is what
// follow_links leaves as a link: an open file, or a circle, which cannot be opened.
bool is_special(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_symlink(path, error)) return true;
  const auto status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

Result<void> fill(const std::filesystem::path& target, const std::filesystem::path& shown,
                  std::string_view bytes) {
  const int descriptor = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return fail("{}: cannot be written: {}", shown.string(), std::strerror(errno));
  const bool written =
      write_all(descriptor, bytes) && (::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS);
  const int reason = errno;
  const bool closed = ::close(descriptor) == 0;
  if (written && closed) return {};
  return fail("{}: cannot be written: {}", shown.string(), std::strerror(written ? errno : reason));
}

// The new name survives a power failure once its folder is on the disk. Where a folder cannot be opened (no
// permission to list it) or synchronised at all (some network file systems) there is nothing to be done.
Result<void> synchronise_folder(const std::filesystem::path& file, const std::filesystem::path& shown) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return {};
  const bool synchronised = ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS;
  const int reason = errno;
  ::close(descriptor);
  if (synchronised) return {};
  return fail("{}: written, but its folder cannot be flushed to disk: {}", shown.string(),
              std::strerror(reason));
}

}  // namespace

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path place = follow_links(path);
  if (is_special(place)) return fill(place, path, bytes);
  const std::filesystem::path temporary = place.string() + ".part" + std::to_string(::getpid());
  auto filled = fill(temporary, path, bytes);
  std::error_code error;
  if (filled) std::filesystem::rename(temporary, place, error);
  if (filled && !error) return synchronise_folder(place, path);
  const std::string reason = error.message();
  std::filesystem::remove(temporary, error);
  if (!filled) return filled;
  return fail("{}: cannot be written: {}", path.string(), reason);
}

}  // namespace fixgate
