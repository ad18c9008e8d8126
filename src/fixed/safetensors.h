// The container of Hugging Face's safetensors, as far as integers need it:
// 8 bytes header length (little-endian), the header (JSON), the tensors' bytes (little-endian, row-major).
// https://github.com/huggingface/safetensors#format
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;  // as the safetensors library

enum class ElementType { I8, I16, I32, I64 };

[[nodiscard]] constexpr int element_bytes(ElementType type) {
  return 1 << static_cast<int>(type);
}
[[nodiscard]] const char* to_text(ElementType type);  // "I8"

/// The smallest element that holds signed integers of `width` bits, 1..32.
[[nodiscard]] constexpr ElementType weight_element(int width) {
  if (width <= 8) return ElementType::I8;
  return width <= 16 ? ElementType::I16 : ElementType::I32;
}

struct StoredTensor {
  std::string name;
  ElementType type = ElementType::I8;
  std::vector<std::int64_t> shape;
  std::string bytes;
};

struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::vector<StoredTensor> tensors;
};

/// The container's bytes: wide elements first, so that each tensor is aligned, else in the order given. Names
/// are distinct and all text is UTF-8.
std::string write_safetensors(const Safetensors& content);

/// Errors: truncated, a header beyond 100 MB or that is not the JSON of the format, another element type,
/// offsets that do not match the shape, overlap, leave a hole or do not end with the file.
Result<Safetensors> read_safetensors(std::string_view bytes);

/// The integers as little-endian elements; each fits the type.
template <typename Integer>
std::string encode_integers(const std::vector<Integer>& values, ElementType type) {
  const auto size = static_cast<std::size_t>(element_bytes(type));
  std::string bytes(values.size() * size, '\0');
  std::size_t at = 0;
  for (const Integer value : values) {
    const auto bits = static_cast<std::uint64_t>(std::int64_t{value});
    for (std::size_t k = 0; k < size; ++k) bytes[at++] = static_cast<char>((bits >> (8 * k)) & 0xff);
  }
  return bytes;
}

/// The inverse, for an Integer that holds all of the type. The bytes are a whole number of elements.
template <typename Integer>
std::vector<Integer> decode_integers(std::string_view bytes, ElementType type) {
  const auto size = static_cast<std::size_t>(element_bytes(type));
  const std::size_t unused = 64 - 8 * size;
  std::vector<Integer> values(bytes.size() / size);
  std::size_t at = 0;
  for (Integer& value : values) {
    std::uint64_t bits = 0;
    for (std::size_t k = 0; k < size; ++k)
      bits |= std::uint64_t{static_cast<unsigned char>(bytes[at++])} << (8 * k);
    value = static_cast<Integer>(static_cast<std::int64_t>(bits << unused) >> unused);  // extends the sign
  }
  return values;
}

}  // namespace fixgate
