// Files out of a zip or tar archive, one after the other, never to disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "diagnostic/error.h"

struct archive;

namespace fixgate {

enum class ArchiveFormat { Zip, TarGzip };

/// A forward pass over the regular files of an archive. Errors name the archive and, within a file, its path.
class ArchiveReader {
 public:
  /// Opens `path`. Errors: missing, a folder, cannot be opened.
  static Result<ArchiveReader> open(const std::filesystem::path& path, ArchiveFormat format);

  /// Moves to the next regular file; false at the end. Errors: not an archive of the format, damaged,
  /// truncated.
  Result<bool> next();

  /// The current file's path inside the archive, without a leading "./"; empty if it cannot be represented.
  [[nodiscard]] const std::string& entry() const { return entry_; }

  /// The current file's bytes. Errors: more than `limit` bytes, damaged, encrypted, unsupported compression.
  Result<std::string> read(std::uint64_t limit);

 private:
  struct Close {
    void operator()(archive* handle) const;
  };

  Error failure(const std::string& where) const;

  std::unique_ptr<archive, Close> handle_;
  std::string name_;
  std::string entry_;
};

}  // namespace fixgate
