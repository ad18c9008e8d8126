// Folders that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

struct FolderFile {
  std::string path;  // relative, with '/'
  std::string bytes;
};

/// Writes the files below `folder`, which is made when missing. Error: one cannot be written.
Result<void> write_files(const std::filesystem::path& folder, const std::vector<FolderFile>& files);

/// Puts a folder with these files in the place of `folder`, which then does not exist, is empty, or is
/// replaced whole; modes of folder and files stay. Everything is written beside it first. What a killed
/// process left of such work is removed. Errors: the current folder lies in it; anything that cannot be
/// written; nothing has changed then.
Result<void> replace_folder(const std::filesystem::path& folder, const std::vector<FolderFile>& files);

/// The relative paths of everything below `folder` that is no folder, links too, sorted. Error: it cannot be
/// read.
Result<std::vector<std::string>> list_folder(const std::filesystem::path& folder);

}  // namespace fixgate
