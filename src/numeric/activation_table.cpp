#include "numeric/activation_table.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

#include "numeric/accumulator.h"
#include "numeric/requantise.h"

namespace fixgate {
namespace {

std::int64_t address(const ActivationTable& table, std::int64_t q) {
  if (table.symmetry == TableSymmetry::None) return q - table.input.min();
  return std::min(std::abs(q), table.max_address());
}

const Segment& segment_at(const ActivationTable& table, std::int64_t a) {
  const auto after =
      std::upper_bound(table.segments.begin(), table.segments.end(), a,
                       [](std::int64_t value, const Segment& segment) { return value < segment.start; });
  return *std::prev(after);
}

// The value for q >= 0 or its mirror's, at the output's fraction, before mirror and overflow.
Wide value_at(const ActivationTable& table, std::int64_t a) {
  if (table.kind == TableKind::Lookup) return table.entries[static_cast<std::size_t>(a >> table.drop)];
  const Segment& segment = segment_at(table, a);
  const Wide y = Wide{segment.offset} + Wide{segment.slope} * (a - segment.start);
  const int fraction = table.input.fraction + table.slope_fraction;
  return shift_round(y, fraction - table.output.format.fraction, table.output.rounding);
}

Wide mirror(const ActivationTable& table, Wide r) {
  if (table.symmetry == TableSymmetry::Odd) return -r;
  return (Wide{1} << table.output.format.fraction) - r;
}

Result<void> check_segments(const ActivationTable& table) {
  if (table.segments.empty() || table.segments.front().start != 0)
    return fail("a piecewise-linear table needs a first segment that starts at 0");
  if (table.slope_fraction < 0 || table.slope_fraction > kMaxFraction)
    return fail("slope fraction {} is outside 0..{}", table.slope_fraction, kMaxFraction);
  for (std::size_t s = 0; s < table.segments.size(); ++s) {
    const Segment& segment = table.segments[s];
    const bool last = s + 1 == table.segments.size();
    const std::int64_t end = last ? table.max_address() : table.segments[s + 1].start;
    if (segment.start < 0 || (last ? segment.start > end : segment.start >= end))
      return fail("segment {}: starts must increase and stay within the table's addresses", s);
    const std::int64_t longest = (last ? end : end - 1) - segment.start;
    const Wide at_end = Wide{segment.offset} + Wide{segment.slope} * longest;
    if (signed_width(std::min<Wide>(segment.offset, at_end), std::max<Wide>(segment.offset, at_end)) >
        kMaxAccumulatorWidth)
      return fail("segment {}: its values need more than {} bits", s, kMaxAccumulatorWidth);
  }
  return {};
}

Result<void> check_entries(const ActivationTable& table) {
  if (table.drop < 0 || table.drop >= kMaxTableInputWidth)
    return fail("a lookup table cannot drop {} address bits", table.drop);
  const std::int64_t needed = (table.max_address() >> table.drop) + 1;
  if (static_cast<std::int64_t>(table.entries.size()) != needed)
    return fail("a lookup table over these addresses has {} entries, not {}", needed, table.entries.size());
  return {};
}

}  // namespace

std::int64_t ActivationTable::max_address() const {
  return symmetry == TableSymmetry::None ? input.max() - input.min() : input.max();
}

std::int64_t apply_table(const ActivationTable& table, std::int64_t q, std::int64_t& overflowed) {
  assert(table.input.contains(q));
  if (table.kind == TableKind::Rectifier)
    return requantise(std::max<std::int64_t>(q, 0), table.input.fraction, table.output, overflowed);
  Wide r = value_at(table, address(table, q));
  if (q < 0 && table.symmetry != TableSymmetry::None) r = mirror(table, r);
  return apply_overflow(r, table.output.format, table.output.overflow, overflowed);
}

Result<void> check_table(const ActivationTable& table) {
  FIXGATE_CHECK(check_format(table.input));
  FIXGATE_CHECK(check_format(table.output.format));
  if (table.kind == TableKind::Rectifier) return {};
  if (table.input.width > kMaxTableInputWidth)
    return fail("a table's input is at most {} bits wide, this one is {}", kMaxTableInputWidth,
                to_text(table.input));
  if (table.symmetry != TableSymmetry::None && !table.input.is_signed)
    return fail("a table with symmetry needs a signed input, this one is {}", to_text(table.input));
  if (table.symmetry == TableSymmetry::Complement && table.output.format.fraction < 0)
    return fail("a complement table needs an output with fraction bits, this one is {}",
                to_text(table.output.format));
  return table.kind == TableKind::Lookup ? check_entries(table) : check_segments(table);
}

TableError maximum_error(const ActivationTable& table, const std::function<double(double)>& function) {
  TableError worst{-1, 0};
  std::int64_t overflowed = 0;
  for (std::int64_t q = table.input.min(); q <= table.input.max(); ++q) {
    const double got = table.output.format.value(apply_table(table, q, overflowed));
    const double error = std::abs(got - function(table.input.value(q)));
    if (error > worst.maximum) worst = {error, q};
  }
  return worst;
}

std::string to_text(TableKind kind) {
  switch (kind) {
    case TableKind::PiecewiseLinear:
      return "piecewise_linear";
    case TableKind::Lookup:
      return "lookup";
    case TableKind::Rectifier:
      break;
  }
  return "rectifier";
}

std::string to_text(TableSymmetry symmetry) {
  switch (symmetry) {
    case TableSymmetry::None:
      return "none";
    case TableSymmetry::Odd:
      return "odd";
    case TableSymmetry::Complement:
      break;
  }
  return "complement";
}

Result<TableKind> parse_table_kind(std::string_view text) {
  for (const TableKind kind : {TableKind::PiecewiseLinear, TableKind::Lookup, TableKind::Rectifier})
    if (text == to_text(kind)) return kind;
  return fail("'{}' is no kind of table: expected piecewise_linear, lookup or rectifier", text);
}

Result<TableSymmetry> parse_table_symmetry(std::string_view text) {
  for (const TableSymmetry symmetry : {TableSymmetry::None, TableSymmetry::Odd, TableSymmetry::Complement})
    if (text == to_text(symmetry)) return symmetry;
  return fail("'{}' is no table symmetry: expected none, odd or complement", text);
}

}  // namespace fixgate
