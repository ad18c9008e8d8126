#include "files/own_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

namespace fixgate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPattern = "XXXXXX";  // of mkdtemp
constexpr const char* kMark = ".fixgate-temporary";
constexpr int kTries = 100;

int open_folder(const fs::path& folder) {
  return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool lock(int descriptor) {
  return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

// False: another process took it for a left one. A file system without locks is no reason to give up.
bool claim(int descriptor) {
  if (descriptor < 0 || (!lock(descriptor) && errno == EWOULDBLOCK)) return false;
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

std::vector<fs::path> folders_named(const fs::path& prefix) {
  std::vector<fs::path> found;
  const std::string begin = prefix.filename().string();
  std::error_code error;
  for (auto entry = fs::directory_iterator(prefix.parent_path(), error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.size() == begin.size() + kPattern.size() && name.starts_with(begin))
      found.push_back(entry->path());
  }
  return found;
}

// The mark goes last: what cannot be removed now, because something still writes there, is removed by the
// next.
void remove_marked(const fs::path& folder) {
  std::error_code error;
  bool is_empty = true;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code failure;
    if (entry->path().filename() != kMark) fs::remove_all(entry->path(), failure);
    is_empty = is_empty && !failure;
  }
  if (is_empty && !error) fs::remove_all(folder, error);
}

// A folder that merely has such a name lacks the mark, unless it is empty.
void remove_left_folders(const fs::path& prefix) {
  for (const fs::path& folder : folders_named(prefix)) {
    const int descriptor = open_folder(folder);
    if (descriptor < 0) continue;
    std::error_code ignored;
    const bool is_left = lock(descriptor);
    if (is_left && fs::exists(folder / kMark, ignored))
      remove_marked(folder);
    else if (is_left)
      ::rmdir(folder.c_str());
    ::close(descriptor);
  }
}

bool make_mark(const fs::path& folder) {
  return std::ofstream(folder / kMark).good();
}

}  // namespace

Result<OwnFolder> OwnFolder::make(const fs::path& prefix) {
  remove_left_folders(prefix);
  for (int tries = 0; tries < kTries; ++tries) {
    std::string name = prefix.string() + std::string(kPattern);
    if (::mkdtemp(name.data()) == nullptr) return fail("{}: cannot be made: {}", name, std::strerror(errno));
    const int descriptor = open_folder(name);
    OwnFolder made(name, descriptor);
    if (!claim(descriptor)) continue;
    if (!make_mark(name)) return fail("{}: cannot be written: {}", name, std::strerror(errno));
    return made;
  }
  return fail("{}{}: cannot be locked", prefix.string(), kPattern);
}

OwnFolder::OwnFolder(OwnFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}

OwnFolder& OwnFolder::operator=(OwnFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

OwnFolder::~OwnFolder() {
  if (!path_.empty()) remove_marked(path_);
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace fixgate
