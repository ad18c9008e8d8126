#include "rtl/descriptors.h"

#include <algorithm>
#include <bit>

#include "numeric/accumulator.h"

namespace fixgate::rtl {
namespace {

/// What of a descriptor depends on how a table is stored.
struct Storage {
  int entries = 1;
  int offset_width = 1;
  int slope_width = 1;
  int start_width = 1;
};

int unsigned_width(std::int64_t value) {
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))));
}

Storage storage_of(const ActivationTable& table) {
  Storage storage;
  if (table.kind == TableKind::Rectifier) return storage;
  storage.entries = static_cast<int>(std::max(table.segments.size(), table.entries.size()));
  for (const Segment& segment : table.segments) {
    storage.offset_width = std::max(storage.offset_width, signed_width(segment.offset, segment.offset));
    storage.slope_width = std::max(storage.slope_width, signed_width(segment.slope, segment.slope));
    storage.start_width = std::max(storage.start_width, unsigned_width(segment.start));
  }
  for (const std::int64_t entry : table.entries)
    storage.offset_width = std::max(storage.offset_width, signed_width(entry, entry));
  return storage;
}

std::string stored_words(const ActivationTable& table, const Storage& storage) {
  std::vector<Word> words;
  for (const Segment& segment : table.segments)
    words.push_back(Word()
                        .add(segment.start, storage.start_width)
                        .add(segment.offset, storage.offset_width)
                        .add(segment.slope, storage.slope_width));
  for (const std::int64_t entry : table.entries) words.push_back(Word().add(entry, storage.offset_width));
  return memory_text(words);
}

int latency_of(const ActivationTable& table) {
  if (table.kind == TableKind::Rectifier) return 2;
  if (table.kind == TableKind::Lookup) return 3;
  return static_cast<int>(std::bit_width(table.segments.size() - 1)) + 4;
}

Word fields(const std::vector<int>& values) {
  Word word;
  for (const int value : values) word.add(value, 32);
  return word;
}

}  // namespace

int travelling_width(const Format& format) {
  return format.width + (format.is_signed ? 0 : 1);
}

Word signal_descriptor(const SignalFormat& signal, int sum_fraction) {
  return fields({sum_fraction - signal.format.fraction, signal.format.width, signal.format.is_signed ? 1 : 0,
                 static_cast<int>(signal.rounding), static_cast<int>(signal.overflow)});
}

TableImage table_image(const ActivationTable& table) {
  const Storage storage = storage_of(table);
  const Format& out = table.output.format;
  const int slope_fraction = table.kind == TableKind::PiecewiseLinear ? table.slope_fraction : 0;
  const Word descriptor =
      fields({static_cast<int>(table.kind), static_cast<int>(table.symmetry), table.input.width,
              table.input.is_signed ? 1 : 0, table.input.fraction + slope_fraction - out.fraction, out.width,
              out.is_signed ? 1 : 0, static_cast<int>(table.output.rounding),
              static_cast<int>(table.output.overflow), out.fraction, storage.entries, table.drop,
              storage.offset_width, storage.slope_width, storage.start_width});
  return {descriptor, stored_words(table, storage), latency_of(table)};
}

}  // namespace fixgate::rtl
