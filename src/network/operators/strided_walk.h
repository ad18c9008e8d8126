// Walking a row-major tensor in another order: broadcast, transpose, slice, expand.
#pragma once

#include <cstdint>

#include "diagnostic/error.h"
#include "network/tensor.h"

namespace fixgate {

/// Elements from one index to the next of each dimension of a row-major tensor.
Shape row_major_strides(const Shape& shape);

/// The common shape of two by ONNX's (NumPy's) multidirectional broadcasting. Errors: dimensions that differ.
Result<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// Strides by which a tensor of shape `from` is read as one of shape `to`, which it broadcasts to: 0 where
/// repeated.
Shape broadcast_strides(const Shape& from, const Shape& to);

/// Visits all indices of `shape` in row-major order and says where each lies in a buffer with `strides`.
class StridedWalk {
 public:
  StridedWalk(Shape shape, Shape strides, std::int64_t first = 0)
      : shape_(std::move(shape)), strides_(std::move(strides)), index_(shape_.size(), 0), offset_(first) {}

  [[nodiscard]] std::int64_t offset() const { return offset_; }

  void next() {
    for (std::size_t d = shape_.size(); d-- > 0;) {
      offset_ += strides_[d];
      if (++index_[d] < shape_[d]) return;
      offset_ -= strides_[d] * shape_[d];
      index_[d] = 0;
    }
  }

 private:
  Shape shape_;
  Shape strides_;
  Shape index_;
  std::int64_t offset_;
};

/// The tensor of `shape` whose elements are read from `source` along a walk.
Tensor gather_strided(const Tensor& source, const Shape& shape, const Shape& strides, std::int64_t first = 0);

/// `source` with its dimensions in the order `permutation` (a valid one).
Tensor transposed(const Tensor& source, const Shape& permutation);

}  // namespace fixgate
