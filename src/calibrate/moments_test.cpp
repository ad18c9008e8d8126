#include "calibrate/moments.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

FloatMatrix rows_of(std::initializer_list<std::initializer_list<float>> rows) {
  FloatMatrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.begin()->size()));
  Eigen::Index k = 0;
  for (const auto& row : rows)
    for (const float value : row) matrix.data()[k++] = value;
  return matrix;
}

TEST(Moments, WeighRows) {
  Moments moments(2);
  moments.add(rows_of({{1, 2}, {3, -1}}), Eigen::Vector2f(1, 3));
  EXPECT_EQ(moments.mean(), Eigen::Vector2d(2.5, -0.25));
  Eigen::Matrix2d expected;
  expected << (1 + 27) / 4.0, (2 - 9) / 4.0, (2 - 9) / 4.0, (4 + 3) / 4.0;
  EXPECT_EQ(moments.second_moment(), expected);
}

TEST(Moments, MergeAsIfAddedTogether) {
  Moments whole(2), first(2), second(2);
  whole.add(rows_of({{1, 2}, {3, -1}, {0.5F, 4}}), Eigen::Vector3f(1, 2, 1));
  first.add(rows_of({{1, 2}}), Eigen::VectorXf::Ones(1));
  second.add(rows_of({{3, -1}, {0.5F, 4}}), Eigen::Vector2f(2, 1));
  first.merge(second);
  EXPECT_EQ(first.mean(), whole.mean());
  EXPECT_EQ(first.second_moment(), whole.second_moment());
}

TEST(Moments, AreZeroWithoutWeight) {
  Moments moments(2);
  moments.add(rows_of({{1, 2}}), Eigen::VectorXf::Zero(1));
  EXPECT_TRUE(moments.mean().isZero(0));
  EXPECT_TRUE(moments.second_moment().isZero(0));
}

}  // namespace
}  // namespace fixgate
