#include "files/write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "files/descriptor.h"
#include "files/links.h"
#include "files/parts.h"

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

tl::unexpected<Error> not_written(const std::filesystem::path& path, int reason) {
  return fail("{}: cannot be written: {}", path.string(), std::strerror(reason));
}

Result<void> fill(const Descriptor& file, std::string_view bytes, const std::filesystem::path& shown) {
  if (file.number() < 0) return not_written(shown, errno);
  const bool written =
      write_all(file.number(), bytes) && (::fsync(file.number()) == 0 || errno == EINVAL || errno == EROFS);
  if (!written) return not_written(shown, errno);
  return {};
}

// The new name survives a power failure once its folder is on the disk. Where a folder cannot be opened (no
// permission to list it) or synchronised at all (some network file systems) there is nothing to be done.
Result<void> synchronise_folder(const std::filesystem::path& file, const std::filesystem::path& shown) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0 || ::fsync(descriptor.number()) == 0 || errno == EINVAL || errno == EROFS)
    return {};
  return fail("{}: written, but its folder cannot be flushed to disk: {}", shown.string(),
              std::strerror(errno));
}

}  // namespace

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path place = follow_links(path);
  if (is_written_in_place(place))
    return fill(Descriptor(::open(place.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)), bytes,
                path);
  const std::filesystem::path part = part_of(place);
  const Descriptor file = make_part(place);
  auto filled = fill(file, bytes, path);
  if (filled && ::rename(part.c_str(), place.c_str()) != 0) filled = not_written(path, errno);
  if (filled) return synchronise_folder(place, path);
  if (file.number() >= 0) ::unlink(part.c_str());
  return filled;
}

}  // namespace fixgate
