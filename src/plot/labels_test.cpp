#include "plot/labels.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

constexpr Box kPage{{0, 0}, 400, 300};

TEST(LabelPlacer, WritesToTheRightAndAboveFirst) {
  LabelPlacer placer(kPage);
  const Box box = placer.place({100, 100}, "4/8", 10);
  EXPECT_GT(box.corner.x, 100);
  EXPECT_LT(box.corner.y + box.height, 100);
}

TEST(LabelPlacer, PutsNoLabelUponAnother) {
  LabelPlacer placer(kPage);
  std::vector<Box> boxes;
  for (int k = 0; k < 60; ++k) {
    const Box box = placer.place({200.0 + k % 3, 150}, "default 4/8", 10);
    EXPECT_TRUE(box.lies_in(kPage));
    for (const Box& other : boxes) EXPECT_FALSE(box.overlaps(other)) << k;
    boxes.push_back(box);
  }
}

TEST(LabelPlacer, KeepsOffMarksAndThePagesEdge) {
  LabelPlacer placer(kPage);
  const Box mark{{395, 0}, 5, 20};
  placer.keep_free(mark);
  const Box box = placer.place({398, 4}, "8/8", 10);
  EXPECT_TRUE(box.lies_in(kPage));
  EXPECT_FALSE(box.overlaps(mark));
}

TEST(LabelPlacer, OverlapsLeastWhereThereIsNoRoom) {
  LabelPlacer placer({{0, 0}, 30, 12});
  (void)placer.place({10, 6}, "abcd", 10);
  const Box box = placer.place({10, 6}, "abcd", 10);
  EXPECT_GT(box.width, 0);
}

}  // namespace
}  // namespace fixgate
