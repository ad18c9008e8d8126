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

// /dev/null, /dev/stdout or a pipe cannot be replaced by a rename; it is written straight.
bool is_special(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

Result<void> fill(const std::filesystem::path& target, const std::filesystem::path& shown, std::string_view bytes) {
  const int descriptor = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return fail("{}: cannot be written: {}", shown.string(), std::strerror(errno));
  const bool written = write_all(descriptor, bytes) && (::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS);
  const int reason = errno;
  const bool closed = ::close(descriptor) == 0;
  if (written && closed) return {};
  return fail("{}: cannot be written: {}", shown.string(), std::strerror(written ? errno : reason));
}

}  // namespace

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  if (is_special(path)) return fill(path, path, bytes);
  const std::filesystem::path temporary = path.string() + ".part" + std::to_string(::getpid());
  auto filled = fill(temporary, path, bytes);
  std::error_code error;
  if (filled) std::filesystem::rename(temporary, path, error);
  if (filled && !error) return {};
  const std::string reason = error.message();
  std::filesystem::remove(temporary, error);
  if (!filled) return filled;
  return fail("{}: cannot be written: {}", path.string(), reason);
}

}  // namespace fixgate
