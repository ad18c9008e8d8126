#include "data/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <string_view>

#include "files/kind.h"
#include "files/read.h"

namespace fixgate {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;

Result<void> check_file(const std::filesystem::path& path, ArchiveFormat format) {
  const auto beginning = read_beginning(path, 64);
  if (!beginning) return tl::make_unexpected(beginning.error());
  if (beginning->empty()) return fail("{}: is empty", path.string());
  const bool is_zip = format == ArchiveFormat::Zip;
  if (beginning->starts_with(is_zip ? "PK" : "\x1f\x8b")) return {};
  const char* const expected = is_zip ? "a zip archive of arrays (.npz) is expected, as numpy.savez writes it"
                                      : "a compressed tar archive (.tar.gz) is expected";
  const Error error{fmt::format("is no archive; {}", expected)};
  return tl::make_unexpected(or_other_kind(error, *beginning, "", expected).within(path.string()));
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
  return {where + ": cannot be read: " + (reason == nullptr ? "it is damaged or cut short" : reason)};
}

Result<ArchiveReader> ArchiveReader::open(const std::filesystem::path& path, ArchiveFormat format) {
  FIXGATE_CHECK(check_file(path, format));
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
  size_ = std::nullopt;
  if (archive_entry_size_is_set(entry) != 0) size_ = static_cast<std::uint64_t>(archive_entry_size(entry));
  return true;
}

// Until there are so many bytes, or no more.
Result<void> ArchiveReader::fill(std::string& bytes, std::uint64_t count) {
  while (bytes.size() < count) {
    const std::size_t filled = bytes.size();
    const std::size_t block = std::min(std::clamp<std::size_t>(filled, std::size_t{1} << 12, kBlock),
                                       static_cast<std::size_t>(count) - filled);
    bytes.resize(filled + block);
    const auto got = archive_read_data(handle_.get(), bytes.data() + filled, block);
    if (got < 0) return tl::make_unexpected(failure(name_ + ": " + entry_));
    bytes.resize(filled + static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  return {};
}

Result<std::string> ArchiveReader::read_some(std::uint64_t count) {
  std::string bytes;
  FIXGATE_CHECK(fill(bytes, count));
  return bytes;
}

Result<std::string> ArchiveReader::read(std::uint64_t limit, std::string begun) {
  FIXGATE_CHECK(fill(begun, limit + 1));
  if (begun.size() > limit) return fail("{}: {}: more than the {} bytes that are read", name_, entry_, limit);
  return begun;
}

}  // namespace fixgate
