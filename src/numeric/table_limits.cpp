#include "numeric/table_limits.h"

#include <algorithm>

#include "numeric/accumulator.h"
#include "numeric/requantise.h"
#include "numeric/shift_limits.h"

namespace fixgate {
namespace {

// The fields that another kind of table has must be as ActivationTable's own.
Result<void> check_unused_fields(const ActivationTable& table) {
  const bool is_lookup = table.kind == TableKind::Lookup;
  const bool is_piecewise = table.kind == TableKind::PiecewiseLinear;
  if (!is_piecewise && (!table.segments.empty() || table.slope_fraction != 0))
    return fail("a {} table has no segments and no slope fraction", to_text(table.kind));
  if (!is_lookup && (!table.entries.empty() || table.drop != 0))
    return fail("a {} table has no entries and drops no address bits", to_text(table.kind));
  if (!is_lookup && !is_piecewise && table.symmetry != TableSymmetry::None)
    return fail("a rectifier has no symmetry");
  return {};
}

// r of the contract's section 6, and its mirror.
Result<void> check_table_value(const ActivationTable& table, Wide r) {
  Wide mirrored = 0;
  if (table.symmetry == TableSymmetry::Odd) mirrored = -r;
  if (table.symmetry == TableSymmetry::Complement) mirrored = (Wide{1} << table.output.format.fraction) - r;
  if (signed_width(std::min(r, mirrored), std::max(r, mirrored)) > kMaxAccumulatorWidth)
    return fail("a value at the output's fraction needs more than {} bits", kMaxAccumulatorWidth);
  return {};
}

// A segment's values run from one of its ends to the other, so the ends are enough.
Result<void> check_segment_values(const ActivationTable& table, std::size_t index) {
  const Segment& segment = table.segments[index];
  const bool last = index + 1 == table.segments.size();
  const std::int64_t end = last ? table.max_address() : table.segments[index + 1].start - 1;
  const Wide climb = Wide{segment.slope} * (end - segment.start);
  if (signed_width(std::min<Wide>(climb, 0), std::max<Wide>(climb, 0)) > kMaxAccumulatorWidth)
    return fail("segment {}: slope times distance needs more than {} bits", index, kMaxAccumulatorWidth);
  const int shift = table.input.fraction + table.slope_fraction - table.output.format.fraction;
  for (const Wide y : {Wide{segment.offset}, segment.offset + climb})
    if (auto checked = check_table_value(table, shift_round(y, shift, table.output.rounding)); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("segment {}", index)));
  return {};
}

Result<void> check_table_values(const ActivationTable& table) {
  const int out = table.output.format.fraction;
  if (table.kind == TableKind::Rectifier)  // one bit more, for an unsigned input
    return check_shift(table.input.width + 1, table.input.fraction, out);
  if (table.symmetry == TableSymmetry::Complement && out >= kMaxShift)
    return fail("a complement table's output has at most {} fraction bits, this one is {}", kMaxShift - 1,
                to_text(table.output.format));
  if (table.kind == TableKind::Lookup) {
    for (const std::int64_t entry : table.entries) FIXGATE_CHECK(check_table_value(table, entry));
    return {};
  }
  FIXGATE_CHECK(check_shift(1, table.input.fraction + table.slope_fraction, out));
  for (std::size_t s = 0; s < table.segments.size(); ++s) FIXGATE_CHECK(check_segment_values(table, s));
  return {};
}

}  // namespace

Result<void> check_table_limits(const ActivationTable& table) {
  FIXGATE_CHECK(check_unused_fields(table));
  FIXGATE_CHECK(check_table(table));
  return check_table_values(table);
}

}  // namespace fixgate
