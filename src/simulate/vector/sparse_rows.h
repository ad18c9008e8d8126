// Rows of weights, each with the elements of the input that it multiplies: what a matrix of any shape is to
// one element of its product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "program/fixed_network.h"

namespace fixgate::program {

/// The weights that elements `first`..`first + kSparseBlock - 1` of the product have in one column. A row
/// without that column, or beyond the last one, has a weight of zero and any input.
struct SparseStep {
  enum class Kind { Same, Next, Any };
  Kind kind = Kind::Same;  // all read input `first`; each the next one; those at `inputs`
  std::int32_t first = 0;  // input
  std::size_t inputs = 0;  // Any: place in SparseRows::inputs
};

inline constexpr std::size_t kSparseBlock = 16;  // elements: a vector of words on any machine

/// By blocks of elements.
struct SparseRows {
  std::size_t size = 0;                  // elements of the product
  std::size_t inputs_size = 0;           // elements of the input
  std::vector<SparseStep> steps;         // block after block
  std::vector<std::int32_t> weights;     // [steps, kSparseBlock]
  std::vector<std::int32_t> inputs;      // [Any steps, kSparseBlock]
  std::vector<std::size_t> first_steps;  // by block, and behind the last one
};

/// Of a dense matrix or one that slides.
SparseRows sparse_rows_of(const Matrix& matrix, const WeightMatrix& weights, int size);

}  // namespace fixgate::program
