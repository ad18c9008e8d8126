#include "data/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

namespace fixgate {
namespace {

static_assert(std::endian::native == std::endian::little, "npy data are copied as they stand");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLongestHeader = std::size_t{1} << 16;

struct TypeName {
  std::string_view name;
  NpyType type;
  std::int64_t bytes;
};

constexpr std::array<TypeName, 11> kTypes{{{"<f4", NpyType::Float32, 4},
                                           {"<f8", NpyType::Float64, 8},
                                           {"|b1", NpyType::Bool, 1},
                                           {"|i1", NpyType::Int8, 1},
                                           {"|u1", NpyType::UInt8, 1},
                                           {"<i2", NpyType::Int16, 2},
                                           {"<u2", NpyType::UInt16, 2},
                                           {"<i4", NpyType::Int32, 4},
                                           {"<u4", NpyType::UInt32, 4},
                                           {"<i8", NpyType::Int64, 8},
                                           {"<u8", NpyType::UInt64, 8}}};

struct Header {
  std::string_view descr;
  bool is_fortran = false;
  std::vector<std::int64_t> shape;
};

// The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  Result<Header> parse() {
    if (!take('{')) return malformed();
    while (!take('}')) {
      FIXGATE_CHECK(parse_pair());
      if (take(',')) continue;
      if (!take('}')) return malformed();
      break;
    }
    skip_space();
    if (!rest_.empty() || keys_.size() != 3) return malformed();
    return std::move(header_);
  }

 private:
  static tl::unexpected<Error> malformed() {
    return fail("the header is not {{'descr': ..., 'fortran_order': ..., 'shape': ...}}");
  }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(char symbol) {
    skip_space();
    if (!rest_.starts_with(symbol)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_word(std::string_view word) {
    skip_space();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::optional<std::string_view> take_string() {
    skip_space();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const auto end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view content = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return content;
  }

  Result<void> parse_pair() {
    const auto key = take_string();
    if (!key || !take(':') || std::find(keys_.begin(), keys_.end(), *key) != keys_.end()) return malformed();
    keys_.push_back(*key);
    if (*key == "descr") return parse_descr();
    if (*key == "fortran_order") return parse_order();
    if (*key == "shape") return parse_shape();
    return malformed();
  }

  Result<void> parse_descr() {
    if (take('[')) return fail("structured arrays are not supported");
    const auto descr = take_string();
    if (!descr) return malformed();
    header_.descr = *descr;
    return {};
  }

  Result<void> parse_order() {
    header_.is_fortran = take_word("True");
    if (!header_.is_fortran && !take_word("False")) return malformed();
    return {};
  }

  Result<void> parse_shape() {
    if (!take('(')) return malformed();
    while (!take(')')) {
      std::int64_t dimension = 0;
      skip_space();
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), dimension);
      if (error != std::errc() || dimension < 0) return malformed();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      header_.shape.push_back(dimension);
      if (take(',')) continue;
      if (!take(')')) return malformed();
      break;
    }
    return {};
  }

  std::string_view rest_;
  std::vector<std::string_view> keys_;
  Header header_;
};

tl::unexpected<Error> unsupported_type(std::string_view descr) {
  const std::string_view code = descr.substr(std::min(descr.size(), std::size_t{1}));
  if (code.starts_with('O')) return fail("the type '{}' (Python objects) is not supported", descr);
  if (code.starts_with('U') || code.starts_with('S'))
    return fail("the type '{}' (strings) is not supported", descr);
  if (code.starts_with('c')) return fail("the type '{}' (complex numbers) is not supported", descr);
  if (code == "f2")
    return fail("the type '{}' (half precision) is not supported; astype('<f4') converts", descr);
  if (descr.starts_with('>'))
    return fail("the type '{}' (big-endian) is not supported; astype converts", descr);
  return fail("the type '{}' is not supported; '<f4', '<f8', '|b1' and the integers of 1 to 8 bytes are",
              descr);
}

const TypeName* find_type(std::string_view descr) {
  for (const TypeName& type : kTypes)
    if (type.name == descr) return &type;
  return nullptr;
}

const TypeName& type_of(NpyType type) {
  return kTypes[static_cast<std::size_t>(type)];
}

// The bytes before the data: magic, version, length of the header, header.
Result<std::string_view> header_text(std::string_view bytes, std::size_t& data_begin) {
  if (bytes.size() < 10 || !bytes.starts_with(kMagic)) return fail("is not in the .npy format");
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(bytes[i])}; };
  if (byte(6) != 1 && byte(6) != 2) return fail(".npy version {} is not supported; 1 and 2 are", byte(6));
  const std::size_t begin = byte(6) == 1 ? 10 : 12;
  if (bytes.size() < begin) return fail("ends inside its header");
  std::size_t length = byte(8) + (byte(9) << 8);
  if (begin == 12) length += (byte(10) << 16) + (byte(11) << 24);
  if (length > kLongestHeader) return fail("has a header of {} bytes; {} are read", length, kLongestHeader);
  if (length > bytes.size() - begin) return fail("ends inside its header");
  data_begin = begin + length;
  return bytes.substr(begin, length);
}

