#include <gtest/gtest.h>

#include <vector>

#include "numeric/activation_table.h"
#include "oracle/compare.h"
#include "oracle/oracle.h"
#include "oracle/random_numbers.h"

namespace fixgate {
namespace {

using oracle::RandomNumbers;

oracle::Table oracle_table(const ActivationTable& table) {
  oracle::Table same{oracle::layout_of(table.input),
                     static_cast<oracle::Symmetry>(table.symmetry),
                     oracle::target_of(table.output),
                     table.slope_fraction,
                     {},
                     table.drop,
                     table.entries};
  for (const Segment& segment : table.segments)
    same.segments.push_back({segment.start, segment.offset, segment.slope});
  return same;
}

void compare(const ActivationTable& table, const oracle::Table& same, std::int64_t q) {
  std::int64_t overflowed = 0;
  const std::int64_t got = apply_table(table, q, overflowed);
  ASSERT_EQ((oracle::Outcome{got, overflowed == 1}), oracle::apply_table(same, q))
      << q << " of " << to_text(table.input) << " through a " << to_text(table.symmetry) << ' '
      << to_text(table.kind) << " into " << oracle::text_of(table.output);
}

// Every input of a short format; both ends, the middle and some others of a long one.
void compare(const ActivationTable& table, RandomNumbers& random) {
  ASSERT_TRUE(check_table(table)) << check_table(table).error().message;
  const oracle::Table same = oracle_table(table);
  const std::int64_t low = table.input.min();
  const std::int64_t high = table.input.max();
  if (table.input.width <= 6) {
    for (std::int64_t q = low; q <= high; ++q) compare(table, same, q);
    return;
  }
  for (const std::int64_t q : {low, low + 1, high, (low + high) / 2}) compare(table, same, q);
  for (int trial = 0; trial < 16; ++trial) compare(table, same, random.from(low, high));
}

ActivationTable any_table(RandomNumbers& random) {
  ActivationTable table;
  table.symmetry = static_cast<TableSymmetry>(random.number(0, 2));
  table.input = random.format();
  table.input.width = random.coin() ? random.number(1, 6) : random.number(7, kMaxTableInputWidth);
  if (table.symmetry != TableSymmetry::None) table.input.is_signed = true;
  table.output = random.signal();
  if (table.symmetry == TableSymmetry::Complement)
    table.output.format.fraction = std::abs(table.output.format.fraction);
  return table;
}

void add_segments(ActivationTable& table, RandomNumbers& random) {
  table.slope_fraction = random.coin() ? random.number(0, 64) : random.number(0, 12);
  const int natural =
      table.output.format.width + table.input.fraction + table.slope_fraction - table.output.format.fraction;
  const int bits = std::clamp(random.coin() ? natural + random.number(-1, 1) : random.number(2, 62), 2, 62);
  const int count = random.number(1, 5);
  std::int64_t start = 0;
  for (int s = 0; s < count && start <= table.max_address(); ++s) {
    table.segments.push_back(
        {start, random.integer(bits), random.integer(std::max(1, bits - table.input.width))});
    start += random.from(1, 2 * table.max_address() / count + 1);
  }
}

void add_entries(ActivationTable& table, RandomNumbers& random) {
  table.kind = TableKind::Lookup;
  table.drop = random.number(std::max(0, table.input.width - 6), kMaxTableInputWidth - 1);
  table.entries.resize(static_cast<std::size_t>((table.max_address() >> table.drop) + 1));
  for (std::int64_t& entry : table.entries)
    entry = random.integer(std::min(64, table.output.format.width + random.number(0, 2)));
}

TEST(SystemcTable, PlanSigmoidAtEveryInput) {
  ActivationTable table;
  table.symmetry = TableSymmetry::Complement;
  table.input = {true, 8, 4};
  table.output = {{false, 8, 8}, Rounding::Floor, Overflow::Saturate};
  table.slope_fraction = 5;
  table.segments = {{0, 256, 8}, {16, 384, 4}, {38, 470, 1}, {80, 512, 0}};
  const oracle::Table same = oracle_table(table);
  for (std::int64_t q = -128; q <= 127; ++q) compare(table, same, q);
}

TEST(SystemcTable, RandomPiecewiseLinear) {
  RandomNumbers random;
  for (int trial = 0; trial < 20000; ++trial) {
    ActivationTable table = any_table(random);
    add_segments(table, random);
    compare(table, random);
    if (HasFatalFailure()) return;
  }
}

TEST(SystemcTable, RandomLookup) {
  RandomNumbers random;
  for (int trial = 0; trial < 20000; ++trial) {
    ActivationTable table = any_table(random);
    add_entries(table, random);
    compare(table, random);
    if (HasFatalFailure()) return;
  }
}

TEST(SystemcTable, RandomRectifier) {
  RandomNumbers random;
  for (int trial = 0; trial < 200000; ++trial) {
    ActivationTable table;
    table.kind = TableKind::Rectifier;
    table.input = random.format();
    table.output = random.signal();
    const std::int64_t q = random.from(table.input.min(), table.input.max());
    std::int64_t overflowed = 0;
    const std::int64_t got = apply_table(table, q, overflowed);
    ASSERT_EQ((oracle::Outcome{got, overflowed == 1}),
              oracle::requantise({std::max<std::int64_t>(q, 0), table.input.fraction},
                                 oracle::target_of(table.output)));
  }
}

}  // namespace
}  // namespace fixgate
