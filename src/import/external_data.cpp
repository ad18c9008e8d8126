#include "import/external_data.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>

namespace fixgate {
namespace {

namespace fs = std::filesystem;

using Entries = std::map<std::string, std::string>;

Entries entries_of(const onnx::TensorProto& proto) {
  Entries entries;
  for (const auto& entry : proto.external_data()) entries[entry.key()] = entry.value();
  return entries;
}

Result<std::uint64_t> number_of(const Entries& entries, const std::string& key, std::uint64_t standard) {
  const auto found = entries.find(key);
  if (found == entries.end()) return standard;
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return fail("external data: {} is '{}'", key, text);
  return value;
}

/// Where a tensor's bytes lie, as it says itself.
struct Part {
  std::string location;
  std::uint64_t offset = 0;
};

Result<Part> part_of(const onnx::TensorProto& proto, std::uint64_t expected) {
  const Entries entries = entries_of(proto);
  const auto location = entries.find("location");
  if (location == entries.end()) return fail("external data without a location");
  FIXGATE_ASSIGN(const std::uint64_t offset, number_of(entries, "offset", 0));
  FIXGATE_ASSIGN(const std::uint64_t length, number_of(entries, "length", expected));
  if (length != expected) return fail("external data of {} bytes, type and shape need {}", length, expected);
  return Part{location->second, offset};
}

bool lies_within(const fs::path& inner, const fs::path& outer) {
  const auto [end, mismatch] = std::ranges::mismatch(outer, inner);
  return end == outer.end() ||
         (std::next(end) == outer.end() && end->empty());  // "folder/" ends in an empty part
}

/// The file after all symbolic links, known to lie in the folder.
Result<fs::path> resolve(const std::string& location, const fs::path& folder) {
  const fs::path relative(location);
  if (location.empty() || location.find('\0') != std::string::npos)
    return fail("external data without a location");
  if (relative.is_absolute() || std::ranges::find(relative, fs::path("..")) != relative.end())
    return fail("external data '{}' must be a path inside the model's folder", location);
  std::error_code error;
  const fs::path root = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  if (error) return fail("folder {} cannot be read: {}", folder.string(), error.message());
  const fs::path file = fs::canonical(root / relative, error);
  if (error) return fail("external data '{}': {}; put the file beside the model", location, error.message());
  if (!lies_within(file, root)) return fail("external data '{}' leads out of the model's folder", location);
  if (!fs::is_regular_file(file, error)) return fail("external data '{}' is not a file", location);
  return file;
}

Result<std::string> read_part(const fs::path& file, std::uint64_t offset, std::uint64_t length) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  const std::string name = file.filename().string();
  if (error) return fail("external data '{}': {}", name, error.message());
  if (offset > size || length > size - offset)
    return fail("external data '{}' is too short: {} bytes from {} wanted, it has {}", name, length, offset,
                size);
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  std::string bytes(length, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(length));
  if (!stream) return fail("external data '{}' cannot be read", name);
  return bytes;
}

}  // namespace

Result<void> check_external_data(const onnx::TensorProto& proto, std::uint64_t expected) {
  return part_of(proto, expected).map([](const Part&) {});
}

Result<std::string> read_external_data(const onnx::TensorProto& proto, const fs::path& folder,
                                       std::uint64_t expected) {
  FIXGATE_ASSIGN(const Part part, part_of(proto, expected));
  FIXGATE_ASSIGN(const fs::path file, resolve(part.location, folder));
  return read_part(file, part.offset, expected);
}

}  // namespace fixgate
