#include "fixed/safetensors.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "fixed/json_text.h"

namespace fixgate {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::array kTypes{ElementType::I8, ElementType::I16, ElementType::I32, ElementType::I64};

// A place in the file's data part.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// --- writing ---

std::vector<const StoredTensor*> wide_elements_first(const std::vector<StoredTensor>& tensors) {
  std::vector<const StoredTensor*> ordered;
  for (const StoredTensor& tensor : tensors) ordered.push_back(&tensor);
  std::stable_sort(ordered.begin(), ordered.end(), [](const StoredTensor* a, const StoredTensor* b) {
    return element_bytes(a->type) > element_bytes(b->type);
  });
  return ordered;
}

// Padded with spaces, so that the data begins at a multiple of 8.
std::string header_text(const Safetensors& content, const std::vector<const StoredTensor*>& ordered) {
  ordered_json header;
  header["__metadata__"] = content.metadata;
  std::size_t begin = 0;
  for (const StoredTensor* tensor : ordered) {
    const std::size_t end = begin + tensor->bytes.size();
    header[tensor->name] = {
        {"dtype", to_text(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = header.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
  return text;
}

// --- reading ---

std::optional<ElementType> parse_element_type(const json& value) {
  for (const ElementType type : kTypes)
    if (value == to_text(type)) return type;
  return {};
}

// An array of integers from 0 to 2^63 - 1.
std::optional<std::vector<std::int64_t>> parse_sizes(const json& value) {
  if (!value.is_array()) return {};
  std::vector<std::int64_t> sizes;
  for (const json& one : value) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!one.is_number_unsigned() || one.get<std::uint64_t>() > kLargest) return {};
    sizes.push_back(one.get<std::int64_t>());
  }
  return sizes;
}

// Elements times bytes; none if larger than `limit`.
std::optional<std::uint64_t> size_in_bytes(const StoredTensor& tensor, std::uint64_t limit) {
  auto size = static_cast<std::uint64_t>(element_bytes(tensor.type));
  for (const std::int64_t count : tensor.shape) {
    if (count != 0 && size > limit / static_cast<std::uint64_t>(count)) return {};
    size *= static_cast<std::uint64_t>(count);
  }
  return size;
}

Result<Extent> read_tensor(const json& entry, std::string_view data, StoredTensor& tensor) {
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets"))
    return fail("its header entry needs dtype, shape and data_offsets and nothing else");
  const auto type = parse_element_type(entry["dtype"]);
  const auto shape = parse_sizes(entry["shape"]);
  const auto offsets = parse_sizes(entry["data_offsets"]);
  if (!type) return fail("its dtype is none of I8, I16, I32 and I64");
  if (!shape || !offsets || offsets->size() != 2)
    return fail("its shape or data_offsets are no list of sizes");
  tensor.type = *type;
  tensor.shape = *shape;
  const Extent extent{static_cast<std::uint64_t>((*offsets)[0]), static_cast<std::uint64_t>((*offsets)[1])};
  if (extent.begin > extent.end || extent.end > data.size())
    return fail("its data_offsets {}..{} are outside the file's {} data bytes", extent.begin, extent.end,
                data.size());
  if (size_in_bytes(tensor, data.size()) != extent.end - extent.begin)
    return fail("its shape does not match the {} bytes of its data_offsets", extent.end - extent.begin);
  tensor.bytes = data.substr(extent.begin, extent.end - extent.begin);
  return extent;
}

Result<void> check_coverage(std::vector<Extent> extents, std::uint64_t size) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != at)
      return fail("its tensors overlap or leave a hole at data byte {}", std::min(at, extent.begin));
    at = extent.end;
  }
  if (at != size) return fail("{} bytes follow the last tensor", size - at);
  return {};
}

Result<std::map<std::string, std::string>> read_metadata(const json& value) {
  std::map<std::string, std::string> metadata;
  if (!value.is_object()) return fail("__metadata__ is no JSON object");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) return fail("__metadata__: a value is no string");
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

Result<Safetensors> read_header(const json& header, std::string_view data) {
  Safetensors content;
  std::vector<Extent> extents;
  if (!header.is_object()) return fail("the header is no JSON object");
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      FIXGATE_ASSIGN(content.metadata, read_metadata(entry));
      continue;
    }
    StoredTensor& tensor = content.tensors.emplace_back();
    tensor.name = name;
    auto extent = read_tensor(entry, data, tensor);
    if (!extent) return tl::make_unexpected(extent.error().within(fmt::format("tensor '{}'", name)));
    extents.push_back(*extent);
  }
  FIXGATE_CHECK(check_coverage(std::move(extents), data.size()));
  return content;
}

}  // namespace

const char* to_text(ElementType type) {
  switch (type) {
    case ElementType::I8:
      return "I8";
    case ElementType::I16:
      return "I16";
    case ElementType::I32:
      return "I32";
    case ElementType::I64:
      break;
  }
  return "I64";
}

std::string write_safetensors(const Safetensors& content) {
  const auto ordered = wide_elements_first(content.tensors);
  const std::string header = header_text(content, ordered);
  std::string bytes =
      encode_integers<std::int64_t>({static_cast<std::int64_t>(header.size())}, ElementType::I64);
  bytes += header;
  for (const StoredTensor* tensor : ordered) bytes += tensor->bytes;
  return bytes;
}

Result<Safetensors> read_safetensors(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) return fail("it has {} bytes and is no safetensors file", bytes.size());
  const auto length = static_cast<std::uint64_t>(
      decode_integers<std::int64_t>(bytes.substr(0, kLengthBytes), ElementType::I64)[0]);
  bytes.remove_prefix(kLengthBytes);
  if (length > kMaxSafetensorsHeader) return fail("it is no safetensors file: a header of {} bytes", length);
  if (length > bytes.size()) return fail("its header of {} bytes is cut off", length);
  if (!bytes.starts_with('{')) return fail("it is no safetensors file: the header does not begin with '{{'");
  FIXGATE_ASSIGN(const json header, parse_json(bytes.substr(0, length)));
  return read_header(header, bytes.substr(length));
}

}  // namespace fixgate
