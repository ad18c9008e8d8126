#include "data/npz_arrays.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <set>

#include "data/archive.h"
#include "files/write.h"

namespace fixgate {
namespace {

constexpr std::uint64_t kArrayLimit = std::uint64_t{4} << 30;

std::string array_name(std::string_view entry) {
  return std::string(entry.ends_with(".npy") ? entry.substr(0, entry.size() - 4) : entry);
}

/// Runs `read(name, reader)` for every array of the file. Error: an array that is there twice.
template <typename Read>
Result<void> for_each_array(const std::filesystem::path& path, Read read) {
  FIXGATE_ASSIGN(ArchiveReader reader, ArchiveReader::open(path, ArchiveFormat::Zip));
  std::set<std::string> seen;
  while (true) {
    FIXGATE_ASSIGN(const bool is_entry, reader.next());
    if (!is_entry) return {};
    const std::string name = array_name(reader.entry());
    if (!seen.insert(name).second) return fail("{}: array '{}' stands in it twice", path.string(), name);
    FIXGATE_CHECK(read(name, reader));
  }
}

/// The array without its data; what it unpacks to is known before it is unpacked.
Result<NpyArray> stated_array(const std::string& beginning, const std::optional<std::uint64_t>& size) {
  FIXGATE_ASSIGN(NpyHeader header, parse_npy_header(beginning));
  if (size && *size != header.data_begin + header.data_bytes)
    return fail("holds {} bytes of data, but its shape and type need {}",
                *size - std::min<std::uint64_t>(header.data_begin, *size), header.data_bytes);
  if (header.data_bytes > kArrayLimit)
    return fail("needs {} bytes; {} are read at most", header.data_bytes, kArrayLimit);
  return NpyArray{header.type, std::move(header.shape), {}};
}

struct CloseArchive {
  void operator()(archive* handle) const { archive_write_free(handle); }
};

/// libarchive's callback: the bytes of the archive go to a string.
la_ssize_t append(archive*, void* to, const void* bytes, std::size_t count) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), count);
  return static_cast<la_ssize_t>(count);
}

bool write_entry(archive* handle, const std::string& name, const std::string& bytes) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            &archive_entry_free);
  if (!entry) throw std::bad_alloc();
  archive_entry_set_pathname(entry.get(), (name + ".npy").c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_mtime(entry.get(), 315532800, 0);  // 1980, the first that a zip archive can state
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  if (archive_write_header(handle, entry.get()) != ARCHIVE_OK) return false;
  return archive_write_data(handle, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size());
}

}  // namespace

Result<Arrays> read_npz_headers(const std::filesystem::path& path) {
  Arrays arrays;
  FIXGATE_CHECK(for_each_array(path, [&](const std::string& name, ArchiveReader& reader) -> Result<void> {
    FIXGATE_ASSIGN(const std::string beginning, reader.read_some(kNpyBeginning));
    auto array = stated_array(beginning, reader.stated_size());
    if (!array) return fail("{}: array '{}': {}", path.string(), name, array.error().message);
    arrays.emplace(name, std::move(*array));
    return {};
  }));
  return arrays;
}

Result<void> read_npz_data(const std::filesystem::path& path, Arrays& arrays) {
  return for_each_array(path, [&](const std::string& name, ArchiveReader& reader) -> Result<void> {
    FIXGATE_ASSIGN(std::string beginning, reader.read_some(kNpyBeginning));
    const auto header = parse_npy_header(beginning);
    const auto stated = arrays.find(name);
    if (!header || stated == arrays.end() || stated->second.shape != header->shape)
      return fail("{}: changed while it was read", path.string());
    FIXGATE_ASSIGN(std::string bytes,
                   reader.read(header->data_begin + header->data_bytes, std::move(beginning)));
    auto array = parse_npy(std::move(bytes));
    if (!array) return fail("{}: array '{}': {}", path.string(), name, array.error().message);
    stated->second = std::move(*array);
    return {};
  });
}

Result<void> write_npz(const std::filesystem::path& path, const Arrays& arrays) {
  std::string bytes;
  const std::unique_ptr<archive, CloseArchive> handle(archive_write_new());
  if (!handle) throw std::bad_alloc();
  archive_write_set_format_zip(handle.get());
  archive_write_zip_set_compression_store(handle.get());
  archive_write_set_bytes_in_last_block(handle.get(), 1);
  bool is_done = archive_write_open(handle.get(), &bytes, nullptr, append, nullptr) == ARCHIVE_OK;
  for (const auto& [name, array] : arrays)
    is_done = is_done && write_entry(handle.get(), name, npy_bytes(array));
  is_done = is_done && archive_write_close(handle.get()) == ARCHIVE_OK;
  if (!is_done) {
    const char* const reason = archive_error_string(handle.get());
    return fail("{}: cannot be written: {}", path.string(),
                reason == nullptr ? "no reason is known" : reason);
  }
  return write_file(path, bytes);
}

}  // namespace fixgate
