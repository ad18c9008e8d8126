#include "files/kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace fixgate {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view beginning;
  std::string_view name;
};

constexpr std::array kKinds{
    Kind{"\x93NUMPY"sv, "a NumPy array (.npy)"},
    Kind{"PK\x03\x04"sv, "a zip archive (.npz, or what PyTorch saves)"},
    Kind{"PK\x05\x06"sv, "an empty zip archive"},
    Kind{"\x1f\x8b"sv, "a gzip file"},
    Kind{"BZh"sv, "a bzip2 file"},
    Kind{"\xfd"
         "7zXZ\0"sv,
         "an xz file"},
    Kind{"SQLite format 3\0"sv, "an SQLite file (as the study of fixgate explore is)"},
    Kind{"\x89HDF\r\n"sv, "an HDF5 file (.h5)"},
    Kind{"\x80\x02"sv, "a Python pickle"},
    Kind{"\x80\x03"sv, "a Python pickle"},
    Kind{"\x80\x04"sv, "a Python pickle"},
    Kind{"\x80\x05"sv, "a Python pickle"},
    Kind{"\x7f"
         "ELF"sv,
         "a program"},
    Kind{"\x89PNG\r\n"sv, "a picture (PNG)"},
    Kind{"%PDF"sv, "a PDF file"},
};

// A TensorFlow Lite file has its mark behind an offset.
constexpr std::size_t kTfliteMark = 4;

// A ModelProto begins with its ir_version; what follows in the files of all exporters is another field of
// small number.
bool is_onnx(std::string_view bytes) {
  if (bytes.size() < 3 || bytes[0] != '\x08') return false;
  constexpr std::array kFields{'\x12', '\x1a', '\x22', '\x28', '\x32', '\x3a', '\x42', '\x72'};
  if (bytes[1] < 1 || bytes[1] > 63) return false;
  for (const char field : kFields)
    if (bytes[2] == field) return true;
  return false;
}

// safetensors: the length of the header, then the header, an object of JSON.
bool is_safetensors(std::string_view bytes) {
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length + 2) return false;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length < (std::uint64_t{1} << 32) && bytes.substr(sizeof length).starts_with("{\"");
}

}  // namespace

std::string kind_of(std::string_view bytes) {
  if (bytes.substr(std::min(bytes.size(), kTfliteMark)).starts_with("TFL3")) return "a TensorFlow Lite file";
  for (const Kind& kind : kKinds)
    if (bytes.starts_with(kind.beginning)) return std::string(kind.name);
  if (is_safetensors(bytes))
    return bytes.substr(0, 256).find("\"fixgate\"") != std::string_view::npos ? std::string(kFixedKind)
                                                                             : "a safetensors file";
  return is_onnx(bytes) ? std::string(kOnnxKind) : "";
}

Error or_other_kind(const Error& error, std::string_view bytes, std::string_view wanted,
                    std::string_view expected) {
  const std::string kind = kind_of(bytes);
  if (kind.empty() || kind == wanted) return error;
  return {fmt::format("is {}; {}", kind, expected)};
}

}  // namespace fixgate
