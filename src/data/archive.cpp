#include "data/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <string_view>
#include <system_error>

namespace fixgate {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;

Result<void> check_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail("{}: no such file", path.string());
  if (std::filesystem::is_directory(status)) return fail("{}: is a folder, not a file", path.string());
  return {};
}

std::string entry_path(archive_entry* entry) {
  const char* const path = archive_entry_pathname(entry);
  std::string_view view = path == nullptr ? "" : path;
  if (view.starts_with("./")) view.remove_prefix(2);
  return std::string(view);
}

}  // namespace

void ArchiveReader::Close::operator()(archive* handle) const {
  archive_read_free(handle);
}

Error ArchiveReader::failure(const std::string& where) const {
  const char* const reason = archive_error_string(handle_.get());
  return {where + ": cannot be read: " + (reason == nullptr ? "unknown error" : reason)};
}

Result<ArchiveReader> ArchiveReader::open(const std::filesystem::path& path, ArchiveFormat format) {
  FIXGATE_CHECK(check_file(path));
  ArchiveReader reader;
  reader.handle_.reset(archive_read_new());
  if (!reader.handle_) throw std::bad_alloc();
  reader.name_ = path.string();
  if (format == ArchiveFormat::Zip) {
    archive_read_support_format_zip(reader.handle_.get());
  } else {
    archive_read_support_filter_gzip(reader.handle_.get());
    archive_read_support_format_tar(reader.handle_.get());
  }
  if (archive_read_open_filename(reader.handle_.get(), path.c_str(), kBlock) != ARCHIVE_OK)
    return tl::make_unexpected(reader.failure(reader.name_));
  return reader;
}

Result<bool> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  while (true) {
    const int status = archive_read_next_header(handle_.get(), &entry);
    if (status == ARCHIVE_EOF) return false;
    // A warning is about names or times that this system cannot represent, not about the content.
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return tl::make_unexpected(failure(name_));
    if (archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr) break;
  }
  entry_ = entry_path(entry);
  return true;
}

Result<std::string> ArchiveReader::read(std::uint64_t limit) {
  std::string bytes;
  while (true) {
    const std::size_t filled = bytes.size();
    const std::size_t block = std::clamp<std::size_t>(filled, std::size_t{1} << 12, kBlock);
    bytes.resize(filled + block);
    const auto got = archive_read_data(handle_.get(), bytes.data() + filled, block);
    if (got < 0) return tl::make_unexpected(failure(name_ + ": " + entry_));
    bytes.resize(filled + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
    if (bytes.size() > limit)
      return fail("{}: {}: more than the {} bytes that are read", name_, entry_, limit);
  }
}

}  // namespace fixgate
