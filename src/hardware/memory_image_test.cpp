#include "hardware/memory_image.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(MemoryImage, WritesHexadecimalWordsFirstWordFirst) {
  MemoryImage image(3, 10);
  image.set(0, 0, 10, 0x2a5);
  image.set(1, 4, 4, -1);
  image.set(2, 9, 1, 1);
  EXPECT_EQ(image.hex("a comment"), "// a comment\n2a5\n0f0\n200\n");
  EXPECT_EQ(image.bits(), 30);
}

TEST(MemoryImage, KeepsNeighboursWhenAFieldCrosses64Bits) {
  MemoryImage image(1, 140);
  image.set(0, 0, 60, -1);
  image.set(0, 60, 70, 0);
  image.set(0, 130, 10, -1);
  EXPECT_EQ(image.hex(""), "// \nffc00000000000000000fffffffffffffff\n");
  image.set(0, 60, 70, Wide{-2});
  EXPECT_EQ(image.hex(""), "// \nfffffffffffffffffffefffffffffffffff\n");
}

TEST(MemoryImage, CutsValuesToTheirField) {
  MemoryImage image(1, 12);
  image.set(0, 4, 4, 0x125);
  EXPECT_EQ(image.hex("x"), "// x\n050\n");
}

}  // namespace
}  // namespace fixgate
