// Files out of a zip or tar archive, one after the other, never to disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "diagnostic/error.h"

struct archive;

namespace fixgate {

enum class ArchiveFormat { Zip, TarGzip };

/// A forward pass over the regular files of an archive. Errors name the archive and, within a file, its path.
class ArchiveReader {
 public:
  /// Opens `path`. Errors: missing, a folder, of another kind, cannot be opened.
  static Result<ArchiveReader> open(const std::filesystem::path& path, ArchiveFormat format);

  /// Moves to the next regular file; false at the end. Errors: not an archive of the format, damaged,
  /// truncated.
  Result<bool> next();

  /// The current file's path inside the archive, without a leading "./"; empty if it cannot be represented.
  [[nodiscard]] const std::string& entry() const { return entry_; }

  /// What the current file unpacks to, in bytes, as the archive states it; none where it does not.
  [[nodiscard]] std::optional<std::uint64_t> stated_size() const { return size_; }

  /// The next bytes of the current file: `count`, or fewer at its end. Errors: damaged, encrypted,
  /// unsupported compression.
  Result<std::string> read_some(std::uint64_t count);

  /// The current file's bytes, of which `begun` are read already. Errors: more than `limit` bytes, those of
  /// read_some().
  Result<std::string> read(std::uint64_t limit, std::string begun = {});

 private:
  struct Close {
    void operator()(archive* handle) const;
  };

  Error failure(const std::string& where) const;
  Result<void> fill(std::string& bytes, std::uint64_t count);

  std::unique_ptr<archive, Close> handle_;
  std::string name_;
  std::string entry_;
  std::optional<std::uint64_t> size_;
};

}  // namespace fixgate
