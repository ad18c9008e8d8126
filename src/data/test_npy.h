// For the tests: .npy files from their parts.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace fixgate {

/// A .npy file of version 1 or 2 with `header` as it stands.
inline std::string npy_file(const std::string& header, const std::string& data, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes.push_back(static_cast<char>(version));
  bytes.push_back('\0');
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes.push_back(static_cast<char>((header.size() >> (8 * i)) & 0xff));
  return bytes + header + data;
}

/// The header NumPy writes.
inline std::string npy_header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }   \n";
}

template <typename T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <typename T>
std::string npy(const std::string& descr, const std::string& shape, const std::vector<T>& values) {
  return npy_file(npy_header(descr, shape), raw(values));
}

}  // namespace fixgate
