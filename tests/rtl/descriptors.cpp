#include "rtl/descriptors.h"

#include <bit>

#include "hardware/descriptor.h"

namespace fixgate::rtl {
namespace {

Word word_of(const Descriptor& descriptor) {
  Word word;
  for (const std::uint32_t field : descriptor) word.add(field, 32);
  return word;
}

std::string stored_words(const ActivationTable& table) {
  const TableWidths widths = table_widths(table);
  std::vector<Word> words;
  for (const Segment& segment : table.segments)
    words.push_back(Word()
                        .add(segment.start, widths.start)
                        .add(segment.offset, widths.offset)
                        .add(segment.slope, widths.slope));
  for (const std::int64_t entry : table.entries) words.push_back(Word().add(entry, widths.offset));
  return memory_text(words);
}

int latency_of(const ActivationTable& table) {
  if (table.kind == TableKind::Rectifier) return 2;
  if (table.kind == TableKind::Lookup) return 3;
  return static_cast<int>(std::bit_width(table.segments.size() - 1)) + 4;
}

}  // namespace

Word signal_word(const SignalFormat& signal, int sum_fraction) {
  return word_of(signal_descriptor(signal, sum_fraction));
}

TableImage table_image(const ActivationTable& table) {
  return {word_of(table_descriptor(table)), stored_words(table), latency_of(table)};
}

}  // namespace fixgate::rtl
