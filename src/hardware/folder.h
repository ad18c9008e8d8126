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

/// Puts a folder with these files in the place of `folder`, which then does not exist, is empty, or is
/// replaced whole. Everything is written beside it first. Error: anything that cannot be written; nothing has
/// changed.
Result<void> replace_folder(const std::filesystem::path& folder, const std::vector<FolderFile>& files);

/// The relative paths of all files below `folder`, sorted. Error: it cannot be read.
Result<std::vector<std::string>> list_folder(const std::filesystem::path& folder);

}  // namespace fixgate
