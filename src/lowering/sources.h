// Where the elements of tensors come from, as integers: operators that only move elements can be run on them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "network/tensor.h"
#include "program/id.h"

namespace fixgate::lowering {

/// One element of a value at one tick, or a number.
struct Source {
  std::optional<program::ValueId> value = std::nullopt;  // none: a number
  std::int64_t tick = 0;
  std::int64_t sequence = 0;  // which of the independent ones
  int element = 0;
  float number = 0;
};

/// The extent of a value in the run that is traced.
struct Extent {
  std::int64_t ticks = 1;
  std::int64_t sequences = 1;
  int size = 1;
};

/// Gives every source a code. A tensor of codes is an int64 tensor.
class Sources {
 public:
  void add(program::ValueId value, const Extent& extent);
  [[nodiscard]] const Extent& extent(program::ValueId value) const;
  [[nodiscard]] std::int64_t code(program::ValueId value, std::int64_t tick, std::int64_t sequence,
                                  int element) const;
  /// A tensor of numbers as codes.
  Tensor codes_of(const Tensor& numbers);
  [[nodiscard]] Source source(std::int64_t code) const;

 private:
  struct Range {
    std::optional<program::ValueId> value;
    Extent extent;
    std::vector<float> numbers;
  };
  std::vector<Range> ranges_;
  std::vector<std::optional<std::size_t>> range_of_;  // by ValueId
};

}  // namespace fixgate::lowering
