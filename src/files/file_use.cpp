#include "files/file_use.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "files/links.h"
#include "files/read.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

bool lies_below(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

// Without the empty last part of "folder/".
fs::path without_end(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

// Absolute and without links, as far as it exists.
fs::path place_of(const fs::path& path) {
  std::error_code error;
  const fs::path place = fs::weakly_canonical(follow_links(path), error);
  return without_end(fs::absolute(error ? path : place, error).lexically_normal());
}

}  // namespace

void FileUse::add(std::vector<Use>& uses, Use use) {
  if (use.path.empty()) return;
  use.place = place_of(use.path);
  struct stat status = {};
  use.exists = ::stat(use.path.c_str(), &status) == 0;
  use.device = status.st_dev;
  use.number = status.st_ino;
  if (!use.exists || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) uses.push_back(std::move(use));
}

void FileUse::reads(const fs::path& file, const std::string& what) {
  add(inputs_, {file, what});
}

void FileUse::writes(const fs::path& file, const std::string& what) {
  add(outputs_, {file, what});
}

void FileUse::rewrites(const fs::path& file, const std::string& what,
                       const std::function<bool(std::string_view)>& is_ours) {
  add(outputs_, {file, what, {}, is_ours});
}

void FileUse::replaces(const fs::path& folder, const std::string& what) {
  add(replaced_, {folder, what});
}

bool FileUse::is_same(const Use& one, const Use& other) {
  if (one.exists && other.exists) return one.device == other.device && one.number == other.number;
  return one.place == other.place;
}

// By its name, too: with the folder goes a link in it, though not what it leads to.
bool FileUse::lies_within(const Use& inner, const Use& folder) {
  std::error_code error;
  const fs::path parent = inner.path.has_parent_path() ? inner.path.parent_path() : ".";
  return lies_below(inner.place, folder.place) ||
         lies_below(fs::weakly_canonical(parent, error), folder.place);
}

Result<void> FileUse::check_output(const Use& output) const {
  for (const Use& input : inputs_)
    if (is_same(output, input))
      return fail("{} {}: would overwrite {}, {}, which is read: name another file", output.what,
                  output.path.string(), input.what, input.path.string());
  for (const Use& folder : replaced_)
    if (lies_within(output, folder))
      return fail("{} {}: lies in {}, {}, which is replaced: name another file", output.what,
                  output.path.string(), folder.what, folder.path.string());
  return check_owner(output);
}

// An empty file has nothing to lose.
Result<void> FileUse::check_owner(const Use& output) {
  if (!output.is_ours || !output.exists) return {};
  const auto beginning = read_beginning(output.path, 256);
  if (beginning && (beginning->empty() || output.is_ours(*beginning))) return {};
  return fail("{} {}: is there, and no earlier run wrote it: move it away, or name another folder",
              output.what, output.path.string());
}

Result<void> FileUse::check() const {
  for (auto output = outputs_.begin(); output != outputs_.end(); ++output) {
    FIXGATE_CHECK(check_output(*output));
    for (auto other = outputs_.begin(); other != output; ++other)
      if (is_same(*output, *other))
        return fail("{} {}: is the file of {}, {}, too: name another one", output->what,
                    output->path.string(), other->what, other->path.string());
  }
  for (const Use& folder : replaced_)
    for (const Use& input : inputs_)
      if (lies_within(input, folder))
        return fail("{} {}: holds {}, {}, which is read: name another folder", folder.what,
                    folder.path.string(), input.what, input.path.string());
  return {};
}

std::function<bool(std::string_view)> begins_with(std::string beginning) {
  return [beginning = std::move(beginning)](std::string_view bytes) { return bytes.starts_with(beginning); };
}

}  // namespace fixgate
