#include "files/read.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace fixgate {

namespace {

Result<void> check_is_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail("{}: no such file", path.string());
  if (std::filesystem::is_directory(status)) return fail("{}: is a folder, not a file", path.string());
  return {};
}

Result<std::ifstream> open_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail("{}: cannot be opened: {}", path.string(), std::strerror(errno));
  return stream;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t limit) {
  FIXGATE_CHECK(check_is_file(path));
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail("{}: cannot be read: {}", path.string(), error.message());
  if (size > limit) return fail("{}: {} bytes, more than the {} that are read", path.string(), size, limit);
  FIXGATE_ASSIGN(std::ifstream stream, open_file(path));
  std::string bytes(size, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(stream.gcount()) != size)
    return fail("{}: cannot be read to its end", path.string());
  return bytes;
}

Result<std::string> read_beginning(const std::filesystem::path& path, std::size_t count) {
  FIXGATE_CHECK(check_is_file(path));
  FIXGATE_ASSIGN(std::ifstream stream, open_file(path));
  std::string bytes(count, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace fixgate