Result<std::int64_t> byte_count(const std::vector<std::int64_t>& shape, std::int64_t element_bytes) {
  std::int64_t bytes = element_bytes;
  for (const std::int64_t dimension : shape) {
    if (dimension != 0 && bytes > std::numeric_limits<std::int64_t>::max() / dimension)
      return fail("the shape states more elements than can be counted");
    bytes *= dimension;
  }
  return bytes;
}

template <typename T>
T element(const std::string& data, std::int64_t index) {
  T value;
  std::memcpy(&value, data.data() + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

template <typename Element>
NpyArray array_of(NpyType type, std::vector<std::int64_t> shape, const std::vector<Element>& elements) {
  NpyArray array{type, std::move(shape), std::string(elements.size() * sizeof(Element), '\0')};
  if (!elements.empty()) std::memcpy(array.data.data(), elements.data(), array.data.size());
  return array;
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view beginning) {
  NpyHeader npy;
  FIXGATE_ASSIGN(const std::string_view text, header_text(beginning, npy.data_begin));
  FIXGATE_ASSIGN(Header header, HeaderParser(text).parse());
  const TypeName* const type = find_type(header.descr);
  if (type == nullptr) return unsupported_type(header.descr);
  if (header.is_fortran && header.shape.size() > 1)
    return fail("Fortran order is not supported; numpy.ascontiguousarray converts");
  FIXGATE_ASSIGN(const std::int64_t bytes, byte_count(header.shape, type->bytes));
  npy.type = type->type;
  npy.shape = std::move(header.shape);
  npy.data_bytes = static_cast<std::uint64_t>(bytes);
  return npy;
}

Result<NpyArray> parse_npy(std::string bytes) {
  FIXGATE_ASSIGN(NpyHeader header, parse_npy_header(bytes));
  if (const std::size_t held = bytes.size() - header.data_begin; held != header.data_bytes)
    return fail("holds {} bytes of data, but its shape and type need {}", held, header.data_bytes);
  bytes.erase(0, header.data_begin);
  return NpyArray{header.type, std::move(header.shape), std::move(bytes)};
}

std::string_view npy_type_name(NpyType type) {
  return type_of(type).name;
}

float NpyArray::float_at(std::int64_t index) const {
  if (type == NpyType::Float32) return element<float>(data, index);
  return static_cast<float>(element<double>(data, index));
}

std::int64_t NpyArray::integer_at(std::int64_t index) const {
  switch (type) {
    case NpyType::Bool:
    case NpyType::UInt8:
      return element<std::uint8_t>(data, index);
    case NpyType::Int8:
      return element<std::int8_t>(data, index);
    case NpyType::Int16:
      return element<std::int16_t>(data, index);
    case NpyType::UInt16:
      return element<std::uint16_t>(data, index);
    case NpyType::Int32:
      return element<std::int32_t>(data, index);
    case NpyType::UInt32:
      return element<std::uint32_t>(data, index);
    default:
      return element<std::int64_t>(data, index);
  }
}

std::string npy_bytes(const NpyArray& array) {
  std::string shape;
  for (const std::int64_t size : array.shape) shape += fmt::format("{}, ", size);
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                   npy_type_name(array.type), shape);
  // Data begin at a multiple of 64 bytes, behind a line's end.
  const std::size_t before = kMagic.size() + 4;
  header.append((64 - (before + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  return bytes + header + array.data;
}

NpyArray npy_array(std::vector<std::int64_t> shape, const std::vector<double>& elements) {
  return array_of(NpyType::Float64, std::move(shape), elements);
}

NpyArray npy_array(std::vector<std::int64_t> shape, const std::vector<float>& elements) {
  return array_of(NpyType::Float32, std::move(shape), elements);
}

NpyArray npy_array(std::vector<std::int64_t> shape, const std::vector<std::int64_t>& elements) {
  return array_of(NpyType::Int64, std::move(shape), elements);
}

}  // namespace fixgate
