// Products of float matrices with the machine's vectors, the same to the last bit on every machine.
#pragma once

#include "network/network.h"

namespace fixgate {

using FloatRows = Eigen::Ref<const FloatMatrix, 0, Eigen::OuterStride<>>;

/// a * b, for a [rows, inner] and b [inner, columns]. Every element is one chain of fused multiply-adds in
/// the order of the inner index, which no width of vectors and no number of threads changes.
FloatMatrix product(const FloatRows& a, const FloatRows& b);

/// a^T * b in the same way, for a [inner, rows].
FloatMatrix transposed_product(const FloatRows& a, const FloatRows& b);

}  // namespace fixgate
