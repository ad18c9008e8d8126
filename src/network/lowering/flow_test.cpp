#include "network/lowering/flow.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

using Axes = std::vector<Axis>;
using Dimensions = std::vector<Dimension>;
using Kind = Axis::Kind;

const Axis kTime{Kind::Input, 0, -1};
const Axis kBatch{Kind::Input, 1, -1};
const Axis kFeatures{Kind::Feature, -1, 4};
const Axis kBoth{Kind::Direction, -1, 2};
const Axis kOne{};
const Axis kSteps{Kind::Steps, -1, -1, {kTime, kBatch}};
const Dimension kRest{-1, -1};
const Dimension kTimeSize{0, 0};
const Dimension kBatchSize{0, 1};

Dimension number(std::int64_t value) {
  return {value, -1};
}

void becomes(const Axes& from, const Dimensions& shape, const Axes& to) {
  const auto axes = reshape_axes(from, shape, false);
  ASSERT_TRUE(axes) << axes.error().message;
  EXPECT_EQ(*axes, to);
}

void refuses(const Axes& from, const Dimensions& shape) {
  EXPECT_FALSE(reshape_axes(from, shape, false));
}

TEST(ReshapeAxes, MergesDirectionsWithFeatures) {
  const Axis merged{Kind::Feature, -1, 8};
  becomes({kTime, kBatch, kBoth, kFeatures}, {number(0), number(0), kRest}, {kTime, kBatch, merged});
  becomes({kTime, kBatch, kBoth, kFeatures}, {kTimeSize, kBatchSize, number(8)}, {kTime, kBatch, merged});
  becomes({kBatch, kBoth, kFeatures}, {kRest, number(8)}, {kBatch, merged});
  refuses({kTime, kBatch, kFeatures, kBoth}, {number(0), number(0), kRest});
  refuses({kTime, kBoth, kBatch, kFeatures}, {number(0), number(0), kRest});
}

TEST(ReshapeAxes, MergesTimeWithBatchAndUndoesIt) {
  becomes({kTime, kBatch, kFeatures}, {kRest, number(4)}, {kSteps, kFeatures});
  becomes({kSteps, kFeatures}, {kTimeSize, kBatchSize, number(4)}, {kTime, kBatch, kFeatures});
  becomes({kSteps, kFeatures}, {kTimeSize, kRest, number(4)}, {kTime, kBatch, kFeatures});
  becomes({kSteps, kFeatures}, {kRest, kBatchSize, number(4)}, {kTime, kBatch, kFeatures});
  becomes({kSteps, kFeatures}, {kRest, number(4)}, {kSteps, kFeatures});
  refuses({kSteps, kFeatures}, {kBatchSize, kTimeSize, number(4)});
  refuses({kSteps, kFeatures}, {kBatchSize, kRest, number(4)});
  refuses({kSteps, kFeatures}, {number(3), kRest, number(4)});
}

TEST(ReshapeAxes, DropsAndAddsAxesOfSizeOne) {
  becomes({kTime, kOne, kBatch, kFeatures}, {kTimeSize, kBatchSize, number(4)}, {kTime, kBatch, kFeatures});
  becomes({kTime, kFeatures}, {kTimeSize, number(1), number(4)}, {kTime, kOne, kFeatures});
  becomes({kOne, kBatch, kFeatures}, {kRest, number(4)}, {kBatch, kFeatures});
}

TEST(ReshapeAxes, RefusesWhatMovesElementsToOtherAxes) {
  refuses({kTime, kBatch, kFeatures}, {kBatchSize, kTimeSize, number(4)});
  refuses({kTime, kBatch, kFeatures}, {kTimeSize, kBatchSize, number(2), number(2)});
  refuses({kTime, kBatch, kFeatures}, {kTimeSize, kRest});
  refuses({kTime, kBatch, kFeatures}, {kTimeSize, kRest, number(2)});
  refuses({kTime, kBatch, kFeatures}, {kRest, kRest, number(4)});
  refuses({kTime, kBatch, kFeatures}, {number(0), number(0), number(0), number(0)});
}

}  // namespace
}  // namespace fixgate
