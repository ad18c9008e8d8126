// How the vector interpreter stores the integers of a value: one row of elements a tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "numeric/format.h"
#include "simulate/fast/values.h"

namespace fixgate::program {

using fast::aligned_zeros;
using fast::AlignedArray;
using fast::rounded_up;

/// Signed integers of 16, 32 or 64 bits.
enum class Storage { Half, Word, Long };

/// A row is padded to so many elements: a whole number of vectors of half words on any machine. What pads it
/// is always an integer of the value's format.
inline constexpr std::size_t kRowElements = 32;

/// How many rows are worked on at once: their products stay in the caches.
inline constexpr std::size_t kMostPlaces = 24;

/// The narrowest storage that holds every integer of the format.
Storage storage_of(const Format& format);

inline std::size_t bytes_of(Storage storage) {
  return storage == Storage::Half ? 2 : storage == Storage::Word ? 4 : 8;
}

/// Bytes of a row of `elements`, padding included.
inline std::size_t row_bytes(Storage storage, std::size_t elements) {
  return rounded_up(elements, kRowElements) * bytes_of(storage);
}

/// body(T()) with the integer type of the storage.
template <typename Body>
auto with_type(Storage storage, Body body) {
  if (storage == Storage::Half) return body(std::int16_t());
  if (storage == Storage::Word) return body(std::int32_t());
  return body(std::int64_t());
}

inline std::int64_t load_element(Storage storage, const std::uint8_t* row, std::size_t element) {
  return with_type(storage, [&](auto value) {
    std::memcpy(&value, row + element * sizeof(value), sizeof(value));
    return std::int64_t{value};
  });
}

inline void store_element(Storage storage, std::uint8_t* row, std::size_t element, std::int64_t q) {
  with_type(storage, [&](auto value) {
    value = static_cast<decltype(value)>(q);
    std::memcpy(row + element * sizeof(value), &value, sizeof(value));
  });
}

/// The rows of one operand, by place.
struct Rows {
  const std::uint8_t* at[kMostPlaces] = {};
};

}  // namespace fixgate::program
