#include "simulate/float_product.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>

#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;
using testing_support::random_matrix;

// What the header promises, element by element.
FloatMatrix one_chain(const FloatMatrix& a, const FloatMatrix& b) {
  FloatMatrix out(a.rows(), b.cols());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
      float sum = 0;
      for (Eigen::Index k = 0; k < a.cols(); ++k) sum = std::fma(a(i, k), b(k, j), sum);
      out(i, j) = sum;
    }
  return out;
}

TEST(FloatProduct, IsOneChainOfFusedMultiplyAddsOnEveryTarget) {
  Random random(1);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const auto& [rows, inner, columns] : std::initializer_list<std::array<Eigen::Index, 3>>{
             {1, 1, 1}, {5, 7, 3}, {4, 300, 49}, {9, 513, 100}}) {
      const FloatMatrix a = random_matrix(random, rows, inner, 1);
      const FloatMatrix b = random_matrix(random, inner, columns, 1);
      EXPECT_EQ(product(a, b), one_chain(a, b)) << hwy::TargetName(target);
      EXPECT_EQ(transposed_product(FloatMatrix(a.transpose()), b), one_chain(a, b))
          << hwy::TargetName(target);
    }
    hwy::SetSupportedTargetsForTest(0);
  }
}

TEST(FloatProduct, TakesPartsOfMatricesAndNothing) {
  Random random(2);
  const FloatMatrix a = random_matrix(random, 8, 10, 1);
  const FloatMatrix b = random_matrix(random, 12, 20, 1);
  EXPECT_EQ(product(a.middleCols(2, 4), b.block(3, 5, 4, 9)),
            one_chain(a.middleCols(2, 4), b.block(3, 5, 4, 9)));
  EXPECT_EQ(product(a.topRows(0), b.topRows(10)).rows(), 0);
  EXPECT_TRUE(product(a.leftCols(0), b.topRows(0)).isZero(0));
}

}  // namespace
}  // namespace fixgate
