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

}  // namespace

fs::path part_of(const fs::path& file) {
  return file.parent_path() / (part_prefix(file) + std::to_string(::getpid()));
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

}  // namespace fixgate
