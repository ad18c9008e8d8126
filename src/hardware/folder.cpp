#include "hardware/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "files/own_folder.h"
#include "files/write.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

// In one step, where the file system can exchange two names; else the old folder stands aside for a moment.
Result<void> exchange(const fs::path& fresh, const fs::path& folder) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return fail("cannot be replaced: {}", std::strerror(errno));
  const fs::path aside = fresh.parent_path() / "old";
  std::error_code error;
  fs::rename(folder, aside, error);
  if (error) return fail("cannot be replaced: {}", error.message());
  fs::rename(fresh, folder, error);
  std::error_code back;
  if (error) fs::rename(aside, folder, back);
  if (error) return fail("cannot be replaced: {}", error.message());
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

// A shell would be left behind in a folder that is no more.
Result<void> check_not_within(const fs::path& place) {
  std::error_code error;
  const fs::path current = fs::current_path(error);
  if (error || std::mismatch(place.begin(), place.end(), current.begin(), current.end()).first != place.end())
    return {};
  return fail("is the current folder, or holds it, and would be replaced: run fixgate from another folder");
}

// A folder or file that takes the place of another keeps its mode.
Result<void> keep_modes(const fs::path& fresh, const fs::path& old, const std::vector<FolderFile>& files) {
  std::error_code error;
  if (!fs::is_directory(old, error)) return {};
  std::vector<std::string> paths{""};
  for (const FolderFile& file : files) paths.push_back(file.path);
  for (const std::string& path : paths) {
    const fs::file_status status = fs::status(old / path, error);
    if (error) continue;
    fs::permissions(fresh / path, status.permissions(), error);
    if (error) return fail("{}: cannot be given its mode: {}", path, error.message());
  }
  return {};
}

Result<void> replace(const fs::path& folder, const std::vector<FolderFile>& files) {
  FIXGATE_ASSIGN(const fs::path place, resolved(folder));
  FIXGATE_CHECK(check_not_within(place));
  FIXGATE_ASSIGN(const OwnFolder part, OwnFolder::make(place.string() + ".part"));
  const fs::path fresh = part.path() / "fresh";
  FIXGATE_CHECK(write_files(fresh, files));
  FIXGATE_CHECK(keep_modes(fresh, place, files));
  return put_in_place(fresh, place);
}

}  // namespace

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
    if (!fs::is_directory(entry->symlink_status(error)))
      paths.push_back(entry->path().lexically_relative(folder).generic_string());
  if (error) return fail("{}: cannot be read: {}", folder.string(), error.message());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace fixgate
