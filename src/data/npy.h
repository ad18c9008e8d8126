// One array in NumPy's .npy format, versions 1 and 2 (numpy.lib.format).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

enum class NpyType { Float32, Float64, Bool, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64 };

/// C order, little-endian; `data` holds exactly the bytes of `shape`.
struct NpyArray {
  NpyType type = NpyType::Float32;
  std::vector<std::int64_t> shape;  // none negative; the product fits std::int64_t
  std::string data;

  [[nodiscard]] bool is_float() const { return type == NpyType::Float32 || type == NpyType::Float64; }
  /// Element of a float array, rounded to nearest; may become infinite.
  [[nodiscard]] float float_at(std::int64_t index) const;
  /// Element of an integer or bool array. A uint64 above 2^63 - 1 becomes negative.
  [[nodiscard]] std::int64_t integer_at(std::int64_t index) const;
};

/// "<f4" and so on, as NumPy writes it.
std::string_view npy_type_name(NpyType type);

/// What a file states before its data.
struct NpyHeader {
  NpyType type = NpyType::Float32;
  std::vector<std::int64_t> shape;  // as NpyArray's
  std::size_t data_begin = 0;       // bytes before the data
  std::uint64_t data_bytes = 0;     // that type and shape need
};

/// The first bytes of a .npy file that are enough for parse_npy_header().
inline constexpr std::size_t kNpyBeginning = (std::size_t{1} << 16) + 12;

/// Errors: those of parse_npy() but for the length of the data.
Result<NpyHeader> parse_npy_header(std::string_view beginning);

/// The array as a .npy file, version 1.
std::string npy_bytes(const NpyArray& array);

/// A float64, float32 or int64 array of these elements, whose number the shape holds.
NpyArray npy_array(std::vector<std::int64_t> shape, const std::vector<double>& elements);
NpyArray npy_array(std::vector<std::int64_t> shape, const std::vector<float>& elements);
NpyArray npy_array(std::vector<std::int64_t> shape, const std::vector<std::int64_t>& elements);

/// Parses one .npy file. Errors: not .npy, version other than 1 or 2, Fortran order, big-endian, object,
/// string, complex or structured type (by name), malformed header or one of more than 64 KiB, or data of
/// another length than the shape needs.
Result<NpyArray> parse_npy(std::string bytes);

}  // namespace fixgate
