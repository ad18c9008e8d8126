#include "hardware/descriptor.h"

#include <algorithm>
#include <bit>

#include "numeric/accumulator.h"

namespace fixgate {
namespace {

std::uint32_t field(int value) {
  return static_cast<std::uint32_t>(value);
}

std::uint32_t code(Rounding rounding) {
  switch (rounding) {
    case Rounding::Floor:
      return 0;
    case Rounding::Nearest:
      return 1;
    case Rounding::Convergent:
      return 2;
  }
  return 0;
}

std::uint32_t code(Overflow overflow) {
  return overflow == Overflow::Wrap ? 1 : 0;
}

std::uint32_t code(TableKind kind) {
  switch (kind) {
    case TableKind::PiecewiseLinear:
      return 0;
    case TableKind::Lookup:
      return 1;
    case TableKind::Rectifier:
      return 2;
  }
  return 0;
}

std::uint32_t code(TableSymmetry symmetry) {
  switch (symmetry) {
    case TableSymmetry::None:
      return 0;
    case TableSymmetry::Odd:
      return 1;
    case TableSymmetry::Complement:
      return 2;
  }
  return 0;
}

// Fraction of a value before it is rounded into the output.
int value_fraction(const ActivationTable& table) {
  if (table.kind == TableKind::Lookup) return table.output.format.fraction;
  return table.input.fraction + table.slope_fraction;
}

std::size_t entry_count(const ActivationTable& table) {
  return table.kind == TableKind::Lookup ? table.entries.size() : table.segments.size();
}

}  // namespace

Descriptor signal_descriptor(const SignalFormat& signal, int from) {
  return {field(from - signal.format.fraction), field(signal.format.width), signal.format.is_signed ? 1U : 0U,
          code(signal.rounding), code(signal.overflow)};
}

TableWidths table_widths(const ActivationTable& table) {
  TableWidths widths;
  for (const std::int64_t entry : table.entries)
    widths.offset = std::max(widths.offset, signed_width(entry, entry));
  for (const Segment& segment : table.segments) {
    const auto start = static_cast<std::uint64_t>(segment.start);
    widths.offset = std::max(widths.offset, signed_width(segment.offset, segment.offset));
    widths.slope = std::max(widths.slope, signed_width(segment.slope, segment.slope));
    widths.start = std::max(widths.start, static_cast<int>(std::bit_width(start)));
  }
  return widths;
}

Descriptor table_descriptor(const ActivationTable& table) {
  const Format& output = table.output.format;
  const TableWidths widths = table_widths(table);
  return {code(table.kind),
          code(table.symmetry),
          field(table.input.width),
          table.input.is_signed ? 1U : 0U,
          field(value_fraction(table) - output.fraction),
          field(output.width),
          output.is_signed ? 1U : 0U,
          code(table.output.rounding),
          code(table.output.overflow),
          field(output.fraction),
          field(static_cast<int>(entry_count(table))),
          field(table.drop),
          field(widths.offset),
          field(widths.slope),
          field(widths.start)};
}

}  // namespace fixgate
