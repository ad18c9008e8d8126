#include "simulate/float_product.h"

#include <algorithm>
#include <cmath>
#include <vector>

// Targets whose vectors have no size at compile time cannot stand in arrays.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE \
  "simulate/float_product.cpp"  // NOLINT: Highway's way to compile this file once a target
#include <hwy/foreach_target.h>
// After it:
#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#ifndef FIXGATE_FLOAT_PRODUCT_LEFT
#define FIXGATE_FLOAT_PRODUCT_LEFT
namespace fixgate {

/// The left matrix, or its transpose: element (row, inner) is at row * row_stride + inner * inner_stride.
struct LeftMatrix {
  const float* data;
  std::size_t row_stride;
  std::size_t inner_stride;

  [[nodiscard]] float at(std::size_t row, std::size_t inner) const {
    return data[row * row_stride + inner * inner_stride];
  }
};

struct ProductShape {
  std::size_t rows;
  std::size_t inner;
  std::size_t columns;
};

}  // namespace fixgate
#endif

HWY_BEFORE_NAMESPACE();
namespace fixgate::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Vectors = hn::ScalableTag<float>;
using Vector = hn::Vec<Vectors>;

constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileVectors = 3;
constexpr std::size_t kInnerBlock = 256;  // rows of b that are packed together: they stay in the cache

Vector fused(Vector a, Vector b, Vector c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const Vectors d;
  alignas(HWY_ALIGNMENT) float lanes[3][HWY_MAX_BYTES / sizeof(float)];
  hn::Store(a, d, lanes[0]);
  hn::Store(b, d, lanes[1]);
  hn::Store(c, d, lanes[2]);
  for (std::size_t k = 0; k < hn::Lanes(d); ++k)
    lanes[2][k] = std::fma(lanes[0][k], lanes[1][k], lanes[2][k]);
  return hn::Load(d, lanes[2]);
#endif
}

/// `count` rows of the tile that begins at `row`: out += a * panel. `panel` [inner, tile columns] holds inner
/// indices from `first`; rows of `out` are `stride` apart.
template <std::size_t count>
void add_tile(const LeftMatrix& a, std::size_t row, std::size_t first, std::size_t inner, const float* panel,
              float* out, std::size_t stride) {
  const Vectors d;
  const std::size_t lanes = hn::Lanes(d);
  Vector sums[count][kTileVectors];
  for (std::size_t r = 0; r < count; ++r)
    for (std::size_t v = 0; v < kTileVectors; ++v) sums[r][v] = hn::LoadU(d, out + r * stride + v * lanes);
  for (std::size_t k = 0; k < inner; ++k, panel += kTileVectors * lanes)
    for (std::size_t r = 0; r < count; ++r) {
      const Vector left = hn::Set(d, a.at(row + r, first + k));
      for (std::size_t v = 0; v < kTileVectors; ++v)
        sums[r][v] = fused(left, hn::Load(d, panel + v * lanes), sums[r][v]);
    }
  for (std::size_t r = 0; r < count; ++r)
    for (std::size_t v = 0; v < kTileVectors; ++v) hn::StoreU(sums[r][v], d, out + r * stride + v * lanes);
}

void add_rows(const LeftMatrix& a, std::size_t rows, std::size_t first, std::size_t inner, const float* panel,
              float* out, std::size_t stride) {
  std::size_t row = 0;
  for (; row + kTileRows <= rows; row += kTileRows)
    add_tile<kTileRows>(a, row, first, inner, panel, out + row * stride, stride);
  for (; row < rows; ++row) add_tile<1>(a, row, first, inner, panel, out + row * stride, stride);
}

/// out [rows, `stride`] = a * b; `stride` is a multiple of the tile's columns and no less than shape.columns.
void multiply(const LeftMatrix& a, const float* b, std::size_t b_stride, const ProductShape& shape,
              float* out, std::size_t stride) {
  const std::size_t width = kTileVectors * hn::Lanes(Vectors());
  const auto panel = hwy::AllocateAligned<float>(kInnerBlock * width);
  std::fill_n(out, shape.rows * stride, 0.0F);
  for (std::size_t first = 0; first < shape.inner; first += kInnerBlock) {
    const std::size_t inner = std::min(kInnerBlock, shape.inner - first);
    for (std::size_t column = 0; column < shape.columns; column += width) {
      const std::size_t columns = std::min(width, shape.columns - column);
      std::fill_n(panel.get(), inner * width, 0.0F);
      for (std::size_t k = 0; k < inner; ++k)
        std::copy_n(b + (first + k) * b_stride + column, columns, panel.get() + k * width);
      add_rows(a, shape.rows, first, inner, panel.get(), out + column, stride);
    }
  }
}

std::size_t tile_columns() {
  return kTileVectors * hn::Lanes(Vectors());
}

}  // namespace fixgate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fixgate {

HWY_EXPORT(multiply);
HWY_EXPORT(tile_columns);

namespace {

FloatMatrix run(const LeftMatrix& a, const FloatRows& b, Eigen::Index rows) {
  const ProductShape shape{static_cast<std::size_t>(rows), static_cast<std::size_t>(b.rows()),
                           static_cast<std::size_t>(b.cols())};
  const std::size_t tile = HWY_DYNAMIC_DISPATCH(tile_columns)();
  const std::size_t stride = (shape.columns + tile - 1) / tile * tile;
  FloatMatrix padded(rows, static_cast<Eigen::Index>(stride));
  HWY_DYNAMIC_DISPATCH(multiply)
  (a, b.data(), static_cast<std::size_t>(b.outerStride()), shape, padded.data(), stride);
  if (padded.cols() == b.cols()) return padded;
  return padded.leftCols(b.cols());
}

}  // namespace

FloatMatrix product(const FloatRows& a, const FloatRows& b) {
  return run({a.data(), static_cast<std::size_t>(a.outerStride()), 1}, b, a.rows());
}

FloatMatrix transposed_product(const FloatRows& a, const FloatRows& b) {
  return run({a.data(), 1, static_cast<std::size_t>(a.outerStride())}, b, a.cols());
}

}  // namespace fixgate
#endif
