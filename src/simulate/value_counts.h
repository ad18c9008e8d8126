// How often values were written in a run, and how often they did not fit.
#pragma once

#include <cstdint>

#include "program/id.h"

namespace fixgate::program {

/// By value: how many of its elements were written, and how many of them lay outside its format.
struct ValueCounts {
  IdVector<ValueId, std::int64_t> written;
  IdVector<ValueId, std::int64_t> overflows;

  explicit ValueCounts(std::size_t values) : written(values, 0), overflows(values, 0) {}

  /// Of networks with the same values.
  void add(const ValueCounts& other) {
    for (const ValueId id : written.ids()) {
      written[id] += other.written[id];
      overflows[id] += other.overflows[id];
    }
  }

  friend bool operator==(const ValueCounts&, const ValueCounts&) = default;
};

}  // namespace fixgate::program
