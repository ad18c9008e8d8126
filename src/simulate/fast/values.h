// What one layer hands to the next: the stored integers of a signal, a row a step.
#pragma once

#include <hwy/aligned_allocator.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "simulate/fast/batch.h"
#include "simulate/fast/plan.h"

namespace fixgate::fast {

inline constexpr std::size_t kAlignment = 64;  // bytes
inline constexpr std::size_t kStepBytes = 4;   // products read a row so many bytes at a time

inline std::size_t rounded_up(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

template <typename T>
using AlignedArray = hwy::AlignedFreeUniquePtr<T[]>;

/// Zeros, so that what pads a row is a number, too.
template <typename T>
AlignedArray<T> aligned_zeros(std::size_t count) {
  auto array = hwy::AllocateAligned<T>(count);
  std::memset(array.get(), 0, count * sizeof(T));
  return array;
}

/// One stored integer.
std::int64_t get_stored(const Storage& storage, const std::uint8_t* from);
void set_stored(const Storage& storage, std::int64_t q, std::uint8_t* to);
/// As many as `to` holds, one behind the other.
void get_all_stored(const Storage& storage, const std::uint8_t* from, std::span<std::int64_t> to);

/// Rows of stored integers, each beginning at a multiple of `alignment` bytes, padded with zeros.
class StoredRows {
 public:
  StoredRows() = default;
  StoredRows(std::size_t rows, std::size_t columns, const Storage& storage,
             std::size_t alignment = kAlignment)
      : rows_(rows),
        columns_(columns),
        storage_(storage),
        stride_(rounded_up(columns * static_cast<std::size_t>(storage.size), alignment)),
        bytes_(aligned_zeros<std::uint8_t>(rows * stride_)) {}

  /// True if the rows follow each other without padding.
  [[nodiscard]] bool is_dense() const { return row_bytes() == stride_; }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] const Storage& storage() const { return storage_; }
  [[nodiscard]] std::uint8_t* row(std::size_t index) { return bytes_.get() + index * stride_; }
  [[nodiscard]] const std::uint8_t* row(std::size_t index) const { return bytes_.get() + index * stride_; }
  /// Of one row, in bytes, without padding.
  [[nodiscard]] std::size_t row_bytes() const { return columns_ * static_cast<std::size_t>(storage_.size); }

  [[nodiscard]] std::int64_t get(std::size_t index, std::size_t column) const {
    return get_stored(storage_, row(index) + column * static_cast<std::size_t>(storage_.size));
  }
  void set(std::size_t index, std::size_t column, std::int64_t q) {
    set_stored(storage_, q, row(index) + column * static_cast<std::size_t>(storage_.size));
  }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  Storage storage_;
  std::size_t stride_ = 0;
  AlignedArray<std::uint8_t> bytes_;
};

/// An embedding's vectors by token, and what quantising each into the signal overflowed.
struct EmbeddedRows {
  StoredRows rows;
  std::vector<std::int64_t> overflows;  // by token
};

/// One row a step of each sequence, as Batch::first_row counts, or one a sequence; or rows looked up by
/// token.
struct Values {
  StoredRows rows;
  bool every_step = true;
  const EmbeddedRows* embedded = nullptr;

  [[nodiscard]] std::size_t columns() const {
    return embedded != nullptr ? embedded->rows.columns() : rows.columns();
  }
  [[nodiscard]] const Storage& storage() const {
    return embedded != nullptr ? embedded->rows.storage() : rows.storage();
  }
  [[nodiscard]] const std::uint8_t* row(const Batch& batch, std::size_t place, std::size_t step) const {
    if (embedded != nullptr)
      return embedded->rows.row(static_cast<std::size_t>(batch.sequence(place).tokens[step]));
    return rows.row(every_step ? batch.first_row(place) + step : place);
  }
};

}  // namespace fixgate::fast
