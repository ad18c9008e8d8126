#include "hardware/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "files/write.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

/// A folder that is removed again, with whatever it holds by then.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    if (created_) fs::remove_all(path_, error);
  }

  Result<void> create() {
    std::error_code error;
    created_ = fs::create_directory(path_, error);
    if (created_) return {};
    return fail("cannot be made: {}", error ? error.message() : path_.string() + " is in the way");
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool created_ = false;
};

Result<void> write_files(const fs::path& folder, const std::vector<FolderFile>& files) {
  for (const FolderFile& file : files) {
    const fs::path path = folder / file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return fail("{}: cannot be made: {}", path.parent_path().string(), error.message());
    FIXGATE_CHECK(write_file(path, file.bytes));
  }
  return {};
}

// In one step, where the file system can exchange two names; else the old folder stands aside for a moment.
Result<void> exchange(const fs::path& fresh, const fs::path& folder) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return fail("cannot be replaced: {}", std::strerror(errno));
  const fs::path aside = fresh.string() + ".old";
  std::error_code error;
  fs::rename(folder, aside, error);
  if (error) return fail("cannot be replaced: {}", error.message());
  fs::rename(fresh, folder, error);
  std::error_code back;
  if (error) fs::rename(aside, folder, back);
  if (error) return fail("cannot be replaced: {}", error.message());
  fs::remove_all(aside, back);
  return {};
}

Result<void> put_in_place(const fs::path& fresh, const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return exchange(fresh, folder);
  fs::rename(fresh, folder, error);
  if (error) return fail("cannot be written: {}", error.message());
  return {};
}

// Without a link at its end, so that the rename meets the folder itself.
Result<fs::path> resolved(const fs::path& folder) {
  std::error_code error;
  fs::path place = fs::weakly_canonical(folder, error);
  if (error) return fail("cannot be found: {}", error.message());
  if (!place.has_filename()) place = place.parent_path();
  return place;
}

Result<void> replace(const fs::path& folder, const std::vector<FolderFile>& files) {
  FIXGATE_ASSIGN(const fs::path place, resolved(folder));
  TemporaryFolder fresh(place.string() + ".part" + std::to_string(::getpid()));
  FIXGATE_CHECK(fresh.create());
  FIXGATE_CHECK(write_files(fresh.path(), files));
  return put_in_place(fresh.path(), place);
}

}  // namespace

Result<void> replace_folder(const fs::path& folder, const std::vector<FolderFile>& files) {
  auto replaced = replace(folder, files);
  if (!replaced) return tl::make_unexpected(replaced.error().within(folder.string()));
  return {};
}

Result<std::vector<std::string>> list_folder(const fs::path& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
    if (!entry->is_directory(error))
      paths.push_back(fs::relative(entry->path(), folder, error).generic_string());
  if (error) return fail("{}: cannot be read: {}", folder.string(), error.message());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace fixgate
