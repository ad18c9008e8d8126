#include "hardware/descriptor.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(Descriptor, OfASignal) {
  const SignalFormat signal{{true, 10, 6}, Rounding::Convergent, Overflow::Wrap};
  EXPECT_EQ(signal_descriptor(signal, 14), (Descriptor{8, 10, 1, 2, 1}));
  const SignalFormat coarse{{false, 8, 8}, Rounding::Floor, Overflow::Saturate};
  EXPECT_EQ(signal_descriptor(coarse, 5), (Descriptor{0xfffffffdU, 8, 0, 0, 0}));
}

TEST(Descriptor, OfAPiecewiseLinearTable) {
  ActivationTable table;
  table.symmetry = TableSymmetry::Complement;
  table.input = {true, 10, 6};
  table.output = {{false, 8, 8}, Rounding::Nearest, Overflow::Saturate};
  table.slope_fraction = 5;
  table.segments = {{0, 1024, 8}, {64, 1536, -4}, {152, 3000, 1}};
  const TableWidths widths = table_widths(table);
  EXPECT_EQ(widths.offset, 13);
  EXPECT_EQ(widths.slope, 5);
  EXPECT_EQ(widths.start, 8);
  EXPECT_EQ(table_descriptor(table), (Descriptor{0, 2, 10, 1, 3, 8, 0, 1, 0, 8, 3, 0, 13, 5, 8}));
}

TEST(Descriptor, OfALookup) {
  ActivationTable table;
  table.kind = TableKind::Lookup;
  table.symmetry = TableSymmetry::Odd;
  table.input = {true, 4, 2};
  table.output = {{true, 6, -1}, Rounding::Convergent, Overflow::Wrap};
  table.drop = 1;
  table.entries = {0, 5, -9, 31};
  EXPECT_EQ(table_descriptor(table), (Descriptor{1, 1, 4, 1, 0, 6, 1, 2, 1, 0xffffffffU, 4, 1, 6, 1, 1}));
}

TEST(Descriptor, OfARectifier) {
  ActivationTable table;
  table.kind = TableKind::Rectifier;
  table.input = {true, 12, 4};
  table.output = {{false, 8, 6}, Rounding::Floor, Overflow::Saturate};
  EXPECT_EQ(table_descriptor(table), (Descriptor{2, 0, 12, 1, 0xfffffffeU, 8, 0, 0, 0, 6, 0, 0, 1, 1, 1}));
}

}  // namespace
}  // namespace fixgate
