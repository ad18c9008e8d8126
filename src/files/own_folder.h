// A folder that one process alone uses for a while.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"

namespace fixgate {

/// A new folder, removed with its owner, whatever it holds by then. The owner holds a lock on it, so that the
/// folder of a process that was killed can be told from one in use.
class OwnFolder {
 public:
  /// The folder is `prefix` and six characters more. Such folders that a killed process left are removed
  /// first. Error: it cannot be made.
  static Result<OwnFolder> make(const std::filesystem::path& prefix);

  OwnFolder(OwnFolder&& other) noexcept;
  OwnFolder& operator=(OwnFolder&& other) noexcept;
  ~OwnFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  OwnFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;  // empty: moved from
  int lock_ = -1;               // the open folder
};

}  // namespace fixgate
