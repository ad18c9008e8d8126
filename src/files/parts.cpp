#include "files/parts.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/descriptor.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

std::string part_prefix(const fs::path& file) {
  return file.filename().string() + ".fixgate.part";
}

/// The process that a part is named after.
std::optional<pid_t> process_of(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  pid_t process = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  if (error != std::errc() || end != name.data() + name.size() || process <= 0) return std::nullopt;
  return process;
}

bool has_ended(pid_t process) {
  return process == ::getpid() || (::kill(process, 0) != 0 && errno == ESRCH);
}

// A process may have ended here and live in another container, or on another machine: then it has the lock.
void remove_unless_locked(const fs::path& part) {
  const Descriptor file(::open(part.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status = {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0) ::unlink(part.c_str());
}

void remove_dead_parts(const fs::path& file) {
  const std::string prefix = part_prefix(file);
  std::vector<fs::path> dead;
  std::error_code error;
  for (auto entry = fs::directory_iterator(file.has_parent_path() ? file.parent_path() : ".", error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto process = process_of(entry->path().filename().string(), prefix);
    if (process && has_ended(*process)) dead.push_back(entry->path());
  }
  for (const fs::path& part : dead) remove_unless_locked(part);
}

}  // namespace

fs::path part_of(const fs::path& file) {
  return file.parent_path() / (part_prefix(file) + std::to_string(::getpid()));
}

Descriptor make_part(const fs::path& file) {
  remove_dead_parts(file);
  struct stat old = {};
  const bool replaces = ::stat(file.c_str(), &old) == 0;
  const mode_t rights = replaces ? old.st_mode & 0777U : 0666U;
  Descriptor part(::open(part_of(file).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, rights));
  if (part.number() < 0) return part;
  ::flock(part.number(), LOCK_EX | LOCK_NB);
  if (!replaces) return part;
  if (::fchown(part.number(), old.st_uid, old.st_gid) != 0 &&
      ::fchown(part.number(), static_cast<uid_t>(-1), old.st_gid) != 0) {
    // Then it is the user's own, as any new file.
  }
  ::fchmod(part.number(), rights);  // the umask has had its say at open()
  return part;
}

}  // namespace fixgate
