// The file of a value change dump (VCD), written while a simulation runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "diagnostic/error.h"
#include "files/descriptor.h"

namespace fixgate {

/// The content appears complete, or the file that was there stays, as write_file() has it; devices and pipes
/// are written as they are.
class WaveformFile {
 public:
  /// Opens it before anything is simulated. Errors: it cannot be written; the folder is missing.
  static Result<WaveformFile> open(const std::filesystem::path& path);

  WaveformFile(WaveformFile&& other) noexcept;
  WaveformFile& operator=(WaveformFile&&) = delete;
  ~WaveformFile();

  /// Error: it cannot be written (a full disk).
  Result<void> add(std::string_view bytes);

  /// Puts it in its place. Errors: nothing was added; it cannot be written.
  Result<void> finish();

 private:
  WaveformFile() = default;
  [[nodiscard]] tl::unexpected<Error> failure() const;  // by errno

  std::filesystem::path shown_;      // as the user names it
  std::filesystem::path place_;      // where links lead; empty: a device
  std::filesystem::path temporary_;  // empty: none
  Descriptor file_;
  std::int64_t bytes_ = 0;
};

}  // namespace fixgate
